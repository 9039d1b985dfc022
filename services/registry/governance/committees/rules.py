"""Who may hold a seat, who may stand in for a holder, and from when to when (R-045, I-13, I-14)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.kernel.problems import Refusal


@dataclass(frozen=True)
class SeatRule:
    """What the definition says of one seat."""

    code: str
    minor: bool
    delegate_allowed: bool


@dataclass(frozen=True)
class Candidate:
    """What must be known of a person who is to take a seat."""

    person_id: UUID
    minor: bool
    has_contacts: bool


def may_hold_seat(seat: SeatRule, candidate: Candidate) -> list[Refusal]:
    """Say why this person may not hold this seat: a minor has no contact points and sits on a minor's seat (I-14)."""
    refusals = []
    if candidate.minor and not seat.minor:
        refusals.append(Refusal("seat_not_for_minor", field="person_id", params={"seat": seat.code}))
    if candidate.minor and candidate.has_contacts:
        refusals.append(Refusal("minor_has_contact_points", field="person_id"))
    if seat.minor and not candidate.minor:
        refusals.append(Refusal("seat_for_student", field="person_id", severity="soft", params={"seat": seat.code}))
    return refusals


def may_name_delegate(seat: SeatRule, candidate: Candidate, holder_id: UUID) -> list[Refusal]:
    """Say why this person may not stand in: only seats that allow it have a delegate, who is another adult (R-045)."""
    refusals = []
    if not seat.delegate_allowed:
        refusals.append(Refusal("delegate_not_allowed", params={"seat": seat.code}))
    if candidate.person_id == holder_id:
        refusals.append(Refusal("delegate_is_holder", field="person_id"))
    if candidate.minor:
        refusals.append(Refusal("delegate_is_minor", field="person_id"))
    return refusals


def may_begin(begins: date, cycle_ends: date, last_end: date | None) -> list[Refusal]:
    """Say why a seat may not be taken on this day: after the cycle, or before its last holder left (I-13)."""
    refusals = []
    if begins > cycle_ends:
        refusals.append(Refusal("seat_after_cycle", field="begins_on"))
    if last_end is not None and begins < last_end:
        refusals.append(Refusal("seat_still_held", field="begins_on", params={"until": last_end.isoformat()}))
    return refusals


def may_vacate(began: date, ends: date) -> list[Refusal]:
    """Say why a seat may not be left on this day: nobody leaves before they came."""
    if ends < began:
        return [Refusal("seat_left_before_taken", field="ends_on", params={"from": began.isoformat()})]
    return []


def may_be_secretary(seat: str, chair: str, fixed: str | None, seats: Sequence[str]) -> list[Refusal]:
    """Say why this seat may not carry the secretary's function (one chair, at most one secretary, I-13)."""
    refusals = []
    if seat not in seats:
        refusals.append(Refusal("seat_unknown", field="seat", params={"seat": seat}))
    if seat == chair:
        refusals.append(Refusal("secretary_is_chair", field="seat"))
    if fixed is not None and seat != fixed:
        refusals.append(Refusal("secretary_fixed", field="seat", params={"seat": fixed}))
    return refusals
