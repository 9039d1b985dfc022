"""When a directive may be approved, issued and replaced, and when its addressees are reminded (R-048, R-049)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shared.kernel.problems import Refusal

ACKNOWLEDGE_WORKING_DAYS = 3
REMINDER_STEPS = (3, 5)

WorkingDay = Callable[[date], bool]


@dataclass(frozen=True)
class Addressee:
    """A province that a directive is meant for; `known` says that its administration is registered."""

    province: str
    known: bool


def may_approve(legal_comment: str) -> list[Refusal]:
    """Say why a draft may not be approved: the legal officer has not commented."""
    return [] if legal_comment else [Refusal("legal_comment_missing")]


def may_issue(addressees: Sequence[Addressee]) -> list[Refusal]:
    """Say why a directive may not go out: nobody is addressed, one is addressed twice or has no administration."""
    if not addressees:
        return [Refusal("addressees_empty", field="provinces")]
    codes = [addressee.province for addressee in addressees]
    refusals = [
        Refusal("addressee_without_office", field="provinces", params={"province": addressee.province})
        for addressee in addressees
        if not addressee.known
    ]
    if len(set(codes)) != len(codes):
        refusals.append(Refusal("addressee_twice", field="provinces"))
    return refusals


def may_supersede(successor_issued: bool, same_cycle: bool, same: bool) -> list[Refusal]:
    """Say why this successor may not replace a directive: it must be another issued directive of the same cycle."""
    refusals = []
    if same:
        refusals.append(Refusal("successor_is_itself", field="successor_id"))
    if not successor_issued:
        refusals.append(Refusal("successor_not_issued", field="successor_id"))
    if not same_cycle:
        refusals.append(Refusal("successor_of_other_cycle", field="successor_id"))
    return refusals


def working_day_after(day: date, count: int, is_working: WorkingDay) -> date:
    """Return the `count`-th working day after `day`, which itself is not counted."""
    while count:
        day += timedelta(days=1)
        count -= is_working(day)
    return day


def reminder_day(issued_on: date, step: int, is_working: WorkingDay) -> date:
    """Return the day of a reminder: the first working day once `step` working days have passed (N-02)."""
    return working_day_after(issued_on, step + 1, is_working)
