"""What an agency's record permits. Pure."""

from collections.abc import Sequence
from uuid import UUID

from shared.kernel.problems import Refusal


def may_pool(*, level: str, province: str, pool: Sequence[str], provinces: Sequence[str]) -> list[Refusal]:
    """Why an agency cannot be in these pools: unknown provinces, or a provincial agency outside its own."""
    refusals = [
        Refusal("pool_province_unknown", "pool_territories", params={"code": c}) for c in pool if c not in provinces
    ]
    if level == "provincial" and not province:
        refusals.append(Refusal("agency_needs_province", "territory_code"))
    if level == "provincial" and set(pool) - {province}:
        refusals.append(Refusal("pool_outside_province", "pool_territories", params={"province": province}))
    if level != "provincial" and province:
        refusals.append(Refusal("agency_is_national", "territory_code"))
    return refusals


def may_merge(*, one: UUID, into: UUID, target_open: bool, same_place: bool) -> list[Refusal]:
    """Why a record cannot go into another: it is itself, the other is not in use, or belongs elsewhere."""
    refusals = []
    if one == into:
        refusals.append(Refusal("merge_into_itself", "into_id"))
    if not target_open:
        refusals.append(Refusal("merge_target_not_active", "into_id"))
    if not same_place:
        refusals.append(Refusal("merge_target_elsewhere", "into_id"))
    return refusals
