"""How sums become values: pure, exact, and honest about empty denominators."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from services.reporting.kpis.definition import Measure

STORED = Decimal("0.000001")
NO_DENOMINATOR = "no_denominator"
SMALL_CELL = "small_cell"
SMALL = range(1, 5)


@dataclass(frozen=True)
class Figure:
    """A value (six decimals) or the reason why there is none, with what it was made of."""

    value: Decimal | None
    reason: str | None
    numerator: Decimal | None
    denominator: Decimal | None


def stored(value: Decimal) -> Decimal:
    """Six decimals, half up: what is kept; rounding for people happens at display only."""
    return value.quantize(STORED, rounding=ROUND_HALF_UP)


def amount(total: Decimal) -> Figure:
    """S and F: the sum is the value; nothing counted is zero, which is a value."""
    return Figure(stored(total), None, total, None)


def share(numerator: Decimal, denominator: Decimal) -> Figure:
    """R and T: numerator over denominator; without a denominator no value, never 0 or 1."""
    if denominator == 0:
        return Figure(None, NO_DENOMINATOR, numerator, denominator)
    return Figure(stored(numerator / denominator), None, numerator, denominator)


def parity(groups: Mapping[str | None, Decimal]) -> Figure:
    """min(girls, boys) / max(girls, boys); mixed schools stand apart."""
    girls, boys = groups.get("girls", Decimal(0)), groups.get("boys", Decimal(0))
    return share(min(girls, boys), max(girls, boys))


def percentile(values: Iterable[Decimal], at: Decimal) -> Figure:
    """The value below which the share `at` of all values lies, linear between neighbours; none for no values."""
    ordered = sorted(values)
    if not ordered:
        return Figure(None, NO_DENOMINATOR, Decimal(0), Decimal(0))
    place = at * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    value = ordered[below] + (ordered[above] - ordered[below]) * (place - below)
    return Figure(stored(value), None, stored(value), Decimal(len(ordered)))


def figure_of(measure: Measure, numerator: Decimal, denominator: Decimal) -> Figure:
    """The figure of a measure that needs only its two sums."""
    return amount(numerator) if measure is Measure.SUM else share(numerator, denominator)


def hide_small(figure: Figure) -> Figure:
    """A disability split of one to four cases is not shown outside its own province."""
    counts = [int(each) for each in (figure.numerator, figure.denominator) if each is not None]
    if any(each in SMALL for each in counts):
        return Figure(None, SMALL_CELL, None, None)
    return figure


def on_target(value: Decimal | None, target: str | None) -> bool | None:
    """Whether a value meets its target: `>=0.9`, `<=60`, `1`, `0<..<1`; None when one is absent or per province."""
    if value is None or not target or target in {"info", "rising"}:
        return None
    if target == "0<..<1":
        return 0 < value < 1
    if ".." in target:
        return None
    if target.startswith(">="):
        return value >= Decimal(target[2:])
    if target.startswith("<="):
        return value <= Decimal(target[2:])
    return value == Decimal(target)
