"""A small country for the tests of notifications: people, places and one sample of every event that speaks."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.notifications.background import subscriber
from shared.contracts import governance, programme, register
from shared.contracts.base import Dimensions, Event, FactHeader
from shared.contracts.envelope import Envelope
from shared.values.calendars import Calendar
from shared.values.ids import derived_id, new_id
from shared.values.partial_dates import PartialDate
from tests.support.actors import TENANT

EPOCH = UUID(int=1)
DAY = date(2020, 10, 12)
NOW = datetime(2020, 10, 12, 6, 0, tzinfo=UTC)
"""Monday 21 Mehr 1399, 09:30 in Tehran."""
PROVINCE = "IR-21"


def an_id(code: str) -> UUID:
    """The same code always gives the same id."""
    return derived_id(TENANT, "sample", code)


HEAD, SECRETARY, EXPERT = an_id("head"), an_id("secretary"), an_id("expert")
CHAIR, OFFICER_HQ, LEGAL = an_id("chair"), an_id("hq officer"), an_id("legal")
PRINCIPAL, OFFICER, MANAGER, CONTACT, PUPIL = (
    an_id("principal"),
    an_id("officer"),
    an_id("manager"),
    an_id("contact"),
    an_id("pupil"),
)
SCHOOL, AGENCY, OFFICE, SECRETARIAT, PAIRING, PLAN, MEETING = (
    an_id("school"),
    an_id("agency"),
    an_id("office"),
    an_id("secretariat"),
    an_id("pairing"),
    an_id("plan"),
    an_id("meeting"),
)
SCHOOL_NAMES = {"fa": "مدرسهٔ استثنایی شهید دکتر محمدعلی رجایی شمارهٔ دو", "en": "Rajaei Special School No. 2"}
AGENCY_NAMES = {"fa": "ادارهٔ کل حفاظت محیط زیست استان یزد", "en": "Department of Environment, Yazd"}
OFFICE_NAMES = {"fa": "ادارهٔ آموزش و پرورش استثنایی استان یزد", "en": "Special-education administration of Yazd"}
TITLES = {"fa": "جلسهٔ ماهانهٔ ستاد", "en": "Monthly meeting of headquarters"}
PERIOD = {"fa": "آبان ۱۳۹۹", "en": "Aban 1399"}
DIMS = Dimensions(gender="girls", agency_kind="directorate", agency_sector="governmental")


def solar(day: date) -> PartialDate:
    """A day in the programme's calendar."""
    return PartialDate.of_day(Calendar.SOLAR_HIJRI, day)


def header() -> dict[str, Any]:
    """Fact header and effective day of a sample."""
    return {"fact": FactHeader(id=an_id("fact"), version=1), "effective_on": solar(DAY)}


@dataclass
class Stage:
    """Plays events into notifications' listeners as its reader would."""

    session: Session
    seq: int = 0
    heard: Any = field(default_factory=subscriber)

    def play(self, *events: Event, at: datetime = NOW, province: str = PROVINCE) -> list[Envelope]:
        """Apply events; returns their envelopes."""
        envelopes = [self.envelope(event, at=at, province=province) for event in events]
        self.heard.apply(self.session, envelopes)
        self.session.flush()
        return envelopes

    def envelope(self, event: Event, *, at: datetime = NOW, province: str = PROVINCE) -> Envelope:
        """The header an event would travel with."""
        self.seq += 1
        return Envelope(
            id=new_id(),
            type=type(event).event_type,
            source="/peyvand/registry/registry",
            subject=event.subject_id,
            time=at,
            tenant=TENANT,
            programme="sad-dabirkhaneh",
            cycle="1399-1400",
            province=province,
            territory=f"IR/{province}" if province else "",
            sequence=f"{self.seq:010d}",
            feedseq=self.seq,
            epoch=EPOCH,
            emittedat=at,
            data=event.model_dump(mode="json", exclude_none=True),
        )

    def settle_people(self) -> None:
        """Programme, places, seats, roles and contact points."""
        self.play(a_programme(), province="")
        self.play(a_territory(), an_office(), a_school(register.SchoolRegistered), an_agency())
        self.play(*(a_committee("PR-01", HEAD), a_committee("PR-02", SECRETARY)))
        self.play(a_committee("HQ-01", CHAIR, national=True), a_committee("HQ-09", LEGAL, national=True), province="")
        self.play(
            a_role(EXPERT, "province_officer", PROVINCE),
            a_role(OFFICER_HQ, "hq_officer", "*"),
            a_role(PRINCIPAL, "principal", PROVINCE, SCHOOL),
            a_role(MANAGER, "agency_manager", PROVINCE, AGENCY),
            a_role(CONTACT, "agency_contact", PROVINCE, AGENCY),
        )
        people = (HEAD, SECRETARY, EXPERT, CHAIR, OFFICER_HQ, LEGAL, PRINCIPAL, OFFICER, MANAGER, CONTACT)
        self.play(*(contact_points(person, index) for index, person in enumerate(people)))


