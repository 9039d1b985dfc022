"""Wire shapes of committees."""

from datetime import date
from typing import Literal
from uuid import UUID

from services.registry.governance.committees.lifecycle import COMMITTEE, SEAT, SeatState, State
from services.registry.governance.committees.models import Committee, CommitteeSeat, SeatHolding
from shared.kernel.wire import Code, Day, Out, Wire


class CommitteeIn(Wire):
    """A committee to be constituted; its seats come from the programme's definition."""

    id: UUID | None = None
    programme: Code
    cycle: Code
    level: Literal["national", "province"]
    province: Code | None = None
    constituted_on: Day | None = None


class SeatPersonIn(Wire):
    """Who takes a seat, or stands in for its holder, from which day on (today when left out)."""

    person_id: UUID
    begins_on: Day | None = None


class SeatEndIn(Wire):
    """The first day without the holder (today when left out)."""

    ends_on: Day | None = None


class SecretaryIn(Wire):
    """The seat that carries the secretary's function."""

    seat: Code


class SeatOut(Out):
    """A seat and who is in it; person, delegate and day are empty while it is vacant."""

    code: str
    names: dict[str, str]
    role: str
    minor: bool
    delegate_allowed: bool
    state: str
    holder_id: UUID | None
    delegate_id: UUID | None
    begins_on: date | None
    open_actions: list[str]


class CommitteeOut(Out):
    """A committee with its seats in the template's order."""

    id: UUID
    programme: str
    cycle: str
    code: str
    level: str
    province: str
    names: dict[str, str]
    state: str
    constituted_on: date
    chair: str
    secretary: str | None
    seats: list[SeatOut]
    open_actions: list[str]
    version: int


def committee_out(committee: Committee, seats: list[CommitteeSeat], holdings: list[SeatHolding]) -> CommitteeOut:
    """The wire shape of a committee."""
    holders = {each.seat_id: each for each in holdings if each.ends_on is None}
    return CommitteeOut(
        id=committee.id,
        programme=committee.programme,
        cycle=committee.cycle,
        code=committee.code,
        level=committee.level,
        province=committee.province,
        names=committee.names,
        state=committee.state,
        constituted_on=committee.constituted_on,
        chair=committee.chair,
        secretary=committee.secretary,
        seats=[_seat_out(seat, holders.get(seat.id)) for seat in seats],
        open_actions=[str(each) for each in COMMITTEE.open(State(committee.state))],
        version=committee.version,
    )


def _seat_out(seat: CommitteeSeat, holding: SeatHolding | None) -> SeatOut:
    return SeatOut(
        code=seat.code,
        names=seat.names,
        role=seat.role,
        minor=seat.minor,
        delegate_allowed=seat.delegate_allowed,
        state=seat.state,
        holder_id=holding.person_id if holding else None,
        delegate_id=holding.delegate_id if holding else None,
        begins_on=holding.begins_on if holding else None,
        open_actions=[str(each) for each in SEAT.open(SeatState(seat.state))],
    )
