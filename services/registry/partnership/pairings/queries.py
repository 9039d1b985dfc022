"""Questions about pairings, each guarded by the asking actor: there is no other way to a row."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from services.registry.partnership.pairings.lifecycle import OPEN, PAIRING, State
from services.registry.partnership.pairings.models import Pairing
from shared.kernel.auth import Actor
from shared.kernel.problems import NotFound
from shared.kernel.tenancy import within

WIDE = ("hq_officer", "hq_viewer", "legal_officer", "province_officer", "province_viewer", "district_officer", "system")
IN_SCHOOL = ("principal", "secretariat_officer")
IN_AGENCY = ("agency_manager", "agency_contact")


class PairingNotFound(NotFound):
    """No such pairing."""


def get_pairing(session: Session, pairing_id: UUID, *, by: Actor) -> Pairing:
    """The pairing; PairingNotFound (404) when there is none within the actor's reach, as if it did not exist."""
    pairing = session.scalar(select(Pairing).where(Pairing.id == pairing_id, within(Pairing, by), _reach(by)))
    if pairing is None:
        raise PairingNotFound
    return pairing


def find_open_pairing(
    session: Session,
    *,
    tenant: str,
    programme: str,
    cycle: str,
    secretariat_id: UUID | None = None,
    agency_id: UUID | None = None,
) -> Pairing | None:
    """The open pairing of a secretariat or of an agency in a cycle, None when both are free (I-08)."""
    taken = or_(Pairing.secretariat_id == secretariat_id, Pairing.agency_id == agency_id)
    place = (Pairing.tenant == tenant, Pairing.programme == programme, Pairing.cycle == cycle)
    return session.scalars(select(Pairing).where(*place, Pairing.state.in_(OPEN), taken).order_by(Pairing.id)).first()


def list_pairings(
    session: Session,
    *,
    by: Actor,
    programme: str | None = None,
    cycle: str | None = None,
    province: str | None = None,
    state: str | None = None,
    secretariat_id: UUID | None = None,
    school_id: UUID | None = None,
    agency_id: UUID | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> Sequence[Pairing]:
    """Pairings within the actor's reach in the order of their ids, one more than the limit."""
    wanted = select(Pairing).where(within(Pairing, by), _reach(by)).order_by(Pairing.id).limit(limit + 1)
    filters = {
        Pairing.programme: programme,
        Pairing.cycle: cycle,
        Pairing.province: province,
        Pairing.state: state,
        Pairing.secretariat_id: secretariat_id,
        Pairing.school_id: school_id,
        Pairing.agency_id: agency_id,
    }
    for column, value in filters.items():
        if value is not None:
            wanted = wanted.where(column == value)
    return session.scalars(wanted if after is None else wanted.where(Pairing.id > after)).all()


def established_pairings(
    session: Session, *, tenant: str, programme: str, cycle: str, province: str | None = None
) -> Sequence[Pairing]:
    """The pairings that work now, by id; of one province or of all."""
    wanted = select(Pairing).where(
        Pairing.tenant == tenant,
        Pairing.programme == programme,
        Pairing.cycle == cycle,
        Pairing.state == State.ESTABLISHED,
    )
    if province is not None:
        wanted = wanted.where(Pairing.province == province)
    return session.scalars(wanted.order_by(Pairing.id)).all()


def open_actions_of(pairing: Pairing) -> list[str]:
    """What may be done with the pairing now."""
    return [str(each) for each in PAIRING.open(State(pairing.state))]


def _reach(by: Actor) -> ColumnElement[bool]:
    """People of a school see their school's pairings, people of an agency their agency's (role matrix, Pairing)."""
    if by.has(*WIDE):
        return true()
    own_school = Pairing.school_id.in_(by.organisations(*IN_SCHOOL))
    return or_(own_school, Pairing.agency_id.in_(by.organisations(*IN_AGENCY)))
