"""A steady stream of requests through the gateway, each counted by what came back."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx2

Ask = Callable[[httpx2.Client, int], int]
"""Sends request number n; the status, 0 when nothing came back."""


@dataclass
class HttpLoad:
    """`rate` requests per second by several hands until `stop()`; answers counted by (kind, status)."""

    asks: dict[str, Ask]
    rate: float = 50.0
    hands: int = 10
    seen: Counter[tuple[str, int]] = field(default_factory=Counter)
    slowest: float = 0.0
    _ended: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        """Begin."""
        for hand in range(self.hands):
            thread = threading.Thread(target=self._work, args=(hand,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End, after the requests under way."""
        self._ended.set()
        for thread in self._threads:
            thread.join(30)

    def failed(self) -> dict[tuple[str, int], int]:
        """Answers no client should see: none at all, or a fault of the servers."""
        return {key: times for key, times in self.seen.items() if key[1] == 0 or key[1] >= 500}

    def _work(self, hand: int) -> None:
        kinds, pause, number = list(self.asks), self.hands / self.rate, hand
        due = time.monotonic() + pause * hand / self.hands
        with httpx2.Client(timeout=70) as client:
            while not self._ended.wait(max(due - time.monotonic(), 0)):
                due, number = max(due + pause, time.monotonic() - 1), number + self.hands
                kind, began = kinds[number // self.hands % len(kinds)], time.monotonic()
                try:
                    status = self.asks[kind](client, number)
                except httpx2.HTTPError:
                    status = 0
                with self._lock:
                    self.seen[kind, status] += 1
                    self.slowest = max(self.slowest, time.monotonic() - began)
