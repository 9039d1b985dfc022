"""Loops of a background process: each turns, waits when idle, backs off when a neighbour is away."""

import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from shared.kernel.alive import FRESH_S, beat
from shared.kernel.bus import TRANSIENT
from shared.kernel.metrics import LOOP_AGE, LOOP_SECONDS, LOOP_TURNS, LOOP_WAITS

log = structlog.get_logger()
WATCHDOG_S = 60.0


@dataclass
class Loop:
    """One thing done again and again; `step` returns how much it did, 0 means wait `idle_s` seconds."""

    name: str
    step: Callable[[], int]
    idle_s: float = 0.25
    idle_most_s: float = 0.0
    """Idle turns wait longer each time, up to this; 0 keeps to `idle_s`."""
    patience_s: float = WATCHDOG_S
    """How long one turn may take; a loop that waits for a slow provider says so."""
    turned_at: float = field(default_factory=time.monotonic)
    failing_since: float | None = None
    """When this loop began to do nothing but wait for a neighbour."""

    def take_time(self, seconds: float) -> None:
        """Let the turn that runs now last longer than the loop's patience, once."""
        self.turned_at = time.monotonic() + seconds

    def progresses(self) -> bool:
        """Whether it turns in time and does more than wait for a neighbour: what a health check wants to know."""
        now = time.monotonic()
        waits = self.failing_since is not None and now - self.failing_since > FRESH_S
        return not waits and now - self.turned_at < max(self.patience_s / 2, FRESH_S)


def run_loops(loops: Sequence[Loop], *, heartbeat: str = "", stop: threading.Event | None = None) -> int:
    """Turn all loops in threads until SIGTERM; returns the exit code.

    An unexpected error ends the process (its supervisor starts it anew); a neighbour being away is waited for. A loop
    that
    has not turned within its patience ends the process too, so a deaf connection never looks alive.
    """
    stop = stop or threading.Event()
    failed = threading.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_args: stop.set())
    threads = [threading.Thread(target=_turn, args=(loop, stop, failed), name=loop.name, daemon=True) for loop in loops]
    for loop in loops:
        _watch(loop)
    for thread in threads:
        thread.start()
    while not stop.wait(1.0):
        stuck = [loop.name for loop in loops if time.monotonic() - loop.turned_at > loop.patience_s]
        if stuck:
            log.error("work.stuck", loops=stuck)
            os._exit(3)
        if all(loop.progresses() for loop in loops):
            beat(heartbeat)
    for thread in threads:
        thread.join(timeout=10)
    return 1 if failed.is_set() else 0


def _watch(loop: Loop) -> None:
    LOOP_AGE.labels(loop.name).set_function(lambda: time.monotonic() - loop.turned_at)


def _turn(loop: Loop, stop: threading.Event, failed: threading.Event) -> None:
    backoff, idle = 0.1, loop.idle_s
    turns, seconds = LOOP_TURNS.labels(loop.name), LOOP_SECONDS.labels(loop.name)
    while not stop.is_set():
        began = time.perf_counter()
        try:
            done = loop.step()
            backoff, loop.failing_since = 0.1, None
        except TRANSIENT as error:
            log.warning("work.waiting", loop=loop.name, exc_info=error)
            loop.failing_since = loop.failing_since or time.monotonic()
            LOOP_WAITS.labels(loop.name).inc()
            done, backoff = 0, min(backoff * 2, 5.0)
            stop.wait(backoff)
        except BaseException as error:
            log.error("work.failed", loop=loop.name, exc_info=error)
            failed.set()
            stop.set()
            raise
        loop.turned_at = time.monotonic()
        turns.inc()
        seconds.inc(time.perf_counter() - began)
        if done:
            idle = loop.idle_s
        else:
            stop.wait(idle)
            idle = min(idle * 1.5, max(loop.idle_most_s, loop.idle_s))
