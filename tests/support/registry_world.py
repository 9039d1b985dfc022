"""History for registry's tests: a tenant with its programme, country, open cycle, and people and places on demand."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registry.programme.cycles.commands import open_cycle
from services.registry.programme.cycles.models import Cycle
from services.registry.programme.programmes.load import load_programmes
from services.registry.programme.programmes.models import Programme
from services.registry.register.agencies.commands import AgencyProfile, register_agency
from services.registry.register.agencies.models import Agency
from services.registry.register.offices.commands import register_office
from services.registry.register.offices.models import Office
from services.registry.register.people.commands import ContactPoints, Preferences, register_person
from services.registry.register.people.models import Person
from services.registry.register.roles.commands import assign_role
from services.registry.register.roles.models import RoleAssignment
from services.registry.register.schools.commands import SchoolProfile
from services.registry.register.schools.models import School
from services.registry.register.schools.registration import NewSchool, register_schools
from services.registry.register.territories.load import load_territories
from shared.kernel.auth import Actor
from shared.kernel.outbox import Outbox
from tests.support.actors import HQ

PROGRAMME = "sad-dabirkhaneh"
CYCLE = "1399-1400"
_number = count(1)


@dataclass(frozen=True)
class World:
    """The programme and its open cycle."""

    programme: Programme
    cycle: Cycle


def a_world(session: Session, *, now: datetime, by: Actor = HQ) -> World:
    """Programme 001, the 31 provinces and the open cycle 1399-1400."""
    version = load_programmes(session, now=now)[0]
    load_territories(session, now=now)
    programme = session.get_one(Programme, version.programme_id)
    cycle = open_cycle(session, programme_id=programme.id, year=1399, by=by, now=now)
    return World(programme, cycle)


def a_school(
    session: Session,
    *,
    now: datetime,
    province: str = "IR-03",
    name: str | None = None,
    gender: str = "girls",
    kind: str = "special",
    by: Actor = HQ,
    another_because: str | None = None,
) -> School:
    """A special school of a province, with a name of its own."""
    profile = SchoolProfile(
        names={"fa": name or f"مدرسهٔ نمونهٔ {next(_number)}"},
        aliases=[],
        kind=kind,
        gender=gender,
        stages=["primary"],
        disability_groups=["hearing"],
        enrolment=40,
        capacities=[],
    )
    new = NewSchool(territory_code=province, profile=profile, as_of=date(2020, 9, 22), another_because=another_because)
    (school,) = register_schools(session, items=[new], today=now.date(), by=by, now=now)
    return school


def an_agency(
    session: Session,
    *,
    now: datetime,
    province: str = "IR-03",
    name: str | None = None,
    sector: str = "governmental",
    kind: str = "general_directorate",
    by: Actor = HQ,
) -> Agency:
    """A provincial agency in its province's pool, with a name of its own."""
    profile = AgencyProfile(
        names={"fa": name or f"ادارهٔ کل نمونهٔ {next(_number)}"},
        aliases=[],
        kind=kind,
        sector=sector,
        level="provincial",
        pool_territories=[],
        external_ids=[],
    )
    return register_agency(session, territory_code=province, profile=profile, by=by, now=now)


def contact_points(
    name: str = "شخص نمونه",
    *,
    email: str | None = None,
    mobile: str | None = None,
    guardian_id: UUID | None = None,
) -> ContactPoints:
    """Contact points with nothing special."""
    return ContactPoints(
        display_name=name,
        family_name=None,
        honorific=None,
        email=email,
        mobile=mobile,
        verified=True,
        purposes=[],
        quiet_from=None,
        quiet_to=None,
        guardian_id=guardian_id,
    )


def a_person(
    session: Session,
    *,
    now: datetime,
    province: str = "IR-03",
    contacts: ContactPoints | None = None,
    minor: bool = False,
    by: Actor = HQ,
) -> Person:
    """An adult of a province who can be reached; province 'IR' is headquarters."""
    n = next(_number)
    reachable = contact_points(f"شخص نمونهٔ {n}", email=f"person{n}@example.org", mobile=f"+98912{n:07d}")
    return register_person(
        session,
        territory_code=province,
        contacts=contacts or reachable,
        preferences=Preferences(language="fa", digits=None, channels=[]),
        minor=minor,
        by=by,
        now=now,
    )


def a_role(
    session: Session,
    *,
    person: Person,
    role: str = "province_officer",
    province: str = "IR-03",
    organisation_id: UUID | None = None,
    organisation_kind: str | None = None,
    from_on: date = date(2020, 9, 22),
    now: datetime,
    by: Actor = HQ,
) -> RoleAssignment:
    """A role of a person from the first day of the cycle on."""
    return assign_role(
        session,
        person_id=person.id,
        role=role,
        province=province,
        organisation_id=organisation_id,
        organisation_kind=organisation_kind,
        from_on=from_on,
        by=by,
        now=now,
    )


def an_office(
    session: Session, *, now: datetime, province: str = "IR-03", kind: str = "provincial_administration", by: Actor = HQ
) -> Office:
    """The administration of a province, or headquarters with province 'IR'."""
    return register_office(
        session,
        code=f"OFFICE-{province}",
        kind=kind,
        territory_code=province,
        names={"fa": f"ادارهٔ {province}"},
        external_ids=[],
        by=by,
        now=now,
    )


def told(session: Session, aggregate_id: UUID) -> list[str]:
    """The short types of the events an aggregate emitted, in order."""
    rows = session.scalars(select(Outbox).where(Outbox.aggregate_id == aggregate_id).order_by(Outbox.id))
    return [row.type.removeprefix("peyvand.").removesuffix(".v1") for row in rows]


def last_told(session: Session, aggregate_id: UUID) -> Outbox:
    """The last event an aggregate emitted."""
    rows = session.scalars(select(Outbox).where(Outbox.aggregate_id == aggregate_id).order_by(Outbox.id.desc()))
    return rows.first() or Outbox()
