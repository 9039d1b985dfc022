"""How often one caller may do what costs much: a sliding window per caller, kept in the process, so it needs nobody."""

import threading
from collections import deque
from collections.abc import Callable
from time import monotonic

from shared.kernel.problems import TooMany

KEPT = 10_000
"""Callers remembered at most; beyond that those that have been quiet for a whole window are forgotten."""


class TooManySearches(TooMany):
    """Too many searches in one minute; wait a moment."""


class Window:
    """At most `most` times in `seconds` for each key. One per process: n processes let n times as many through."""

    def __init__(self, most: int, seconds: float, *, clock: Callable[[], float] = monotonic) -> None:
        self.most, self.seconds = most, seconds
        self._clock = clock
        self._taken: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def take(self, key: str) -> float:
        """Count one more; returns 0, or the seconds to wait when the window is full, and then nothing is counted."""
        now = self._clock()
        with self._lock:
            if len(self._taken) > KEPT:
                self._forget(now)
            times = self._taken.setdefault(key, deque())
            while times and times[0] <= now - self.seconds:
                times.popleft()
            if len(times) >= self.most:
                return times[0] + self.seconds - now if times else self.seconds
            times.append(now)
            return 0.0

    def _forget(self, now: float) -> None:
        for key in [key for key, times in self._taken.items() if not times or times[-1] <= now - self.seconds]:
            del self._taken[key]


def count_search(searches: Window, caller: str) -> None:
    """Let a search pass or refuse it (429) with the seconds to wait."""
    wait = searches.take(caller)
    if wait > 0:
        raise TooManySearches(retry_after=int(wait) + 1)
