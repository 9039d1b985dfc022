"""Heartbeats: a file says until when no news is good news. `python -m shared.kernel.alive FILE` asks; cheap on purpose.

What is written is the machine's monotonic clock (one for all processes and containers of a kernel), so a clock that is
set does not make a dead process look alive.
"""

import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

FRESH_S = 30.0
FARTHEST_S = 3700.0
"""A heartbeat farther ahead than this was written before the machine started anew."""


def beat(file: str, *, patience_s: float = 0.0) -> None:
    """Say that work goes on now, and that the next `patience_s` seconds may pass in silence (a long piece of work)."""
    if not file:
        return
    fresh = Path(f"{file}.{os.getpid()}")
    fresh.write_text(f"{time.monotonic() + patience_s:.3f}\n")
    fresh.replace(file)


def keep_asking(
    ask: Callable[[], object], *, unheard: tuple[type[Exception], ...] = (OSError,), every_s: float = 5.0
) -> None:
    """Send oneself a small piece of work for ever, from a thread of its own: who still does it, still hears.

    That a worker's process runs, or answers a ping, does not say that it takes work from its queue. `unheard`: what
    asking raises while the queue is away; the next time may be luckier.
    """

    def loop() -> None:
        while True:
            with suppress(*unheard):
                ask()
            time.sleep(every_s)

    threading.Thread(target=loop, name="heartbeat", daemon=True).start()


def silence_of(file: str) -> float | None:
    """Seconds since the last sign of progress (negative within a patience); None when there never was one."""
    try:
        silent = time.monotonic() - float(Path(file).read_text())
    except (OSError, ValueError):
        return None
    return None if silent < -FARTHEST_S else silent


def is_alive(file: str) -> bool:
    """Whether the writer of this heartbeat made progress within the last 30 seconds."""
    silent = silence_of(file)
    return silent is not None and silent < FRESH_S


def main(words: list[str]) -> int:
    """0 when every file named is a fresh heartbeat; else 1, and a line on each that is not."""
    for file in words:
        silent = silence_of(file)
        if silent is None:
            print(f"no heartbeat in {file} yet")
        elif silent >= FRESH_S:
            print(f"no progress for {silent:.0f} s (more than {FRESH_S:.0f}): {file}")
    return 0 if words and all(is_alive(file) for file in words) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
