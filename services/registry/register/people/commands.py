"""What can be done with people: register, change contacts and preferences, erase."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.register.people.lifecycle import PERSON, Action
from services.registry.register.people.models import Person
from services.registry.register.people.queries import (
    PersonNotFound,
    find_person,
    find_person_of_contact,
    get_person,
)
from services.registry.register.people.rules import may_be_guardian, may_hold_contacts
from services.registry.register.territories.queries import territory_to_write
from shared.contracts.register import (
    PersonContactPointsChanged,
    PersonErased,
    PersonPreferencesChanged,
    PersonRegistered,
)
from shared.kernel.auth import Actor
from shared.kernel.outbox import emit
from shared.kernel.problems import Conflict, expect, refuse
from shared.values.ids import new_id
from shared.values.places import code_of, province_of
from shared.values.texts import search_key

WRITERS = ("hq_officer", "province_officer", "tenant_administrator", "system")
"""Who may change other people's records; everybody may change their own preferences."""


class PersonExists(Conflict):
    """Somebody with this e-mail address or mobile number is known already; say why this is another person."""


@dataclass(frozen=True)
class ContactPoints:
    """Who somebody is and how they are reached; addresses are normal forms already."""

    display_name: str
    family_name: str | None
    honorific: str | None
    email: str | None
    mobile: str | None
    verified: bool
    purposes: list[str]
    quiet_from: str | None
    quiet_to: str | None
    guardian_id: UUID | None


@dataclass(frozen=True)
class Preferences:
    """How somebody likes to be spoken to; no channels means all that fit."""

    language: str
    digits: str | None
    channels: list[str]


def register_person(
    session: Session,
    *,
    person_id: UUID | None = None,
    territory_code: str,
    contacts: ContactPoints,
    preferences: Preferences,
    minor: bool,
    another_because: str | None = None,
    by: Actor,
    now: datetime,
) -> Person:
    """Make a person known; a minor without contact points (I-14).

    PersonExists (409, with the link) when somebody within the actor's reach has the same address or number.
    """
    if person_id is not None and (existing := find_person(session, person_id, by=by)) is not None:
        return existing
    territory = territory_to_write(session, territory_code, by=by)
    new = person_id or new_id()
    _check(session, contacts, person_id=new, minor=minor, by=by)
    if another_because is None:
        _must_be_new(session, contacts, by=by)
    person = Person(
        id=new,
        tenant=by.tenant,
        province=province_of(territory.path),
        territory=territory.path,
        minor=minor,
        state=PERSON.start(Action.REGISTER),
        search_key=_key(contacts),
        sensitive_sequence=0,
        **asdict(contacts),
        **asdict(preferences),
    )
    session.add(person)
    emit(session, PersonRegistered(person_id=person.id, minor=minor), by=person, now=now)
    emit(session, contact_event(person), by=person, now=now)
    return person


def change_contact_points(
    session: Session, *, person_id: UUID, expected: int, contacts: ContactPoints, by: Actor, now: datetime
) -> Person:
    """Replace a person's names and contact points."""
    person = _to_write(session, person_id, expected=expected, by=by)
    person.become(Action.CHANGE_CONTACTS)
    _check(session, contacts, person_id=person.id, minor=person.minor, by=by)
    for name, value in asdict(contacts).items():
        setattr(person, name, value)
    person.search_key = _key(contacts)
    emit(session, contact_event(person), by=person, now=now)
    return person


def change_preferences(
    session: Session, *, person_id: UUID, expected: int, preferences: Preferences, by: Actor, now: datetime
) -> Person:
    """Change language, digits or channels; a person may do that for themselves."""
    person = _to_write(session, person_id, expected=expected, by=by)
    person.become(Action.CHANGE_PREFERENCES)
    for name, value in asdict(preferences).items():
        setattr(person, name, value)
    event = PersonPreferencesChanged(
        person_id=person.id, language=person.language, digits=person.digits, channels=tuple(person.channels)
    )
    emit(session, event, by=person, now=now)
    emit(session, contact_event(person), by=person, now=now)
    return person


def erase_person(session: Session, *, person_id: UUID, expected: int, by: Actor, now: datetime) -> Person:
    """Erase names and contacts; the id stays, so that facts keep their author. It cannot be undone."""
    person = _to_write(session, person_id, expected=expected, by=by)
    person.become(Action.ERASE)
    person.display_name, person.search_key = "", ""
    person.family_name = person.honorific = person.email = person.mobile = None
    person.quiet_from = person.quiet_to = None
    person.purposes, person.channels, person.verified = [], [], False
    person.guardian_id = None
    emit(session, PersonErased(person_id=person.id, erased_at=now), by=person, now=now)
    return person


def contact_event(person: Person) -> PersonContactPointsChanged:
    """The whole contact data of a person, for the restricted stream."""
    return PersonContactPointsChanged(
        person_id=person.id,
        display_name=person.display_name,
        family_name=person.family_name,
        honorific=person.honorific,
        language=person.language,
        email=person.email,
        mobile=person.mobile,
        verified=person.verified,
        purposes=tuple(person.purposes),
        quiet_from=person.quiet_from,
        quiet_to=person.quiet_to,
        minor=person.minor,
        guardian_id=person.guardian_id,
    )


def _check(session: Session, contacts: ContactPoints, *, person_id: UUID, minor: bool, by: Actor) -> None:
    guardian_id = contacts.guardian_id
    refuse(
        may_hold_contacts(
            minor=minor,
            email=contacts.email,
            mobile=contacts.mobile,
            guardian_id=guardian_id,
            person_id=person_id,
        )
    )
    if guardian_id is not None:
        guardian = get_person(session, guardian_id, by=by)
        refuse(may_be_guardian(minor=guardian.minor, active=guardian.is_known))


def _must_be_new(session: Session, contacts: ContactPoints, *, by: Actor) -> None:
    twin = find_person_of_contact(session, by=by, email=contacts.email, mobile=contacts.mobile)
    if twin is not None:
        raise PersonExists(link=f"/v1/people/{twin.id}", existing_id=str(twin.id))


def _to_write(session: Session, person_id: UUID, *, expected: int, by: Actor) -> Person:
    person = get_person(session, person_id, by=by)
    if person.id != by.person_id:
        if not by.has(*WRITERS):
            raise PersonNotFound
        territory_to_write(session, code_of(person.territory), by=by)
    expect(person, expected)
    return person


def _key(contacts: ContactPoints) -> str:
    names = {"display": contacts.display_name, "family": contacts.family_name or ""}
    return search_key({name: text for name, text in names.items() if text})
