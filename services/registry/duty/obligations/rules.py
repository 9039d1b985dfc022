"""Which instances a duty has in a cycle, and who may move or drop them: pure rules that answer with reasons."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.kernel.problems import Refusal
from shared.values.calendars import from_gregorian
from shared.values.periods import CycleRange, months_of, quarters_of

Reach = Literal["national", "province", "none"]


@dataclass(frozen=True)
class Span:
    """The days one instance of a duty is about: key, label, first and last day, and whether its due day rolls."""

    key: str
    label: dict[str, str]
    first: date
    last: date
    rolls: bool
    month: str | None = None
    period: int | None = None


def spans_of(per: str, *, cycle: CycleRange, window: tuple[date, date] | None) -> list[Span]:
    """Return the instances of a duty in a cycle: one per month or quarter, or one for its window (else the cycle).

    Cadences are due on the last day of their month or quarter and never roll; a window's end rolls forward.
    """
    months = []
    for one in months_of(cycle):
        key = _month_key(cycle, one.start)
        months.append(Span(key, one.label.root, one.start, one.end, False, month=key))
    if per == "month":
        return months
    if per == "quarter":
        quarters = quarters_of(cycle)
        return [Span(one.code, one.label.root, one.start, one.end, False, period=one.ordinal) for one in quarters]
    first, last = window or (cycle.start, cycle.end)
    label = next(one.label for one in months if one.first <= first <= one.last)
    return [Span("cycle", label, first, last, True)]


def still_ahead(spans: list[Span], *, since: date) -> list[Span]:
    """Return the spans without the months and quarters that were over before anybody could act; a window stays."""
    return [span for span in spans if span.rolls or span.last >= since]


def may_extend(
    *, level: str, reach: Reach, due_on: date, new_due_on: date, today: date, last_day: date
) -> list[Refusal]:
    """Say why a due day cannot be moved there: only by a higher level, only later, not into the past, in the cycle."""
    found = _above(level, reach)
    if new_due_on <= due_on:
        found.append(Refusal("due_only_later", field="due_on", params={"due_on": due_on}))
    elif new_due_on < today:
        found.append(Refusal("due_in_past", field="due_on"))
    if new_due_on > last_day:
        found.append(Refusal("due_after_cycle", field="due_on", params={"last": last_day}))
    return found


def may_waive(*, level: str, reach: Reach) -> list[Refusal]:
    """Say why it cannot be waived: headquarters may waive any, a province only what is owed below its own level."""
    return [] if reach == "national" else _above(level, reach)


def may_attest(*, level: str, reach: Reach, fulfilled_on: date, today: date) -> list[Refusal]:
    """Say why it cannot be attested: by the level that owes it or headquarters, on a day that has come."""
    found = []
    if reach == "none" or (level == "national" and reach != "national"):
        found.append(Refusal("not_yours_to_attest"))
    if fulfilled_on > today:
        found.append(Refusal("date_in_future", field="fulfilled_on"))
    return found


def _above(level: str, reach: Reach) -> list[Refusal]:
    """Authority lies with a level above the one that owes."""
    ranks = {"none": 0, "school": 1, "province": 2, "national": 3}
    return [] if ranks[reach] > ranks[level] else [Refusal("authority_not_above")]


def _month_key(cycle: CycleRange, day: date) -> str:
    year, month, _ = from_gregorian(cycle.calendar, day)
    return f"{year}-{month:02d}"
