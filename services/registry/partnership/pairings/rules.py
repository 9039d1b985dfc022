"""What a pairing permits. Pure: values in, refusals out; the caller fetches the values."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from shared.kernel.problems import Refusal

# A secretariat can be paired from its selection on; more is asked only when the pairing is established (I-10).
PAIRABLE = ("selected", "appointed", "established")
APPOINTED = ("appointed", "established")
READINESS = "readiness"


def may_propose(*, secretariat_state: str, agency_state: str | None) -> list[Refusal]:
    """Why the two cannot be paired: one of them is not selected in this province and cycle (I-09)."""
    refusals = []
    if secretariat_state not in PAIRABLE:
        refusals.append(Refusal("secretariat_not_selected", "secretariat_id"))
    if agency_state != "selected":
        refusals.append(Refusal("agency_not_selected", "agency_id"))
    return refusals


def may_invite(*, sent_on: date | None, to_agency: bool, subject_code: str) -> list[Refusal]:
    """Why this letter does not invite the agency: it has not left, goes elsewhere, or says something else."""
    refusals = []
    if sent_on is None:
        refusals.append(Refusal("letter_not_sent", "letter_id"))
    if not to_agency:
        refusals.append(Refusal("letter_not_to_this_agency", "letter_id"))
    if subject_code != READINESS:
        refusals.append(Refusal("letter_declares_no_readiness", "letter_id"))
    return refusals


def may_answer(*, own: bool, official: bool) -> list[Refusal]:
    """The agency itself answers an invitation, or an officer enters its written answer; the school does not."""
    return [] if own or official else [Refusal("not_the_invited_agency")]


def may_establish(*, secretariat_state: str, accepted_on: date | None) -> list[Refusal]:
    """Why the two are not linked yet: no appointment letter, or no acceptance by the agency (I-10)."""
    refusals = []
    if secretariat_state not in APPOINTED:
        refusals.append(Refusal("secretariat_not_appointed", "secretariat_id"))
    if accepted_on is None:
        refusals.append(Refusal("agency_has_not_accepted", "agency_id"))
    return refusals


def may_complete(*, cycle_state: str) -> list[Refusal]:
    """A pairing is completed with its cycle, not before."""
    return [] if cycle_state == "closed" else [Refusal("cycle_not_closed")]


def may_correct(*, before: Mapping[str, date | None], after: Mapping[str, date]) -> list[Refusal]:
    """A correction must change something, and only a day that has been entered before."""
    refusals = [Refusal("nothing_to_correct", name) for name in after if before.get(name) is None]
    if not refusals and dict(before) == dict(after):
        refusals.append(Refusal("correction_changes_nothing"))
    return refusals


def in_order(
    proposed: date,
    invited: date | None,
    answered: date | None,
    established: date | None,
    active: Sequence[Mapping[str, Any]] = (),
) -> list[Refusal]:
    """The days of a pairing never run backwards: proposed, invited, answered, established, first pause or end."""
    first_pause = date.fromisoformat(active[0]["to_on"]) if active and active[0]["to_on"] else None
    steps = (("invited_on", invited), ("answered_on", answered), ("established_on", established), ("on", first_pause))
    refusals, latest = [], proposed
    for field, day in steps:
        if day is not None and day < latest:
            refusals.append(Refusal("day_before_previous_step", field, params={"day": day, "earliest": latest}))
        latest = max(latest, day) if day is not None else latest
    return refusals
