"""What can be done with offices: register one, change it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registry.register.offices.lifecycle import OFFICE, Action
from services.registry.register.offices.models import Office
from services.registry.register.offices.queries import find_office, get_office
from services.registry.register.territories.queries import territory_to_write
from shared.contracts.register import OfficeChanged, OfficeFact, OfficeRegistered
from shared.kernel.auth import Actor
from shared.kernel.outbox import emit
from shared.kernel.problems import Conflict, expect
from shared.values.ids import new_id
from shared.values.places import province_of
from shared.values.texts import search_key

LEVELS = {"country": "national", "province": "province", "district": "district"}


class OfficeExists(Conflict):
    """There is an office with this code already."""


def register_office(
    session: Session,
    *,
    office_id: UUID | None = None,
    code: str,
    kind: str,
    territory_code: str,
    names: dict[str, str],
    external_ids: list[dict[str, str]],
    by: Actor,
    now: datetime,
) -> Office:
    """Make an office known in its territory; OfficeExists when its code is taken."""
    if office_id is not None and (existing := find_office(session, office_id, by=by)) is not None:
        return existing
    territory = territory_to_write(session, territory_code, by=by)
    taken = session.scalar(select(Office).where(Office.tenant == by.tenant, Office.code == code))
    if taken is not None:
        raise OfficeExists(link=f"/v1/offices/{taken.id}")
    office = Office(
        id=office_id or new_id(),
        tenant=by.tenant,
        province=province_of(territory.path),
        territory=territory.path,
        code=code,
        kind=kind,
        level=LEVELS[territory.level],
        territory_code=territory_code,
        names=names,
        search_key=search_key(names, [code]),
        external_ids=external_ids,
        state=OFFICE.start(Action.REGISTER),
    )
    session.add(office)
    emit(session, OfficeRegistered(office_id=office.id, office=office_fact(office)), by=office, now=now)
    return office


def change_office(
    session: Session,
    *,
    office_id: UUID,
    expected: int,
    names: dict[str, str],
    external_ids: list[dict[str, str]],
    by: Actor,
    now: datetime,
) -> Office:
    """Change an office's names or the numbers others gave it."""
    office = get_office(session, office_id, by=by)
    territory_to_write(session, office.territory_code, by=by)
    expect(office, expected)
    office.become(Action.CHANGE)
    office.names, office.external_ids = names, external_ids
    office.search_key = search_key(names, [office.code])
    emit(session, OfficeChanged(office_id=office.id, office=office_fact(office)), by=office, now=now)
    return office


def office_fact(office: Office) -> OfficeFact:
    """The whole state of an office, as events carry it."""
    return OfficeFact(
        office_id=office.id,
        kind=office.kind,
        level=office.level,
        territory_code=office.territory_code,
        names=office.names,
        external_ids=tuple(office.external_ids),
    )
