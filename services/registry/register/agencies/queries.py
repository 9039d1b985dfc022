"""Questions about agencies."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from services.registry.register.agencies.lifecycle import State
from services.registry.register.agencies.models import Agency
from shared.kernel.auth import Actor
from shared.kernel.problems import NotFound
from shared.kernel.tenancy import within
from shared.values.texts import search_words


class AgencyNotFound(NotFound):
    """No such agency."""


IN_AGENCY = ("agency_manager", "agency_contact")


def _reach(by: Actor) -> ColumnElement[bool]:
    """Those who work for agencies and nowhere else see their own; everybody else sees the pool of their place."""
    if all(grant.role in IN_AGENCY for grant in by.roles):
        return and_(within(Agency, by), Agency.id.in_(by.organisations(*IN_AGENCY)))
    return within(Agency, by)


def get_agency(session: Session, agency_id: UUID, *, by: Actor) -> Agency:
    """The agency, if it is within the actor's reach; AgencyNotFound otherwise."""
    found = find_agency(session, agency_id, by=by)
    if found is None:
        raise AgencyNotFound
    return found


def find_agency(session: Session, agency_id: UUID, *, by: Actor) -> Agency | None:
    """The agency, if it is within the actor's reach."""
    return session.scalar(select(Agency).where(Agency.id == agency_id, _reach(by)))


def in_pool(agency: Agency, province: str) -> bool:
    """Whether an agency in use can be selected by a province."""
    return agency.is_open and province in agency.pool_territories


def find_agency_of_name(session: Session, *, tenant: str, province: str, key: str) -> Agency | None:
    """The agency in use at a place ('' for national) that has this duplicate key among its names."""
    return session.scalar(
        select(Agency)
        .where(
            Agency.tenant == tenant,
            Agency.province == province,
            Agency.state == State.ACTIVE,
            Agency.name_keys.contains([key]),
        )
        .order_by(Agency.id)
        .limit(1)
    )


def list_agencies(
    session: Session,
    *,
    by: Actor,
    q: str | None = None,
    pool: str | None = None,
    kind: str | None = None,
    sector: str | None = None,
    state: str | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> Sequence[Agency]:
    """Agencies in order of id, one more than the limit; `pool` is a province whose pool they are in."""
    wanted = select(Agency).where(_reach(by)).order_by(Agency.id).limit(limit + 1)
    for column, value in ((Agency.kind, kind), (Agency.sector, sector), (Agency.state, state)):
        if value is not None:
            wanted = wanted.where(column == value)
    if pool is not None:
        wanted = wanted.where(Agency.pool_territories.contains([pool]))
    for word in search_words(q or ""):
        wanted = wanted.where(Agency.search_key.contains(word, autoescape=True))
    return session.scalars(wanted.where(Agency.id > after) if after is not None else wanted).all()


def count_pool(session: Session, *, tenant: str, province: str) -> int:
    """How many agencies in use are in a province's pool."""
    return int(
        session.scalar(
            select(func.count())
            .select_from(Agency)
            .where(Agency.tenant == tenant, Agency.state == State.ACTIVE, Agency.pool_territories.contains([province]))
        )
        or 0
    )
