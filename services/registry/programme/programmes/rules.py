"""What a revision of a programme permits. Pure: definitions in, refusals out."""

from services.registry.programme.programmes.definition import Definition
from shared.kernel.problems import Refusal


def may_revise(current: Definition, revised: Definition) -> list[Refusal]:
    """Why a definition cannot follow another: it is another programme's, or it would re-cut running years."""
    refusals = []
    if (current.code, current.tenant) != (revised.code, revised.tenant):
        refusals.append(Refusal("another_programme", "definition.code", params={"code": current.code}))
    if (current.system, current.tz, current.country) != (revised.system, revised.tz, revised.country):
        refusals.append(
            Refusal("calendar_cannot_change", "definition.calendar", params={"calendar": current.system.value})
        )
    return refusals
