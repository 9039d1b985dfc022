"""What a fault is given, and how it says that it really happened."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tools.chaos.world import World, is_alive

LIVED_S = 2.0
"""A process counts as alive after so long: killing one that has not begun proves nothing."""


@dataclass
class Bench:
    """The world with a lock per thing that can be broken, so that two faults do not undo each other."""

    world: World
    stop: threading.Event = field(default_factory=threading.Event)
    planted: int = 0
    _locks: dict[str, threading.Lock] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def alone(self, thing: str) -> Iterator[bool]:
        """Hold a thing to break; False when somebody else breaks it now."""
        with self._guard:
            lock = self._locks.setdefault(thing, threading.Lock())
        taken = lock.acquire(blocking=False)
        try:
            yield taken
        finally:
            if taken:
                lock.release()

    def hold(self, seconds: float) -> None:
        """Let a fault last."""
        self.stop.wait(seconds)

    def victim(self, part: str) -> int | None:
        """The process of a part that has lived long enough to be doing something."""
        pid = self.world.pid(part)
        return pid if pid is not None and age(pid) > LIVED_S else None

    def kill(self, part: str, number: signal.Signals = signal.SIGKILL) -> bool:
        """Send a signal to a living part; whether it was met."""
        pid = self.victim(part)
        if pid is None:
            return False
        os.kill(pid, number)
        return number != signal.SIGKILL or gone(pid)


@dataclass(frozen=True)
class Fault:
    """One kind of fault: its row of the plan (C1 to C26), name, share, and how; `run` says whether it happened."""

    row: str
    name: str
    weight: float
    run: Callable[[Bench, random.Random], bool]
    locks: str = ""
    """The thing no two faults may break at once."""


def age(pid: int) -> float:
    """Seconds a process has lived."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            started = int(file.read().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
        with open("/proc/uptime") as file:
            return float(file.read().split()[0]) - started
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


def gone(pid: int, within: float = 5.0) -> bool:
    """Whether a process ends."""
    until = time.monotonic() + within
    while is_alive(pid):
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True