def a_programme() -> Event:
    """The programme with its zone, weekend and languages."""
    fact = programme.ProgrammeFact(
        programme_id=an_id("programme"),
        code="sad-dabirkhaneh",
        names={"fa": "صد دبیرخانه، صد مدرسه"},
        version=1,
        definition_hash="x",
        calendar="solar_hijri",
        tz="Asia/Tehran",
        weekend=("thu", "fri"),
        languages=("fa", "en"),
        default_language="fa",
    )
    return programme.ProgrammePublished(programme_id=fact.programme_id, programme=fact)


def a_territory() -> Event:
    """Yazd."""
    fact = register.TerritoryFact(
        territory_id=an_id("yazd"),
        code=PROVINCE,
        level="province",
        parent_code="IR",
        path=f"IR/{PROVINCE}",
        names={"fa": "یزد", "en": "Yazd"},
    )
    return register.TerritoryRegistered(territory_id=fact.territory_id, territory=fact)


def an_office() -> Event:
    """The provincial administration."""
    fact = register.OfficeFact(
        office_id=OFFICE, kind="administration", level="province", territory_code=PROVINCE, names=OFFICE_NAMES
    )
    return register.OfficeRegistered(office_id=OFFICE, office=fact)


def a_school(event: type[register.SchoolEvent]) -> Event:
    """A school."""
    fact = register.SchoolFact(
        school_id=SCHOOL,
        names=SCHOOL_NAMES,
        kind="special",
        territory_code=PROVINCE,
        gender="girls",
        as_of=DAY,
        state="open",
    )
    return event(school_id=SCHOOL, school=fact)


def an_agency() -> Event:
    """An agency."""
    fact = register.AgencyFact(
        agency_id=AGENCY,
        names=AGENCY_NAMES,
        kind="directorate",
        sector="governmental",
        level="province",
        state="active",
    )
    return register.AgencyRegistered(agency_id=AGENCY, agency=fact)


def contact_points(person: UUID, index: int = 0, **changes: Any) -> register.PersonContactPointsChanged:
    """Contact points of a sample person."""
    values: dict[str, Any] = {
        "person_id": person,
        "display_name": f"پروین کریمی {index}",
        "family_name": "کریمی",
        "honorific": "خانم",
        "language": "fa",
        "email": f"p{index}@example.org",
        "mobile": f"+9891200000{index:02d}",
        "verified": True,
    }
    return register.PersonContactPointsChanged(**(values | changes))


def a_role(person: UUID, role: str, place: str, organisation: UUID | None = None) -> register.RoleAssigned:
    """A role from long ago."""
    fact = register.RoleFact(
        assignment_id=an_id(f"{role}/{person}"),
        person_id=person,
        role=role,
        province=place,
        organisation_id=organisation,
        from_on=date(2020, 1, 1),
    )
    return register.RoleAssigned(assignment_id=fact.assignment_id, role=fact)


def a_committee(seat: str, person: UUID, *, national: bool = False, minor: bool = False) -> Event:
    """A committee of its own for one seat."""
    holding = governance.SeatHolding(person_id=person, from_on=date(2020, 1, 1), minor=minor)
    state = governance.SeatState(code=seat, title={"fa": "عضو", "en": "Member"}, function="member", holdings=(holding,))
    fact = governance.CommitteeFact(
        committee_id=an_id(f"committee {seat}"),
        code=seat,
        level="national" if national else "province",
        constituted_on=date(2020, 1, 1),
        seats=(state,),
    )
    return governance.CommitteeSeatFilled(
        committee_id=fact.committee_id, committee=fact, seat_code=seat, person_id=person, from_on=DAY, **header()
    )
