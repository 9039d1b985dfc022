"""What the load wanted and what it was told: written and fsynced before and after every write."""

import os
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tools.chaos.stage import dump

OK, REFUSED, AMBIGUOUS = "ok", "refused", "ambiguous"


@dataclass
class Wish:
    """One write of the load. `marker` travels in the write's text, so that the journal of the product shows it."""

    number: int
    kind: str
    meeting: str
    canary: str
    marker: str
    province: str
    people: list[str]
    must_refuse: bool = False
    facts: dict[str, Any] = field(default_factory=dict)


class Journal:
    """A file of intents and answers; the oracles read the file, not the load's memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("a")
        self._lock = threading.Lock()
        self.answers: dict[str, int] = {}

    def intend(self, wish: Wish) -> None:
        """Before the first try."""
        self._line({"intent": wish.number, **asdict(wish)})

    def answer(self, wish: Wish, *, outcome: str, status: int, tries: int, seconds: float) -> None:
        """After the last try: ok, refused, or ambiguous."""
        self._line(
            {"answer": wish.number, "outcome": outcome, "status": status, "tries": tries, "seconds": round(seconds, 3)}
        )
        with self._lock:
            self.answers[outcome] = self.answers.get(outcome, 0) + 1

    def breach(self, wish: Wish, what: str) -> None:
        """A promise about answers that did not hold: another answer to a repeated key, a refusal that was granted."""
        self._line({"breach": wish.number, "what": what})

    def _line(self, content: dict[str, Any]) -> None:
        with self._lock:
            self._file.write(dump({"at": round(time.time(), 3), **content}) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """No more lines."""
        self._file.close()
