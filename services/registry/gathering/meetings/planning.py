"""When a meeting reminds and when it lapses: pure arithmetic (N-35, 3.6)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from shared.values.deadlines import at_local, local_day

REMINDER_DAYS = (3, 1)
REMINDER_HOUR = time(9, 0)
LAPSES_AFTER = timedelta(days=7)


@dataclass(frozen=True)
class Reminder:
    """A step before the meeting with its instant."""

    step: str
    at: datetime


def reminders_of(starts_at: datetime, tz: str) -> list[Reminder]:
    """Return the reminders of a start, earliest first: 09:00 local, three days and one day before."""
    day = local_day(starts_at, tz)
    return [Reminder(f"T-{n}", at_local(day - timedelta(days=n), REMINDER_HOUR, tz)) for n in REMINDER_DAYS]


def waiting_reminders(starts_at: datetime, tz: str, *, since: datetime, fired: Collection[str]) -> list[Reminder]:
    """Return the reminders still to come; one whose hour had passed when the time was set is never made up for."""
    return [one for one in reminders_of(starts_at, tz) if one.at > since and one.step not in fired]


def lapses_at(ends_at: datetime) -> datetime:
    """Return the instant at which a meeting that nobody reported as held has lapsed."""
    return ends_at + LAPSES_AFTER


def next_instant(
    starts_at: datetime, ends_at: datetime, tz: str, *, since: datetime, fired: Collection[str]
) -> datetime:
    """Return when the clock has to look at a scheduled meeting next."""
    waiting = waiting_reminders(starts_at, tz, since=since, fired=fired)
    return waiting[0].at if waiting else lapses_at(ends_at)
