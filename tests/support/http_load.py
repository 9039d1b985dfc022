"""A steady stream of requests through the gateway, each counted by what came back."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx2

Ask = Callable[[httpx2.Client, int], int]
"""Sends request number n; the status, 0 when nothing came back."""


@dataclass
class HttpLoad:
    """Request n goes out n / `rate` seconds after the start, whatever became of the others; answers are counted by
    (kind, status). When every hand waits for an answer, requests go out late, but none is left out."""

    asks: Sequence[tuple[str, Ask]]
    rate: float = 55.0
    hands: int = 64
    seen: Counter[tuple[str, int]] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    """Seconds from when each request was due to its answer: one that went out late has waited too."""
    seconds: float = 0.0
    _began: float = 0.0
    _ended: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        """Begin; connections are kept alive as a browser keeps them."""
        kept = httpx2.Limits(max_connections=self.hands, max_keepalive_connections=self.hands)
        client = httpx2.Client(timeout=70, limits=kept)
        self._began = time.monotonic()
        for _ in range(self.hands):
            thread = threading.Thread(target=self._work, args=(client,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End, after the requests under way."""
        self._ended.set()
        for thread in self._threads:
            thread.join(75)
        self.seconds = time.monotonic() - self._began

    def failed(self) -> dict[tuple[str, int], int]:
        """Answers no client should see: none at all, or a fault of the servers."""
        return {key: times for key, times in self.seen.items() if key[1] == 0 or key[1] >= 500}

    def achieved(self) -> float:
        """Requests answered per second, from the start to the last answer."""
        return sum(self.seen.values()) / self.seconds

    def share(self, part: float) -> float:
        """Within how many seconds this part of the requests was answered."""
        return sorted(self.took)[min(int(len(self.took) * part), len(self.took) - 1)]

    def _work(self, client: httpx2.Client) -> None:
        while True:
            number = next(self._numbers)
            due = self._began + number / self.rate
            if self._ended.wait(max(due - time.monotonic(), 0)):
                return
            kind, ask = self.asks[number % len(self.asks)]
            try:
                status = ask(client, number)
            except httpx2.HTTPError:
                status = 0
            with self._lock:
                self.seen[kind, status] += 1
                self.took.append(time.monotonic() - due)
