"""What a person's record permits. Pure."""

from uuid import UUID

from shared.kernel.problems import Refusal


def may_hold_contacts(
    *, minor: bool, email: str | None, mobile: str | None, guardian_id: UUID | None, person_id: UUID
) -> list[Refusal]:
    """Why these contact points cannot be kept: a minor has none, their guardian has (I-14)."""
    refusals = []
    if minor:
        refusals += [
            Refusal("minor_has_no_contact_points", field)
            for field, value in (("email", email), ("mobile", mobile))
            if value is not None
        ]
    if guardian_id is not None and not minor:
        refusals.append(Refusal("guardian_only_for_minors", "guardian_id"))
    if guardian_id == person_id:
        refusals.append(Refusal("own_guardian", "guardian_id"))
    return refusals


def may_be_guardian(*, minor: bool, active: bool) -> list[Refusal]:
    """A guardian is an adult whose record is in use."""
    return [] if active and not minor else [Refusal("guardian_not_adult", "guardian_id")]
