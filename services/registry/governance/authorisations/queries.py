"""Questions about authorisations."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from services.registry.governance.authorisations.lifecycle import State
from services.registry.governance.authorisations.models import Authorisation
from shared.kernel.auth import Actor
from shared.kernel.problems import NotFound
from shared.kernel.tenancy import within

WIDE = ("hq_officer", "hq_viewer", "legal_officer", "province_officer", "province_viewer", "district_officer", "system")


class AuthorisationNotFound(NotFound):
    """No such authorisation."""


def get_authorisation(session: Session, authorisation_id: UUID, *, by: Actor) -> Authorisation:
    """The authorisation, if it is within the actor's reach; AuthorisationNotFound otherwise."""
    found = session.scalar(select(Authorisation).where(Authorisation.id == authorisation_id, _reach(by)))
    if found is None:
        raise AuthorisationNotFound
    return found


def list_authorisations(
    session: Session,
    *,
    by: Actor,
    cycle: str | None = None,
    province: str | None = None,
    kind: str | None = None,
    state: str | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> Sequence[Authorisation]:
    """Authorisations within reach by id, one more than the limit."""
    wanted = select(Authorisation).where(_reach(by)).order_by(Authorisation.id).limit(limit + 1)
    given = ((Authorisation.cycle, cycle), (Authorisation.province, province))
    for column, value in (*given, (Authorisation.kind, kind), (Authorisation.state, state)):
        if value is not None:
            wanted = wanted.where(column == value)
    return session.scalars(wanted if after is None else wanted.where(Authorisation.id > after)).all()


def tabled_on(session: Session, *, tenant: str, programme: str, cycle: str, province: str, kind: str) -> date | None:
    """The first day a body of this kind had the subject on its table (duty W1)."""
    return session.scalar(
        _first(Authorisation.tabled_on, tenant, programme, cycle, province, kind).where(
            Authorisation.tabled_on.is_not(None)
        )
    )


def decided_on(session: Session, *, tenant: str, programme: str, cycle: str, province: str, kind: str) -> date | None:
    """The first day a permit of this kind was granted, expired ones included (duty W2)."""
    return session.scalar(
        _first(Authorisation.decided_on, tenant, programme, cycle, province, kind).where(
            Authorisation.state.in_((State.GRANTED, State.EXPIRED))
        )
    )


def list_expired(session: Session, now: datetime, limit: int) -> Sequence[UUID]:
    """Granted ones whose validity has passed."""
    return _due(session, Authorisation.expires_at <= now, limit)


def list_to_remind(session: Session, now: datetime, limit: int) -> Sequence[UUID]:
    """Granted ones that expire soon and of which nobody was reminded yet."""
    return _due(session, (Authorisation.remind_at <= now) & Authorisation.reminded_at.is_(None), limit)


def find_next_expiry_at(session: Session) -> datetime | None:
    """When the next validity passes."""
    return session.scalar(select(func.min(Authorisation.expires_at)).where(Authorisation.state == State.GRANTED))


def find_next_reminder_at(session: Session) -> datetime | None:
    """When the next reminder is due."""
    return session.scalar(
        select(func.min(Authorisation.remind_at)).where(
            Authorisation.state == State.GRANTED, Authorisation.reminded_at.is_(None)
        )
    )


def _reach(by: Actor) -> ColumnElement[bool]:
    """Officers see their territory; a school sees what concerns it."""
    concerns = (
        true() if by.has(*WIDE) else Authorisation.about_id.in_(by.organisations("principal", "secretariat_officer"))
    )
    return within(Authorisation, by) & concerns


def _first(
    column: InstrumentedAttribute[date | None], tenant: str, programme: str, cycle: str, province: str, kind: str
) -> Select[date | None]:
    return select(func.min(column)).where(
        Authorisation.tenant == tenant,
        Authorisation.programme == programme,
        Authorisation.cycle == cycle,
        Authorisation.province == province,
        Authorisation.kind == kind,
    )


def _due(session: Session, condition: ColumnElement[bool], limit: int) -> Sequence[UUID]:
    return session.scalars(
        select(Authorisation.id)
        .where(Authorisation.state == State.GRANTED, condition)
        .order_by(Authorisation.expires_at, Authorisation.id)
        .limit(limit)
    ).all()
