"""What a case measures: rounds of product and peer in turn, the first one thrown away, the ratio of each round kept."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

Run = Callable[[], float]


class CountWrong(AssertionError):
    """A case measured something that did not do its work."""


@dataclass(frozen=True)
class Row:
    """One line of the table: what is measured, against what, and the ratio that is promised."""

    name: str
    against: str
    goal: float
    lower_is_better: bool = False


@dataclass
class Finding:
    """The ratios of a row's rounds, and what else is worth telling about them."""

    row: Row
    ratios: Sequence[float]
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """The median."""
        return statistics.median(self.ratios)

    @property
    def failed(self) -> bool:
        """Whether even the best round misses the goal."""
        best = min(self.ratios) if self.row.lower_is_better else max(self.ratios)
        return not self._reaches(best)

    @property
    def missed(self) -> bool:
        """Whether the median misses the goal."""
        return not self._reaches(self.ratio)

    def _reaches(self, ratio: float) -> bool:
        return ratio <= self.row.goal if self.row.lower_is_better else ratio >= self.row.goal

    def wire(self) -> dict[str, Any]:
        """As it stands in the JSON file."""
        return {
            "name": self.row.name,
            "against": self.row.against,
            "goal": self.row.goal,
            "lower_is_better": self.row.lower_is_better,
            "ratio": round(self.ratio, 3),
            "min": round(min(self.ratios), 3),
            "max": round(max(self.ratios), 3),
            "rounds": len(self.ratios),
            "missed": self.missed,
            "failed": self.failed,
            "notes": self.notes,
        }


def interleave(rounds: int, *runs: Run) -> list[tuple[float, ...]]:
    """Run each in turn, `rounds` + 1 times, every other round backwards; returns the rounds without the first."""
    kept = []
    for number in range(rounds + 1):
        order = list(range(len(runs)))
        seen = {index: runs[index]() for index in (reversed(order) if number % 2 else order)}
        if number:
            kept.append(tuple(seen[index] for index in order))
    return kept


def ratios(rounds: Sequence[tuple[float, ...]], over: int, under: int) -> list[float]:
    """One run's figures over another's, round by round."""
    return [each[over] / each[under] for each in rounds]


def medians(rounds: Sequence[tuple[float, ...]], *names: str) -> dict[str, float]:
    """The median of each run, under its name."""
    columns = zip(*rounds, strict=True)
    return {name: round(statistics.median(column), 2) for name, column in zip(names, columns, strict=True)}


def expect(seen: object, planned: object, what: str) -> None:
    """A count must be what was planned, or the figure means nothing; raises CountWrong."""
    if seen != planned:
        raise CountWrong(f"{what}: {planned} planned, {seen} seen")


def rate(work: Callable[[], int]) -> float:
    """Units per second of a piece of work that returns its count."""
    begin = time.perf_counter()
    count = work()
    return count / (time.perf_counter() - begin)
