"""Which territory may lie below which. Pure."""

from shared.kernel.problems import Refusal

LEVELS = ("country", "province", "district")


def may_lie(*, code: str, level: str, parent_code: str | None, parent_level: str | None) -> list[Refusal]:
    """Why a territory cannot stand here: wrong level below its parent, or a code that does not continue its code."""
    if level not in LEVELS:
        return [Refusal("territory_level_unknown", "level", params={"level": level})]
    above = LEVELS.index(level) - 1
    expected = LEVELS[above] if above >= 0 else None
    refusals = []
    if parent_level != expected:
        refusals.append(Refusal("territory_level_wrong", "parent_code", params={"expected": expected or "-"}))
    if parent_code is not None and not code.startswith(f"{parent_code}-"):
        refusals.append(Refusal("territory_code_wrong", "code", params={"parent": parent_code}))
    return refusals
