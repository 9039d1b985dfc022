"""When an obligation is due, reminds, escalates and is missed: pure arithmetic over local days (6.3, 7.4, I-39)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from services.registry.duty.obligations.definition import Ladder, Rung
from shared.values.deadlines import at_local, end_of_day, roll_forward

RUNG_HOUR = time(9, 0)
MISSED_AFTER_DAYS = 30


@dataclass(frozen=True)
class WorkDays:
    """The zone, the weekend (Python weekday numbers) and the holidays of the assignee's territory."""

    tz: str
    weekend: frozenset[int]
    holidays: frozenset[date] = frozenset()

    def roll(self, day: date) -> date:
        """Return the day itself or the first working day after it."""
        return roll_forward(day, self.weekend, self.holidays)


@dataclass(frozen=True)
class Step:
    """A rung with its instant."""

    code: str
    offset: int
    at: datetime
    roles: tuple[str, ...]

    @property
    def before_due(self) -> bool:
        """Whether it reminds (before the due day) rather than escalates."""
        return self.offset <= 0


def due_instant(due_on: date, days: WorkDays) -> datetime:
    """Return 23:59:59.999 local of the due day."""
    return end_of_day(due_on, days.tz)


def missed_instant(due_on: date, days: WorkDays) -> datetime:
    """Return the due instant moved by thirty local days: from then on it counts as missed."""
    return end_of_day(due_on + timedelta(days=MISSED_AFTER_DAYS), days.tz)


def due_day(last_day: date, *, rolls: bool, days: WorkDays) -> date:
    """Return the due day of a period's last day; cadences never roll, windows roll forward past non-working days."""
    return days.roll(last_day) if rolls else last_day


def steps_of(ladder: Ladder, *, due_on: date, days: WorkDays) -> list[Step]:
    """Return the ladder's steps with their instants, in order of time.

    Each falls at 09:00 local of its day, on a non-working day at 09:00 of the next working day. A reminder that rolls
    past the due instant is dropped; of two steps that meet on one day only the higher remains.
    """
    due_at = due_instant(due_on, days)
    by_day: dict[date, Step] = {}
    for rung in (*ladder.before, *ladder.after):
        day, step = _placed(rung, due_on, days)
        if step.before_due and step.at > due_at:
            continue
        by_day[day] = step
    return sorted(by_day.values(), key=lambda step: step.at)


def _placed(rung: Rung, due_on: date, days: WorkDays) -> tuple[date, Step]:
    day = days.roll(due_on + timedelta(days=rung.offset))
    return day, Step(rung.step, rung.offset, at_local(day, RUNG_HOUR, days.tz), rung.roles)


def waiting_steps(steps: Sequence[Step], *, since: datetime, fired: Collection[str]) -> list[Step]:
    """Return the steps still to come for this due version: not fired, and not already past when the version was set."""
    return [step for step in steps if step.at > since and step.code not in fired]


def reached_step(waiting: Sequence[Step], *, now: datetime) -> tuple[Step | None, tuple[str, ...]]:
    """Return the highest step reached by now, and the codes of all reached ones.

    After a standstill several may be reached at once: people get the highest alone, the others count as fired.
    """
    reached = [step for step in waiting if step.at <= now]
    return (reached[-1] if reached else None), tuple(step.code for step in reached)


def days_late(due_on: date, on: date) -> int:
    """Return whole local days after the due day; never below 0."""
    return max(0, (on - due_on).days)


def is_late(due_on: date, effective_on: date) -> bool:
    """Return whether something effective on that local day came after the due day."""
    return effective_on > due_on
