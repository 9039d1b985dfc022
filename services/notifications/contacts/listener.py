"""Hears people, roles, seats, places and meetings, and keeps what choosing recipients needs."""

from sqlalchemy.orm import Session

from services.notifications.contacts import commands, queries
from shared.contracts.base import Part
from shared.contracts.envelope import Envelope
from shared.contracts.gathering import MeetingEvent, MeetingInvitationAnswered, MeetingRescheduled
from shared.contracts.governance import CommitteeEvent
from shared.contracts.partnership import PairingEvent, SecretariatEvent
from shared.contracts.programme import HolidayChanged, ProgrammePublished, ProgrammeRevised
from shared.contracts.register import (
    AgencyEvent,
    OfficeChanged,
    OfficeRegistered,
    PersonContactPointsChanged,
    PersonErased,
    PersonPreferencesChanged,
    PersonRegistered,
    RoleAssigned,
    RoleEnded,
    SchoolEvent,
    TerritoryChanged,
    TerritoryRegistered,
)
from shared.kernel.bus import Subscriber

subscriber = Subscriber("notifications")


@subscriber.on(PersonContactPointsChanged)
def on_person_contact_points_changed(session: Session, event: PersonContactPointsChanged, envelope: Envelope) -> None:
    """Contact points; deliveries that waited for them are released by the messages slice."""
    commands.keep_contact(session, envelope, event)


@subscriber.on(PersonRegistered)
def on_person_registered(session: Session, event: PersonRegistered, envelope: Envelope) -> None:
    """Whether a person is a minor."""
    commands.note_minor(session, envelope, person_id=event.person_id, minor=event.minor)


@subscriber.on(PersonPreferencesChanged)
def on_person_preferences_changed(session: Session, event: PersonPreferencesChanged, envelope: Envelope) -> None:
    """The preferred language."""
    commands.prefer_language(session, envelope, person_id=event.person_id, language=event.language)


@subscriber.on(PersonErased)
def on_person_erased(session: Session, event: PersonErased, envelope: Envelope) -> None:
    """Names and addresses go."""
    commands.erase_contact(session, envelope, person_id=event.person_id, at=event.erased_at)


def on_role_changed(session: Session, event: RoleAssigned | RoleEnded, envelope: Envelope) -> None:
    """Who holds which role."""
    commands.keep_role(session, envelope, event.role)


subscriber.on(RoleAssigned)(on_role_changed)
subscriber.on(RoleEnded)(on_role_changed)


@subscriber.on_each(CommitteeEvent)
def on_committee_changed(session: Session, event: CommitteeEvent, envelope: Envelope) -> None:
    """Who holds which seat."""
    commands.keep_committee(session, envelope, event.committee)


def on_territory_changed(session: Session, event: TerritoryRegistered | TerritoryChanged, envelope: Envelope) -> None:
    """Names of places, by code."""
    commands.keep_thing(session, envelope, kind="territory", key=event.territory.code, data=_plain(event.territory))


subscriber.on(TerritoryRegistered)(on_territory_changed)
subscriber.on(TerritoryChanged)(on_territory_changed)


def on_office_changed(session: Session, event: OfficeRegistered | OfficeChanged, envelope: Envelope) -> None:
    """Names of offices."""
    data = _plain(event.office)
    commands.keep_thing(
        session, envelope, kind="office", key=str(event.office_id), ref=event.office.territory_code, data=data
    )


subscriber.on(OfficeRegistered)(on_office_changed)
subscriber.on(OfficeChanged)(on_office_changed)


@subscriber.on_each(SchoolEvent)
def on_school_changed(session: Session, event: SchoolEvent, envelope: Envelope) -> None:
    """Names of schools."""
    commands.keep_thing(session, envelope, kind="school", key=str(event.school_id), data=_plain(event.school))


@subscriber.on_each(AgencyEvent)
def on_agency_changed(session: Session, event: AgencyEvent, envelope: Envelope) -> None:
    """Names of agencies."""
    commands.keep_thing(session, envelope, kind="agency", key=str(event.agency_id), data=_plain(event.agency))


@subscriber.on_each(SecretariatEvent)
def on_secretariat_changed(session: Session, event: SecretariatEvent, envelope: Envelope) -> None:
    """Principal and officers of a secretariat."""
    data, ref = _plain(event.secretariat), str(event.secretariat.school_id)
    commands.keep_thing(session, envelope, kind="secretariat", key=str(event.secretariat_id), ref=ref, data=data)


@subscriber.on_each(PairingEvent)
def on_pairing_changed(session: Session, event: PairingEvent, envelope: Envelope) -> None:
    """Which agency a secretariat is tied to."""
    data, ref = _plain(event.pairing), str(event.pairing.secretariat_id)
    commands.keep_thing(session, envelope, kind="pairing", key=str(event.pairing_id), ref=ref, data=data)


@subscriber.on_each(MeetingEvent)
def on_meeting_changed(session: Session, event: MeetingEvent, envelope: Envelope) -> None:
    """Invitees and answers; another time asks everybody anew."""
    key = str(event.meeting_id)
    commands.keep_thing(session, envelope, kind="meeting", key=key, data=_plain(event.meeting))
    if isinstance(event, MeetingInvitationAnswered):
        answered = f"{key}/{event.person_id}"
        data = {"person_id": str(event.person_id), "answer": event.answer}
        commands.keep_thing(session, envelope, kind="answer", key=answered, ref=key, data=data)
    if isinstance(event, MeetingRescheduled):
        for answer in queries.things_by_ref(session, envelope.tenant, "answer", key):
            data = {**answer, "answer": ""}
            commands.keep_thing(
                session, envelope, kind="answer", key=f"{key}/{answer['person_id']}", ref=key, data=data
            )


def on_programme_changed(session: Session, event: ProgrammePublished | ProgrammeRevised, envelope: Envelope) -> None:
    """Zone, weekend and languages."""
    commands.keep_thing(session, envelope, kind="programme", key=event.programme.code, data=_plain(event.programme))
    queries.forget_locales(session)


subscriber.on(ProgrammePublished)(on_programme_changed)
subscriber.on(ProgrammeRevised)(on_programme_changed)


@subscriber.on(HolidayChanged)
def on_holiday_changed(session: Session, event: HolidayChanged, envelope: Envelope) -> None:
    """Days off, by territory."""
    known = queries.thing(session, envelope.tenant, "holidays", event.territory_code) or {"days": []}
    days = ({*known["days"], *(day.isoformat() for day in event.added)}) - {day.isoformat() for day in event.removed}
    commands.keep_thing(session, envelope, kind="holidays", key=event.territory_code, data={"days": sorted(days)})
    queries.forget_locales(session)


def _plain(part: Part) -> dict[str, object]:
    return part.model_dump(mode="json", exclude_none=True)
