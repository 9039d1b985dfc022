"""What a school's record permits. Pure."""

from datetime import date
from uuid import UUID

from shared.kernel.problems import Refusal


def may_be_as_of(as_of: date, *, today: date, before: date | None = None) -> list[Refusal]:
    """A profile is true from a day that is not in the future and not before the profile it replaces."""
    if as_of > today:
        return [Refusal("day_in_future", "as_of", params={"day": as_of, "today": today})]
    if before is not None and as_of < before:
        return [Refusal("profile_older_than_present", "as_of", params={"day": as_of, "present": before})]
    return []


def may_merge(*, one: UUID, into: UUID, target_open: bool, same_province: bool, field: str) -> list[Refusal]:
    """Why a record cannot go into another: it is itself, the other is not active, or lies in another province."""
    refusals = []
    if one == into:
        refusals.append(Refusal("merge_into_itself", field))
    if not target_open:
        refusals.append(Refusal("merge_target_not_active", field))
    if not same_province:
        refusals.append(Refusal("merge_target_elsewhere", field))
    return refusals
