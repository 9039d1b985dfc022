"""What an oracle says: how much it looked at, and every deviation in one line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

MOST = 20
"""Lines kept per kind; the rest is only counted."""


@dataclass
class Finding:
    """One oracle's answer. `lost`, `duplicates`, `wrong_cells` and `unknown` are counts of deviations by their kind."""

    oracle: str
    looked_at: int = 0
    lost: int = 0
    duplicates: int = 0
    wrong_cells: int = 0
    unknown: int = 0
    """Deliveries whose fate nobody can know and which say so: allowed, and shown."""
    waiting: int = 0
    """What is still on its way: not green yet, and no deviation either."""
    other: int = 0
    lines: list[str] = field(default_factory=list)

    def say(self, kind: str, line: str) -> None:
        """Count one deviation and keep its line."""
        setattr(self, kind, getattr(self, kind) + 1)
        if len(self.lines) < MOST:
            self.lines.append(f"{self.oracle} {kind}: {line}")

    @property
    def deviations(self) -> int:
        """How much is wrong."""
        return self.lost + self.duplicates + self.wrong_cells + self.other

    @property
    def green(self) -> bool:
        """Nothing wrong, nothing on its way."""
        return self.deviations == 0 and self.waiting == 0


def total(findings: Sequence[Finding], name: str) -> int:
    """One count over several oracles."""
    return sum(int(getattr(each, name)) for each in findings)


def lines_of(findings: Mapping[str, Finding]) -> list[str]:
    """All lines of all oracles."""
    return [line for each in findings.values() for line in each.lines]
