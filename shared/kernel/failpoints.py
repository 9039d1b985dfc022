"""Named instants at which a fault test stops this process: inert unless a folder is given, refused in production."""

import os
import signal
import threading
import time
from pathlib import Path

TEST_ENVIRONMENTS = frozenset({"demo", "test"})


class FailpointsRefused(RuntimeError):
    """PEYVAND_FAILPOINTS is set outside a test; unset it."""


class Failpoints:
    """Where armed points lie in this process; None switches all of them off."""

    folder: Path | None = None


def use_failpoints(folder: str, *, environment: str) -> None:
    """Look for armed points in a folder from now on; an empty name switches them off.

    FailpointsRefused anywhere but in a demo or a test: a file could otherwise kill a process that serves people.
    """
    if folder and environment not in TEST_ENVIRONMENTS:
        raise FailpointsRefused("PEYVAND_FAILPOINTS is for fault tests only; unset it in this environment")
    Failpoints.folder = Path(folder) if folder else None


def reach(name: str) -> None:
    """An instant worth dying at. A file of this name holds what happens: `kill`, or `pause SECONDS`; it happens once,
    to the one process that takes the file away. The taken file is NAME.PID; a pause ends early when it is removed."""
    if Failpoints.folder is not None:
        _take(Failpoints.folder / name)


def _take(armed: Path) -> None:
    taken = armed.with_suffix(f"{armed.suffix}.{os.getpid()}")
    try:
        armed.rename(taken)
    except FileNotFoundError:
        return
    verb, _, seconds = taken.read_text().partition(" ")
    if verb == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    until = time.monotonic() + float(seconds or 0)
    while taken.exists() and time.monotonic() < until:
        threading.Event().wait(0.02)
    taken.unlink(missing_ok=True)
