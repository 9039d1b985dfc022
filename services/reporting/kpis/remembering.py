"""Answers a web process has given, by their version: while nothing an answer depends on moves, it is not made again."""

import threading
from collections import OrderedDict

MOST = 256
LARGEST = 64_000


class Remembered:
    """The last answers by a key that names all they depend on, who asks included; the least asked for go first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: str) -> bytes | None:
        """The answer given under this key, or None."""
        with self._lock:
            body = self._kept.get(key)
            if body is not None:
                self._kept.move_to_end(key)
            return body

    def keep(self, key: str, body: bytes) -> None:
        """Remember an answer, unless it is uncommonly large."""
        if len(body) > LARGEST:
            return
        with self._lock:
            self._kept[key] = body
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
