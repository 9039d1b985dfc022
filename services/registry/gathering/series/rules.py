"""Which editions a series may have: pure (I-47)."""

from shared.kernel.problems import Refusal


def may_have_edition(kind: str, *, of_kind: str, edition: int | None, last_edition: int) -> list[Refusal]:
    """Say why a meeting cannot be this edition: another kind, or a number not above those given so far (I-47)."""
    found = []
    if kind != of_kind:
        found.append(Refusal("series_of_other_kind", field="series_id", params={"kind": of_kind}))
    if edition is not None and edition <= last_edition:
        found.append(Refusal("edition_not_increasing", field="edition", params={"last": last_edition}))
    return found
