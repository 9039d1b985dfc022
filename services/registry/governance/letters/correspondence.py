"""Who the parties of a letter are, and until when an answer is waited for."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.governance.letters.models import Letter
from services.registry.governance.letters.rules import answer_days
from services.registry.programme.holidays.queries import holidays_of
from services.registry.programme.programmes.definition import Definition
from services.registry.register.agencies.queries import AgencyNotFound, get_agency, in_pool
from services.registry.register.offices.queries import list_offices, provincial_administrations
from shared.kernel.auth import Actor, system_actor
from shared.kernel.problems import Unprocessable
from shared.values.deadlines import at_local, roll_forward

MORNING = time(9)
LOOK_AHEAD = timedelta(days=60)


class OfficeMissing(Unprocessable):
    """The office that would write or receive this letter is not registered."""


@dataclass(frozen=True)
class Party:
    """An office or agency that writes or receives a letter."""

    kind: str
    id: UUID
    names: dict[str, str]

    def wire(self, province: str) -> dict[str, Any]:
        """The party as it is stored among a letter's addressees."""
        return {"kind": self.kind, "id": str(self.id), "names": self.names, "province": province}


def headquarters(session: Session, *, by: Actor) -> Party:
    """The office of headquarters."""
    offices = list_offices(session, by=system_actor(by.tenant), kind="headquarters")
    if not offices:
        raise OfficeMissing
    return Party(kind="office", id=offices[0].id, names=dict(offices[0].names))


def office_of(session: Session, *, tenant: str, province: str) -> Party:
    """The administration of a province."""
    for office in provincial_administrations(session, tenant=tenant):
        if office.province == province:
            return Party(kind="office", id=office.id, names=dict(office.names))
    raise OfficeMissing


def agency_party(session: Session, agency_id: UUID, *, province: str, by: Actor) -> Party:
    """An agency of the province's pool; AgencyNotFound for any other."""
    agency = get_agency(session, agency_id=agency_id, by=by)
    if not in_pool(agency, province):
        raise AgencyNotFound
    return Party(kind="agency", id=agency.id, names=dict(agency.names))


def silence_at(session: Session, letter: Letter, sent_on: date, *, rules: Definition) -> tuple[datetime, datetime]:
    """09:00 of the working days on which silence is recorded and recalled, with the province's days off."""
    silent, remind = answer_days(sent_on)
    days_off = holidays_of(
        session, tenant=letter.tenant, territory=letter.province, first=silent, last=remind + LOOK_AHEAD
    )
    first, second = (
        at_local(roll_forward(day, rules.weekend, days_off), MORNING, rules.tz) for day in (silent, remind)
    )
    return first, second
