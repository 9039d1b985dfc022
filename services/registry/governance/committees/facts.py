"""A committee as its events carry it: whole, with every seat and its holders so far."""

from datetime import date

from sqlalchemy.orm import Session

from services.registry.governance.committees.models import Committee
from services.registry.governance.committees.queries import list_holdings, list_seats
from services.registry.programme.programmes.definition import Definition
from shared.contracts.base import FactHeader
from shared.contracts.governance import CommitteeFact, SeatHolding, SeatState
from shared.values.partial_dates import PartialDate


def header(committee: Committee) -> FactHeader:
    """The version of the fact the next event carries: one per event."""
    return FactHeader(id=committee.id, version=(committee.sequence or 0) + 1)


def on_day(rules: Definition, day: date) -> PartialDate:
    """A local day told in the programme's calendar."""
    return PartialDate.of_day(rules.system, day)


def committee_fact(session: Session, committee: Committee) -> CommitteeFact:
    """The committee with all its seats and holdings."""
    holdings = list_holdings(session, committee)
    seats = tuple(
        SeatState(
            code=seat.code,
            title=seat.names,
            function=_function(committee, seat.code),
            holdings=tuple(
                SeatHolding(
                    person_id=each.person_id,
                    from_on=each.begins_on,
                    to_on=each.ends_on,
                    delegate_id=each.delegate_id,
                    minor=each.minor,
                )
                for each in holdings
                if each.seat_id == seat.id
            ),
        )
        for seat in list_seats(session, committee)
    )
    return CommitteeFact(
        committee_id=committee.id,
        code=committee.code,
        level=committee.level,
        constituted_on=committee.constituted_on,
        seats=seats,
    )


def _function(committee: Committee, code: str) -> str:
    if code == committee.chair:
        return "chair"
    return "secretary" if code == committee.secretary else "member"
