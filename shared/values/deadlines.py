"""Deadlines: local days and instants, working days, and the day and instant something is due."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

LAST_MOMENT = time(23, 59, 59, 999000)
WEEKDAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}


def weekend_of(names: Collection[str]) -> frozenset[int]:
    """Python's weekday numbers (Monday is 0) of days named 'thu', 'fri', ..."""
    return frozenset(WEEKDAYS[name] for name in names)


def local_day(instant: datetime, tz: str) -> date:
    """The calendar day on the wall of the zone at an aware instant."""
    return instant.astimezone(ZoneInfo(tz)).date()


def local_time(instant: datetime, tz: str) -> datetime:
    """The wall clock of the zone at an aware instant."""
    return instant.astimezone(ZoneInfo(tz))


def at_local(day: date, at: time, tz: str, *, last: bool = False) -> datetime:
    """The UTC instant of a wall-clock time.

    Where the clock goes back the hour occurs twice: the first is meant, with `last` the second. A time that the
    spring change skips means the same distance from midnight counted in the old offset.
    """
    return datetime.combine(day, at.replace(fold=1 if last else 0), tzinfo=ZoneInfo(tz)).astimezone(UTC)


def start_of_day(day: date, tz: str) -> datetime:
    """The first UTC instant of a local day; the end of a day is the start of the next."""
    return at_local(day, time(0), tz)


def end_of_day(day: date, tz: str) -> datetime:
    """The UTC instant of 23:59:59.999 of a local day, the later one when that hour occurs twice."""
    return at_local(day, LAST_MOMENT, tz, last=True)


def is_working_day(day: date, weekend: Collection[int], holidays: Collection[date]) -> bool:
    """Neither a weekend day nor a holiday."""
    return day.weekday() not in weekend and day not in holidays


def roll_forward(day: date, weekend: Collection[int], holidays: Collection[date]) -> date:
    """The day itself, or the first working day after it."""
    while not is_working_day(day, weekend, holidays):
        day += timedelta(days=1)
    return day


def working_days_after(day: date, n: int, weekend: Collection[int], holidays: Collection[date]) -> date:
    """The n-th working day strictly after a day; with n = 0 the day itself, rolled forward."""
    if n == 0:
        return roll_forward(day, weekend, holidays)
    for _ in range(n):
        day = roll_forward(day + timedelta(days=1), weekend, holidays)
    return day


def working_days_between(first: date, last: date, weekend: Collection[int], holidays: Collection[date]) -> int:
    """Working days after the first day, up to and with the last; 0 when last is not after first."""
    days = range(1, max((last - first).days, 0) + 1)
    return sum(is_working_day(first + timedelta(days=n), weekend, holidays) for n in days)


class Anchor(StrEnum):
    """From which day a deadline is counted."""

    PERIOD_END = "period_end"
    WINDOW_END = "window_end"
    CYCLE_START = "cycle_start"
    CYCLE_END = "cycle_end"
    EVENT = "event"


class Roll(StrEnum):
    """What happens to a deadline on a day off."""

    FORWARD = "forward"
    NONE = "none"


class Due(NamedTuple):
    """When something is due: the local day and the UTC instant."""

    day: date
    instant: datetime


class DeadlineRule(BaseModel):
    """How a due day follows from its anchor: offset in days, rolling, and what happens after it passed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    anchor: Anchor = Anchor.PERIOD_END
    offset_days: int = 0
    roll: Roll = Roll.NONE
    time_of_day: time = LAST_MOMENT
    grace_days: int = Field(default=0, ge=0)
    missed_after_days: int | None = Field(default=None, ge=1)

    def due(self, anchor_day: date, *, weekend: Collection[int], holidays: Collection[date], tz: str) -> Due:
        """The due day and instant for the anchor's last day; cadences have roll 'none' and stay on their day."""
        day = anchor_day + timedelta(days=self.offset_days)
        if self.roll is Roll.FORWARD:
            day = roll_forward(day, weekend, holidays)
        return Due(day, at_local(day, self.time_of_day, tz, last=True))

    def missed_at(self, due_day: date, *, tz: str) -> datetime | None:
        """The instant after which something still open counts as missed; None when it never does."""
        if self.missed_after_days is None:
            return None
        return at_local(due_day + timedelta(days=self.missed_after_days), self.time_of_day, tz, last=True)
