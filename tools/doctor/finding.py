"""What the doctor says: one line per check, with the mend where something is wrong."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Level = Literal["ok", "warn", "FAIL"]


@dataclass(frozen=True)
class Finding:
    """One check's answer: how bad, what is so, and what to do."""

    level: Level
    check: str
    what: str
    todo: str = ""

    @property
    def line(self) -> str:
        """As the operator reads it."""
        words = f"{self.level:<4}  {self.check}: {self.what}"
        return f"{words}  — {self.todo}" if self.todo else words

    @property
    def wire(self) -> dict[str, str]:
        """As a machine reads it."""
        return asdict(self)


def graded(check: str, what: str, *, warn: bool, fail: bool = False, todo: str = "") -> Finding:
    """A finding whose level follows from two questions; the mend is told only when one is answered with yes."""
    level: Level = "FAIL" if fail else "warn" if warn else "ok"
    return Finding(level, check, what, "" if level == "ok" else todo)


def safely(
    check: str, ask: Callable[[], Iterable[Finding]], *, expected: tuple[type[Exception], ...], todo: str
) -> list[Finding]:
    """The findings of a check; a neighbour that cannot be asked is a failure with a mend, not a traceback."""
    try:
        return list(ask())
    except expected as error:
        return [Finding("FAIL", check, str(error).strip().splitlines()[0][:200] or type(error).__name__, todo)]
