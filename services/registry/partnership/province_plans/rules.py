"""What a province plan permits: the days facts may take effect, starting, launching, delegating. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from services.registry.programme.programmes.definition import Definition
from shared.kernel.problems import Refusal
from shared.values.deadlines import local_day
from shared.values.periods import CycleRange

LAUNCH_REMINDERS = (("T-7", 7), ("T-2", 2))
"""Step and days before the launch window's end (N-12)."""


@dataclass(frozen=True)
class CycleRules:
    """What the wing needs of a cycle: its pinned definition (I-01), its first and last day, its state."""

    definition: Definition
    from_on: date
    to_on: date
    state: str

    @property
    def tz(self) -> str:
        """The zone in which the programme's days are counted."""
        return self.definition.tz

    @property
    def launch_to(self) -> date:
        """The last day of the launch window."""
        cycle = CycleRange(calendar=self.definition.system, start=self.from_on, end=self.to_on)
        return self.definition.windows["launch"].bounds(cycle)[1]

    def today(self, now: datetime) -> date:
        """The local day of the programme at an instant."""
        return local_day(now, self.tz)


def may_take_effect(
    day: date, *, today: date, cycle_from: date, cycle_to: date, field: str, not_before: date | None = None
) -> list[Refusal]:
    """Why a fact may not take effect on `day`: the future, outside the cycle, or before what it follows (I-27)."""
    if day > today:
        return [Refusal("day_in_future", field, params={"day": day, "today": today})]
    if not cycle_from <= day <= cycle_to:
        return [Refusal("day_outside_cycle", field, params={"day": day, "first": cycle_from, "last": cycle_to})]
    if not_before is not None and day < not_before:
        return [Refusal("day_before_previous_step", field, params={"day": day, "earliest": not_before})]
    return []


def may_start(*, directive_issued_on: date | None, cycle_open: bool) -> list[Refusal]:
    """Why a province cannot start: the cycle is not open. A directive still to come only warns."""
    refusals = [] if cycle_open else [Refusal("cycle_not_open", "cycle")]
    if directive_issued_on is None:
        refusals.append(Refusal("directive_not_issued", None, "soft"))
    return refusals


def may_launch(steps: Mapping[str, date | None], *, short_of: Sequence[str]) -> list[Refusal]:
    """What is still open at launch: steps T1–T4, quotas below their minimum. All soft: papers arrive late (I-05)."""
    refusals = [Refusal("launch_step_open", "steps", "soft", {"step": step}) for step in open_steps(steps)]
    return refusals + [Refusal("quota_below_minimum", "slots", "soft", {"quota": quota}) for quota in short_of]


def may_delegate(*, district: str, province: str, path: str | None, known: Sequence[str]) -> list[Refusal]:
    """Why a district cannot take part: it lies elsewhere, or does so already."""
    if path is None or province not in path.split("/")[:-1]:
        return [Refusal("district_not_in_province", "district")]
    return [Refusal("district_already_delegated", "district")] if district in known else []


def open_steps(steps: Mapping[str, date | None]) -> tuple[str, ...]:
    """The launch steps that are not done."""
    return tuple(step for step, day in steps.items() if day is None)


def launch_reminder_after(today: date, launch_to: date) -> tuple[str, date] | None:
    """The next launch reminder and its day before any rolling: T-7 or T-2, None when both are past."""
    upcoming = [(step, launch_to - timedelta(days=days)) for step, days in LAUNCH_REMINDERS]
    return next(((step, day) for step, day in upcoming if day > today), None)


Intervals = list[dict[str, Any]]
"""Days [from_on, to_on) as they are stored: ISO texts; `to_on` is None while it lasts."""


def begun(intervals: Intervals, day: date) -> Intervals:
    """The intervals with a new one that begins on `day`; one that is still open stays as it is."""
    if intervals and intervals[-1]["to_on"] is None:
        return intervals
    return [*intervals, {"from_on": day.isoformat(), "to_on": None}]


def ended(intervals: Intervals, day: date) -> Intervals:
    """The intervals with the open one ended on `day` (its first day outside); one of no length is dropped."""
    if not intervals or intervals[-1]["to_on"] is not None:
        return intervals
    last = intervals[-1] | {"to_on": day.isoformat()}
    return [*intervals[:-1], *([last] if last["to_on"] > last["from_on"] else [])]


def last_day(intervals: Intervals) -> date | None:
    """The last day at which the intervals begin or end: what follows may not be earlier."""
    if not intervals:
        return None
    return date.fromisoformat(intervals[-1]["to_on"] or intervals[-1]["from_on"])
