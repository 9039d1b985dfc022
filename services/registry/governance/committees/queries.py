"""Questions about committees, seats and holders."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.registry.governance.committees.lifecycle import SeatState
from services.registry.governance.committees.models import Committee, CommitteeSeat, SeatHolding
from services.registry.register.territories.queries import TerritoryNotFound, territory_to_write
from shared.kernel.auth import Actor
from shared.kernel.problems import NotFound
from shared.kernel.tenancy import within


class CommitteeNotFound(NotFound):
    """No such committee."""


class SeatNotFound(NotFound):
    """This committee has no such seat."""


def get_committee(session: Session, committee_id: UUID, *, by: Actor) -> Committee:
    """The committee, if it is within the actor's reach; CommitteeNotFound otherwise."""
    found = session.scalar(select(Committee).where(Committee.id == committee_id, within(Committee, by)))
    if found is None:
        raise CommitteeNotFound
    return found


def get_home_path(session: Session, *, province: str, by: Actor) -> str:
    """The territory path of a province the actor may write for; 403 for another's, 404 for what is no province."""
    territory = territory_to_write(session, province, by=by)
    if territory.level != "province":
        raise TerritoryNotFound
    return territory.path


def list_committees(
    session: Session,
    *,
    by: Actor,
    programme: str | None = None,
    cycle: str | None = None,
    level: str | None = None,
    province: str | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> Sequence[Committee]:
    """Committees within reach by id, one more than the limit so that the caller sees whether there are more."""
    wanted = select(Committee).where(within(Committee, by)).order_by(Committee.id).limit(limit + 1)
    given = ((Committee.programme, programme), (Committee.cycle, cycle), (Committee.level, level))
    for column, value in (*given, (Committee.province, province)):
        if value is not None:
            wanted = wanted.where(column == value)
    return session.scalars(wanted if after is None else wanted.where(Committee.id > after)).all()


def find_committee(
    session: Session, *, tenant: str, programme: str, cycle: str, level: str, province: str = ""
) -> Committee | None:
    """The committee of a level, and of a province where the level is province."""
    return session.scalar(
        select(Committee).where(
            Committee.tenant == tenant,
            Committee.programme == programme,
            Committee.cycle == cycle,
            Committee.level == level,
            Committee.province == province,
        )
    )


def list_seats(session: Session, committee: Committee) -> Sequence[CommitteeSeat]:
    """The seats in the template's order."""
    return session.scalars(
        select(CommitteeSeat)
        .where(CommitteeSeat.tenant == committee.tenant, CommitteeSeat.committee_id == committee.id)
        .order_by(CommitteeSeat.ordinal)
    ).all()


def list_holdings(session: Session, committee: Committee) -> Sequence[SeatHolding]:
    """All holders so far of all seats, in the order of their days."""
    return session.scalars(
        select(SeatHolding)
        .join(CommitteeSeat, CommitteeSeat.id == SeatHolding.seat_id)
        .where(CommitteeSeat.tenant == committee.tenant, CommitteeSeat.committee_id == committee.id)
        .order_by(SeatHolding.begins_on, SeatHolding.id)
    ).all()


def get_seat(session: Session, committee: Committee, code: str) -> CommitteeSeat:
    """One seat by its code; SeatNotFound when the template has none of that name."""
    for seat in list_seats(session, committee):
        if seat.code == code:
            return seat
    raise SeatNotFound


def find_open_holding(session: Session, seat: CommitteeSeat) -> SeatHolding | None:
    """Who holds the seat now."""
    return session.scalar(
        select(SeatHolding).where(
            SeatHolding.tenant == seat.tenant, SeatHolding.seat_id == seat.id, SeatHolding.ends_on.is_(None)
        )
    )


def find_last_end(session: Session, seat: CommitteeSeat) -> date | None:
    """The day the last holder left, None while nobody has left it yet."""
    return session.scalar(
        select(SeatHolding.ends_on)
        .where(SeatHolding.tenant == seat.tenant, SeatHolding.seat_id == seat.id, SeatHolding.ends_on.is_not(None))
        .order_by(SeatHolding.ends_on.desc())
        .limit(1)
    )


def seat_holder(
    session: Session, *, tenant: str, programme: str, cycle: str, level: str, province: str, code: str
) -> UUID | None:
    """The person in a seat today, None when it is vacant or the committee does not exist yet."""
    return session.scalar(
        _open_holders(tenant=tenant, programme=programme, cycle=cycle)
        .where(Committee.level == level, Committee.province == province, CommitteeSeat.code == code)
        .limit(1)
    )


def holds_seat(session: Session, *, by: Actor, programme: str, cycle: str, codes: Sequence[str]) -> bool:
    """Whether the actor holds one of these seats of the country's or the own province's committee."""
    if by.person_id is None:
        return False
    held = _open_holders(tenant=by.tenant, programme=programme, cycle=cycle).where(
        SeatHolding.person_id == by.person_id, CommitteeSeat.code.in_(codes), within(Committee, by)
    )
    return session.scalar(held.limit(1)) is not None


def _open_holders(*, tenant: str, programme: str, cycle: str) -> Select[UUID]:
    return (
        select(SeatHolding.person_id)
        .join(CommitteeSeat, CommitteeSeat.id == SeatHolding.seat_id)
        .join(Committee, Committee.id == CommitteeSeat.committee_id)
        .where(
            Committee.tenant == tenant,
            Committee.programme == programme,
            Committee.cycle == cycle,
            CommitteeSeat.state == SeatState.FILLED,
            SeatHolding.ends_on.is_(None),
        )
    )
