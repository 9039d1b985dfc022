"""Questions about secretariats, each guarded by the asking actor."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from services.registry.partnership.secretariats.lifecycle import SECRETARIAT, State
from services.registry.partnership.secretariats.models import Appointment, Officer, Secretariat
from shared.kernel.auth import Actor
from shared.kernel.problems import NotFound
from shared.kernel.tenancy import within

WIDE = ("hq_officer", "hq_viewer", "legal_officer", "province_officer", "province_viewer", "district_officer", "system")
IN_SCHOOL = ("principal", "secretariat_officer")


class SecretariatNotFound(NotFound):
    """No such secretariat."""


def get_secretariat(session: Session, secretariat_id: UUID, *, by: Actor) -> Secretariat:
    """The secretariat; SecretariatNotFound (404) when there is none within the actor's reach."""
    secretariat = session.scalar(
        select(Secretariat).where(Secretariat.id == secretariat_id, within(Secretariat, by), _reach(by))
    )
    if secretariat is None:
        raise SecretariatNotFound
    return secretariat


def find_secretariat(
    session: Session, *, tenant: str, programme: str, cycle: str, school_id: UUID
) -> Secretariat | None:
    """The secretariat of a school in a cycle, None when there is none (I-07)."""
    return session.scalar(
        select(Secretariat).where(
            Secretariat.tenant == tenant,
            Secretariat.programme == programme,
            Secretariat.cycle == cycle,
            Secretariat.school_id == school_id,
        )
    )


def list_secretariats(
    session: Session,
    *,
    by: Actor,
    programme: str | None = None,
    cycle: str | None = None,
    province: str | None = None,
    state: str | None = None,
    school_id: UUID | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> Sequence[Secretariat]:
    """Secretariats within the actor's reach in the order of their ids, one more than the limit."""
    wanted = select(Secretariat).where(within(Secretariat, by), _reach(by)).order_by(Secretariat.id).limit(limit + 1)
    filters = {
        "programme": programme, "cycle": cycle, "province": province, "state": state, "school_id": school_id,
    }  # fmt: skip
    for name, value in filters.items():
        if value is not None:
            wanted = wanted.where(getattr(Secretariat, name) == value)
    return session.scalars(wanted if after is None else wanted.where(Secretariat.id > after)).all()


def established_secretariats(
    session: Session, *, tenant: str, programme: str, cycle: str, province: str | None = None
) -> Sequence[Secretariat]:
    """The secretariats that work now, by id; of one province or of all."""
    wanted = select(Secretariat).where(
        Secretariat.tenant == tenant,
        Secretariat.programme == programme,
        Secretariat.cycle == cycle,
        Secretariat.state == State.ESTABLISHED,
    )
    if province is not None:
        wanted = wanted.where(Secretariat.province == province)
    return session.scalars(wanted.order_by(Secretariat.id)).all()


def officers_of(session: Session, secretariat_id: UUID, *, on: date | None = None) -> Sequence[Officer]:
    """Who runs the secretariat: now, or on a day."""
    wanted = select(Officer).where(Officer.secretariat_id == secretariat_id).order_by(Officer.from_on, Officer.id)
    if on is None:
        return session.scalars(wanted.where(Officer.to_on.is_(None))).all()
    return session.scalars(wanted.where(Officer.from_on <= on, or_(Officer.to_on.is_(None), Officer.to_on > on))).all()


def officers_by_secretariat(session: Session, secretariat_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Who runs each of some secretariats now, in one question."""
    found: dict[UUID, list[UUID]] = {secretariat_id: [] for secretariat_id in secretariat_ids}
    rows = session.execute(
        select(Officer.secretariat_id, Officer.person_id)
        .where(Officer.secretariat_id.in_(secretariat_ids), Officer.to_on.is_(None))
        .order_by(Officer.from_on, Officer.id)
    )
    for secretariat_id, person_id in rows:
        found[secretariat_id].append(person_id)
    return found


def list_appointments(session: Session, secretariat_id: UUID) -> Sequence[Appointment]:
    """All appointment letters of a secretariat, the first one first."""
    return session.scalars(
        select(Appointment)
        .where(Appointment.secretariat_id == secretariat_id)
        .order_by(Appointment.letter_on, Appointment.id)
    ).all()


def find_appointment(session: Session, *, tenant: str, province: str, cycle: str, number: str) -> Appointment | None:
    """The appointment letter with a number in a province and cycle."""
    return session.scalar(
        select(Appointment).where(
            Appointment.tenant == tenant,
            Appointment.province == province,
            Appointment.cycle == cycle,
            Appointment.number == number,
        )
    )


def open_actions_of(secretariat: Secretariat) -> list[str]:
    """What may be done with the secretariat now."""
    return [str(each) for each in SECRETARIAT.open(State(secretariat.state))]


def _reach(by: Actor) -> ColumnElement[bool]:
    """People of a school see their own school's secretariat; agencies see theirs through the pairing."""
    if by.has(*WIDE):
        return true()
    return Secretariat.school_id.in_(by.organisations(*IN_SCHOOL))
