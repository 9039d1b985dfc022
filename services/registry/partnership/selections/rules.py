"""What selecting an agency permits. Pure."""

from shared.kernel.problems import Refusal


def may_select(*, in_pool: bool, agency_open: bool) -> list[Refusal]:
    """Why an agency cannot be selected: it is not in the province's pool, or it was merged or closed."""
    refusals = []
    if not in_pool:
        refusals.append(Refusal("agency_not_in_pool", "agency_id"))
    if not agency_open:
        refusals.append(Refusal("agency_not_open", "agency_id"))
    return refusals


def may_deselect(*, open_pairing: bool) -> list[Refusal]:
    """An agency keeps its slot while a pairing with it is open."""
    return [Refusal("agency_has_open_pairing", "agency_id")] if open_pairing else []
