"""Questions about offices."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registry.register.offices.models import Office
from shared.kernel.auth import Actor
from shared.kernel.problems import NotFound
from shared.kernel.tenancy import within
from shared.values.texts import search_words


class OfficeNotFound(NotFound):
    """No such office."""


def get_office(session: Session, office_id: UUID, *, by: Actor) -> Office:
    """The office, if it is within the actor's reach; OfficeNotFound otherwise."""
    found = find_office(session, office_id, by=by)
    if found is None:
        raise OfficeNotFound
    return found


def find_office(session: Session, office_id: UUID, *, by: Actor) -> Office | None:
    """The office, if it is within the actor's reach."""
    return session.scalar(select(Office).where(Office.id == office_id, within(Office, by)))


def list_offices(
    session: Session,
    *,
    by: Actor,
    kind: str | None = None,
    province: str | None = None,
    q: str | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> Sequence[Office]:
    """Offices in order of id, one more than the limit."""
    wanted = select(Office).where(within(Office, by)).order_by(Office.id).limit(limit + 1)
    if kind is not None:
        wanted = wanted.where(Office.kind == kind)
    if province is not None:
        wanted = wanted.where(Office.province == province)
    for word in search_words(q or ""):
        wanted = wanted.where(Office.search_key.contains(word, autoescape=True))
    return session.scalars(wanted.where(Office.id > after) if after is not None else wanted).all()


def provincial_administrations(session: Session, *, tenant: str) -> Sequence[Office]:
    """The administrations of all provinces, by province."""
    return session.scalars(
        select(Office)
        .where(Office.tenant == tenant, Office.kind == "provincial_administration")
        .order_by(Office.province)
    ).all()


def administration_of(session: Session, *, tenant: str, province: str) -> Office | None:
    """The administration of a province, None when it is not registered."""
    return session.scalar(
        select(Office).where(
            Office.tenant == tenant, Office.kind == "provincial_administration", Office.province == province
        )
    )
