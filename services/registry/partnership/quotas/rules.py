"""Limits, the launch steps that follow from slots, and when a quota is looked at again. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from shared.kernel.problems import Refusal
from shared.values.deadlines import at_local, local_day

REMINDER_HOUR = time(9)
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Limits:
    """Minimum and maximum of one quota on one day, both inclusive."""

    min: int
    max: int


@dataclass(frozen=True)
class Exemption:
    """Other limits of a quota, granted by headquarters for the days `from_on` to `until_on`, both inclusive."""

    quota_id: str
    min: int
    max: int
    from_on: date
    until_on: date
    reason: str = ""


@dataclass(frozen=True)
class Holding:
    """A slot in use: since when, and since when its holder is established."""

    taken_on: date
    established_on: date | None


def limits_on(day: date, quota_id: str, usual: Limits, exemptions: Iterable[Exemption]) -> Limits:
    """The limits of a quota on a day: the latest granted exemption that covers the day, else the definition's own."""
    covering = [e for e in exemptions if e.quota_id == quota_id and e.from_on <= day <= e.until_on]
    return Limits(covering[-1].min, covering[-1].max) if covering else usual


def may_grant_exception(*, limits: Limits, usual: Limits, today: date, until: date) -> list[Refusal]:
    """Why headquarters may not grant these limits: they are upside down, change nothing, or have expired already."""
    refusals = []
    params = {"min": limits.min, "max": limits.max}
    if limits.min > limits.max:
        refusals.append(Refusal("quota_min_above_max", "min", params=params))
    if limits == usual:
        refusals.append(Refusal("quota_exception_changes_nothing", "max", params=params))
    if until < today:
        refusals.append(Refusal("quota_exception_expired", "until_on", params={"day": until, "today": today}))
    return refusals


def third_step(slots: Mapping[str, Sequence[Holding]], least: Mapping[str, int]) -> date | None:
    """T3: the day on which the minimum was selected for every quota, or None while one is short."""
    days = []
    for subject, minimum in least.items():
        taken = sorted(holding.taken_on for holding in slots.get(subject, ()))
        if len(taken) < minimum:
            return None
        days.extend(taken[minimum - 1 : minimum])
    return max(days, default=None)


def fourth_step(secretariats: Sequence[Holding], least: int) -> date | None:
    """T4: the day the last selected secretariat was established; open while one is not, or fewer than `least` are."""
    days = [holding.established_on for holding in secretariats if holding.established_on is not None]
    return max(days) if days and len(secretariats) >= least and len(days) == len(secretariats) else None


def next_news_day(today: date, *, launch_to: date, exemptions: Iterable[Exemption]) -> date | None:
    """The next day on which a check can find something though nobody wrote anything: a window or an exception ended."""
    ends = [launch_to, *(exemption.until_on for exemption in exemptions)]
    return min((end + timedelta(days=1) for end in ends if end >= today), default=None)


def next_weekly(after: datetime, now: datetime, tz: str) -> datetime:
    """09:00 local one or more whole weeks after `after`, the first in the future; it keeps its weekday (N-10)."""
    day = local_day(after, tz) + WEEK
    while at_local(day, REMINDER_HOUR, tz) <= now:
        day += WEEK
    return at_local(day, REMINDER_HOUR, tz)
