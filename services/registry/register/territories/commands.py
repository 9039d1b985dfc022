"""What can be done with territories: register a country, register a district, change names."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registry.register.territories.lifecycle import TERRITORY, Action
from services.registry.register.territories.models import Territory
from services.registry.register.territories.queries import get_territory, get_territory_by_code
from services.registry.register.territories.rules import may_lie
from shared.contracts.register import TerritoryChanged, TerritoryFact, TerritoryRegistered
from shared.kernel.auth import Actor
from shared.kernel.outbox import emit
from shared.kernel.problems import Conflict, expect, refuse
from shared.values.ids import derived_id
from shared.values.texts import search_key


class TerritoryExists(Conflict):
    """There is a territory with this code already."""


def register_country(
    session: Session,
    *,
    tenant: str,
    country: str,
    names: dict[str, str],
    provinces: Mapping[str, dict[str, str]],
    now: datetime,
) -> int:
    """Register a country and its provinces (code -> names), those that are not known yet; returns how many were new."""
    known = set(session.scalars(select(Territory.code).where(Territory.tenant == tenant)))
    new = 0
    if country not in known:
        _add(
            session,
            tenant=tenant,
            code=country,
            level="country",
            parent_code=None,
            path=country,
            names=names,
            now=now,
        )
        new += 1
    for code, labels in provinces.items():
        if code not in known:
            _add(
                session,
                tenant=tenant,
                code=code,
                level="province",
                parent_code=country,
                path=f"{country}/{code}",
                names=labels,
                now=now,
            )
            new += 1
    return new


def register_territory(
    session: Session,
    *,
    code: str,
    level: str,
    parent_code: str | None,
    names: dict[str, str],
    valid_from: date | None = None,
    by: Actor,
    now: datetime,
) -> Territory:
    """Make a place known, below its parent; TerritoryExists when the code is taken."""
    taken = session.scalar(select(Territory).where(Territory.tenant == by.tenant, Territory.code == code))
    if taken is not None:
        raise TerritoryExists(link=f"/v1/territories/{taken.id}")
    parent = get_territory_by_code(session, parent_code, by=by) if parent_code is not None else None
    parent_level = parent.level if parent is not None else None
    refuse(may_lie(code=code, level=level, parent_code=parent_code, parent_level=parent_level))
    path = f"{parent.path}/{code}" if parent is not None else code
    return _add(
        session,
        tenant=by.tenant,
        code=code,
        level=level,
        parent_code=parent_code,
        path=path,
        names=names,
        valid_from=valid_from,
        now=now,
    )


def change_territory(
    session: Session,
    *,
    territory_id: UUID,
    expected: int,
    names: dict[str, str],
    valid_from: date | None,
    by: Actor,
    now: datetime,
) -> Territory:
    """Change a place's names or the day from which it is valid."""
    territory = get_territory(session, territory_id, by=by)
    expect(territory, expected)
    territory.become(Action.CHANGE)
    territory.names, territory.valid_from = names, valid_from
    territory.search_key = search_key(names, [territory.code])
    event = TerritoryChanged(territory_id=territory.id, territory=territory_fact(territory))
    emit(session, event, by=territory, now=now)
    return territory


def _add(
    session: Session,
    *,
    tenant: str,
    code: str,
    level: str,
    parent_code: str | None,
    path: str,
    names: dict[str, str],
    valid_from: date | None = None,
    now: datetime,
) -> Territory:
    territory = Territory(
        id=derived_id(tenant, "territory", code),
        tenant=tenant,
        territory=path,
        code=code,
        level=level,
        parent_code=parent_code,
        path=path,
        names=names,
        search_key=search_key(names, [code]),
        state=TERRITORY.start(Action.REGISTER),
        valid_from=valid_from,
    )
    session.add(territory)
    event = TerritoryRegistered(territory_id=territory.id, territory=territory_fact(territory))
    emit(session, event, by=territory, now=now)
    return territory


def territory_fact(territory: Territory) -> TerritoryFact:
    """The whole state of a territory, as events carry it."""
    return TerritoryFact(
        territory_id=territory.id,
        code=territory.code,
        level=territory.level,
        parent_code=territory.parent_code,
        path=territory.path,
        names=territory.names,
        valid_from=territory.valid_from,
        merged_into=territory.merged_into,
    )
