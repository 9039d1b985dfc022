"""How a cycle is cut, when its periods move, and what permits its end. Pure."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from services.registry.programme.cycles.lifecycle import PeriodState
from services.registry.programme.programmes.definition import Definition
from shared.kernel.problems import Refusal
from shared.values.calendars import from_gregorian
from shared.values.deadlines import start_of_day
from shared.values.periods import CycleRange, Period


def label_of(cycle: CycleRange) -> str:
    """'1399-1400', or '1440' for a cycle within one year; also the scope of everything in it."""
    first, last = (from_gregorian(cycle.calendar, day)[0] for day in (cycle.start, cycle.end))
    return f"{first}" if first == last else f"{first}-{last}"


def may_cover(periods: Sequence[Period], *, start: date, end: date) -> list[Refusal]:
    """Why periods do not cut a cycle: a gap, an overlap, or another first or last day (I-02)."""
    refusals = []
    expected = start
    for period in sorted(periods, key=lambda each: each.start):
        if period.start != expected or period.end < period.start:
            refusals.append(
                Refusal("periods_do_not_join", "periods", params={"ordinal": period.ordinal, "day": expected})
            )
        expected = period.end + timedelta(days=1)
    if expected != end + timedelta(days=1):
        refusals.append(Refusal("periods_do_not_cover", "periods", params={"day": end}))
    return refusals


def may_close(states: Collection[str], *, reason: str | None) -> list[Refusal]:
    """A cycle ends when all its periods are closed; headquarters may force it, but only with a reason."""
    if reason or all(state == PeriodState.CLOSED for state in states):
        return []
    return [Refusal("periods_still_open", "reason")]


def may_adopt(*, pinned: int, wanted: int) -> list[Refusal]:
    """A cycle adopts another version than the one it has."""
    return [Refusal("version_already_pinned", "number", params={"number": pinned})] if pinned == wanted else []


def opens_at(period_start: date, *, tz: str) -> datetime:
    """The instant a period opens: the first of its first day."""
    return start_of_day(period_start, tz)


def ends_at(period_end: date, *, tz: str) -> datetime:
    """The instant a period passes into grace: the first after its last day."""
    return start_of_day(period_end + timedelta(days=1), tz)


def closes_at(period_end: date, *, definition: Definition, holidays: Collection[date]) -> datetime:
    """The instant after which nothing of a period can arrive in time: its last report due, and the days to missed."""
    instants = [ends_at(period_end, tz=definition.tz)]
    for report in definition.reports:
        due = report.deadline.due(period_end, weekend=definition.weekend, holidays=holidays, tz=definition.tz)
        missed = report.deadline.missed_at(due.day, tz=definition.tz)
        instants.append(missed or due.instant)
    return max(instants)
