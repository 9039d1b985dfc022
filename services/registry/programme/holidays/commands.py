"""What can be done with days off: seed a year, and change days of a place."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from services.registry.programme.holidays.models import Holiday, HolidayCalendar
from services.registry.programme.holidays.queries import find_calendar, list_days
from services.registry.programme.holidays.rules import DayOff, Kind, days_off_of, may_change, years_between
from services.registry.programme.programmes.definition import Definition
from services.registry.programme.programmes.queries import definitions_of
from shared.contracts.programme import HolidayChanged
from shared.kernel.auth import Actor
from shared.kernel.outbox import emit
from shared.kernel.problems import Forbidden, refuse
from shared.values.calendars import Calendar, from_gregorian
from shared.values.ids import derived_id


class HolidaysOfAnotherPlace(Forbidden):
    """You may change the holidays of your own province only."""


def seed_holidays(
    session: Session, *, definition: Definition, first: date, last: date, now: datetime
) -> list[HolidayCalendar]:
    """Write the country's days off for every year the range touches and that has no calendar yet."""
    made = []
    for year in years_between(definition.system, first, last):
        if find_calendar(session, tenant=definition.tenant, province="", year=year) is not None:
            continue
        calendar = _calendar(session, tenant=definition.tenant, province="", country=definition.country, year=year)
        days = days_off_of(definition.holidays, definition.system, year)
        for kind in Kind:
            _add(session, calendar, [day for day in days if day.kind is kind], kind=kind, removed=(), now=now)
        made.append(calendar)
    return made


def change_holidays(
    session: Session,
    *,
    province: str,
    kind: Kind,
    added: Mapping[date, dict[str, str]],
    removed: Iterable[date],
    by: Actor,
    now: datetime,
) -> list[HolidayCalendar]:
    """Add and remove days off of a province ('' for the whole country); one calendar per year is changed.

    Deadlines move later by it, never earlier.
    """
    if not by.national and province != by.province:
        raise HolidaysOfAnotherPlace
    gone = list(removed)
    days = sorted({*added, *gone})
    definitions = definitions_of(session, tenant=by.tenant)
    if definitions and days and not province:
        # The country's own days come first; a calendar that exists is never seeded.
        seed_holidays(session, definition=definitions[0], first=days[0], last=days[-1], now=now)
    calendar = definitions[0].system if definitions else Calendar.GREGORIAN
    country = definitions[0].country if definitions else ""
    years = sorted({from_gregorian(calendar, day)[0] for day in days})
    changed = [_calendar(session, tenant=by.tenant, province=province, country=country, year=year) for year in years]
    known = {row.day for each in changed for row in list_days(session, calendar=each) if row.kind == kind}
    refuse(may_change(added=list(added), removed=gone, known=known))
    for each in changed:
        new = [
            DayOff(day, kind, names) for day, names in added.items() if from_gregorian(calendar, day)[0] == each.year
        ]
        old = [day for day in gone if from_gregorian(calendar, day)[0] == each.year]
        _add(session, each, [day for day in new if day.day not in known], kind=kind, removed=old, now=now)
    return changed


def _calendar(session: Session, *, tenant: str, province: str, country: str, year: int) -> HolidayCalendar:
    found = find_calendar(session, tenant=tenant, province=province, year=year)
    if found is not None:
        session.refresh(found, with_for_update=True)
        return found
    made = HolidayCalendar(
        id=derived_id(tenant, "holidays", f"{province}/{year}"),
        tenant=tenant,
        province=province,
        territory=f"{country}/{province}" if province else country,
        year=year,
    )
    session.add(made)
    session.flush()
    return made


def _add(
    session: Session,
    calendar: HolidayCalendar,
    days: list[DayOff],
    *,
    kind: Kind,
    removed: Iterable[date],
    now: datetime,
) -> None:
    gone = set(removed)
    if not days and not gone:
        return
    for row in list_days(session, calendar=calendar):
        if row.day in gone and row.kind == kind:
            session.delete(row)
    for off in days:
        session.add(
            Holiday(
                id=derived_id(calendar.tenant, "holiday", f"{calendar.province}/{off.day.isoformat()}/{kind}"),
                tenant=calendar.tenant,
                province=calendar.province,
                territory=calendar.territory,
                calendar_id=calendar.id,
                day=off.day,
                kind=kind,
                names=off.names,
            )
        )
    event = HolidayChanged(
        calendar_id=calendar.id,
        territory_code=calendar.province,
        kind=kind,
        added={off.day: off.names.get("fa") or next(iter(off.names.values())) for off in days},
        removed=tuple(sorted(gone)),
    )
    emit(session, event, by=calendar, now=now)
