"""Questions about territories."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registry.register.territories.models import Territory
from shared.kernel.auth import Actor
from shared.kernel.problems import Forbidden, NotFound, Problem
from shared.kernel.tenancy import within
from shared.values.places import province_of
from shared.values.texts import search_words


class TerritoryNotFound(NotFound):
    """No such territory."""


class OutsideYourProvince(Forbidden):
    """This place lies outside your province."""


def get_territory(session: Session, territory_id: UUID, *, by: Actor) -> Territory:
    """The territory, if it is of the actor's tenant; TerritoryNotFound otherwise."""
    found = session.scalar(select(Territory).where(Territory.id == territory_id, within(Territory, by)))
    if found is None:
        raise TerritoryNotFound
    return found


def get_territory_by_code(session: Session, code: str, *, by: Actor) -> Territory:
    """The territory with a code such as 'IR-03'; TerritoryNotFound otherwise."""
    found = session.scalar(select(Territory).where(Territory.code == code, within(Territory, by)))
    if found is None:
        raise TerritoryNotFound
    return found


def territory_to_write(session: Session, code: str, *, by: Actor) -> Territory:
    """The territory an actor may write in: headquarters anywhere, others at home; OutsideYourProvince else."""
    territory = get_territory_by_code(session, code, by=by)
    if not _may_write(by, territory.path):
        raise OutsideYourProvince
    return territory


def paths_to_write(session: Session, codes: Collection[str], *, by: Actor) -> dict[str, str | Problem]:
    """For each code the territory's path, or why this actor may not write there; one question for all."""
    wanted = select(Territory.code, Territory.path).where(Territory.code.in_(codes), within(Territory, by))
    found: dict[str, str | Problem] = dict.fromkeys(codes, TerritoryNotFound())
    for code, path in session.execute(wanted).tuples():
        found[code] = path if _may_write(by, path) else OutsideYourProvince()
    return found


def _may_write(by: Actor, path: str) -> bool:
    return by.national or province_of(path) == by.province


def path_of(session: Session, *, tenant: str, code: str) -> str:
    """The path of a territory, 'IR/IR-03' for 'IR-03'; TerritoryNotFound otherwise."""
    path = session.scalar(select(Territory.path).where(Territory.tenant == tenant, Territory.code == code))
    if path is None:
        raise TerritoryNotFound
    return path


def country_path(session: Session, *, tenant: str) -> str:
    """The path of the tenant's country, '' before it is registered."""
    found = session.scalar(select(Territory.path).where(Territory.tenant == tenant, Territory.level == "country"))
    return found or ""


def list_territories(
    session: Session,
    *,
    by: Actor,
    level: str | None = None,
    parent_code: str | None = None,
    q: str | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> Sequence[Territory]:
    """Territories in order of id, one more than the limit."""
    wanted = select(Territory).where(within(Territory, by)).order_by(Territory.id).limit(limit + 1)
    if level is not None:
        wanted = wanted.where(Territory.level == level)
    if parent_code is not None:
        wanted = wanted.where(Territory.parent_code == parent_code)
    for word in search_words(q or ""):
        wanted = wanted.where(Territory.search_key.contains(word, autoescape=True))
    return session.scalars(wanted.where(Territory.id > after) if after is not None else wanted).all()


def list_provinces(session: Session, *, tenant: str) -> Sequence[Territory]:
    """All provinces of a tenant's country, by code."""
    return session.scalars(
        select(Territory).where(Territory.tenant == tenant, Territory.level == "province").order_by(Territory.code)
    ).all()
