"""Who is addressed: recipient roles resolved to people, and names of places."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.notifications.contacts.models import Contact, Holding, Known
from services.notifications.notices.definition import ChannelName, Role
from services.notifications.notices.planning import Locale, Recipient
from shared.values.deadlines import weekend_of

Addressee = Contact
"""A row of the address book, as other slices name it."""

_LOCALES = "notifications.locales"
_OFFICES = "notifications.offices"
_HELD = "notifications.contacts"
_SEATS = {Role.PH: "PR-01", Role.PS: "PR-02"}
_NATIONAL_SEATS = {Role.HQC: "HQ-01", Role.LEG: "HQ-09"}
_ROLES = {Role.PE: "province_officer"}
_NATIONAL_ROLES = {Role.HQO: "hq_officer", Role.ADM: "tenant_administrator"}
_ORGANISATION_ROLES = {Role.AM: "agency_manager", Role.AC: "agency_contact"}


@dataclass(frozen=True)
class Reach:
    """Where the roles of one message are looked for, on one local day."""

    tenant: str
    on: date
    province: str = ""
    secretariat_id: UUID | None = None
    school_id: UUID | None = None
    agency_id: UUID | None = None
    person_id: UUID | None = None
    invitees: tuple[UUID, ...] = ()
    parties: tuple[tuple[str, UUID | None, str], ...] = ()
    """(kind, id, part) of the organisations in a meeting."""
    named: tuple[tuple[Role, str], ...] = ()
    """Roles the event itself names, with their province."""


def recipients(session: Session, role: Role, reach: Reach) -> list[Recipient]:
    """The people in a role; a minor's place is taken by the guardian or the school (R-047)."""
    if role in (Role.ASSIGNEES, Role.TARGETS):
        return [
            person
            for named, province in reach.named
            for person in recipients(session, named, _moved(reach, "" if province == "*" else province))
        ]
    return [_recipient(session, person_id, role, reach) for person_id in dict.fromkeys(_people(session, role, reach))]


def _moved(reach: Reach, province: str) -> Reach:
    return Reach(**{**reach.__dict__, "province": province or reach.province, "named": ()})


def _people(session: Session, role: Role, reach: Reach) -> Iterable[UUID]:
    if role in _SEATS:
        return holders(session, reach, code=_SEATS[role], place=reach.province)
    if role in _NATIONAL_SEATS:
        return holders(session, reach, code=_NATIONAL_SEATS[role], place="*")
    if role in _ROLES:
        return holders(session, reach, code=_ROLES[role], place=reach.province)
    if role in _NATIONAL_ROLES:
        return holders(session, reach, code=_NATIONAL_ROLES[role], place="*")
    if role in _ORGANISATION_ROLES:
        return holders(session, reach, code=_ORGANISATION_ROLES[role], organisation_id=reach.agency_id)
    if role is Role.EP:
        return _principals(session, reach)
    if role is Role.SO:
        return _officers(session, reach)
    if role is Role.PERSON:
        return [reach.person_id] if reach.person_id else []
    if role is Role.INV:
        return reach.invitees
    parts = [party for party in reach.parties if role is Role.PARTIES or party[2] == "organiser"]
    return [person for party in parts for person in _party(session, reach, party)]


def holders(
    session: Session, reach: Reach, *, code: str, place: str | None = None, organisation_id: UUID | None = None
) -> Sequence[UUID]:
    """People holding a role or seat on the day, longest holder first."""
    if not place and organisation_id is None:
        return []
    statement = select(Holding.person_id).where(
        Holding.tenant == reach.tenant,
        Holding.code == code,
        Holding.from_on <= reach.on,
        or_(Holding.to_on.is_(None), Holding.to_on > reach.on),
    )
    if place:
        statement = statement.where(Holding.place == place)
    if organisation_id is not None:
        statement = statement.where(Holding.organisation_id == organisation_id)
    return session.scalars(statement.order_by(Holding.from_on, Holding.person_id)).all()


def _principals(session: Session, reach: Reach) -> Sequence[UUID]:
    secretariat = (
        thing(session, reach.tenant, "secretariat", str(reach.secretariat_id)) if reach.secretariat_id else None
    )
    if secretariat and secretariat.get("principal_id"):
        return [UUID(secretariat["principal_id"])]
    school = reach.school_id or (UUID(secretariat["school_id"]) if secretariat else None)
    return holders(session, reach, code="principal", organisation_id=school) if school else []


def _officers(session: Session, reach: Reach) -> Sequence[UUID]:
    secretariat = (
        thing(session, reach.tenant, "secretariat", str(reach.secretariat_id)) if reach.secretariat_id else None
    )
    return [UUID(each) for each in secretariat.get("officers", ())] if secretariat else []


def _party(session: Session, reach: Reach, party: tuple[str, UUID | None, str]) -> Sequence[UUID]:
    kind, organisation_id, _part = party
    if kind == "agency":
        return holders(session, reach, code="agency_contact", organisation_id=organisation_id)
    if kind == "school":
        return holders(session, reach, code="principal", organisation_id=organisation_id)
    if kind == "office":
        role = Role.PS if reach.province else Role.HQO
        return list(_people(session, role, reach))
    return []


def _recipient(session: Session, person_id: UUID, role: Role, reach: Reach) -> Recipient:
    contact = session.get(Contact, person_id)
    if contact is not None and contact.minor and contact.erased_at is None:
        instead = _instead_of_minor(session, contact, reach)
        if instead is not None:
            contact = instead
    return as_recipient(person_id, contact, role)


def as_recipient(person_id: UUID, contact: Contact | None, role: Role) -> Recipient:
    """A contact as planning sees it; nobody knows the addresses before they arrived."""
    if contact is None:
        return Recipient(person_id, role, known=False)
    return Recipient(
        contact.person_id,
        role,
        known=contact.arrived or contact.erased_at is not None,
        language=contact.language,
        email=contact.email,
        mobile=contact.mobile,
        minor=contact.minor,
        erased=contact.erased_at is not None,
        blocked=frozenset(ChannelName(each) for each in contact.blocked),
    )


def _instead_of_minor(session: Session, minor: Contact, reach: Reach) -> Contact | None:
    candidates = [minor.guardian_id] if minor.guardian_id else []
    organisations = select(Holding.organisation_id).where(
        Holding.person_id == minor.person_id, Holding.organisation_id.is_not(None)
    )
    for organisation_id in session.scalars(organisations):
        candidates += holders(session, reach, code="principal", organisation_id=organisation_id)
    for candidate in candidates:
        found = session.get(Contact, candidate)
        if found is not None and not found.minor and found.erased_at is None:
            return found
    return None


def get_contact(session: Session, person_id: UUID) -> Contact | None:
    """The contact of a person, None while nothing is known."""
    return session.get(Contact, person_id)


def list_contacts(session: Session, person_ids: Iterable[UUID]) -> dict[UUID, Addressee]:
    """The contacts of some people, in one look."""
    statement = select(Contact).where(Contact.person_id.in_(set(person_ids)))
    return {found.person_id: found for found in session.scalars(statement)}


def thing(session: Session, tenant: str, kind: str, key: str) -> dict[str, Any] | None:
    """The last snapshot of something, None when it was never heard of."""
    found = session.get(Known, (tenant, kind, key))
    return found.data if found else None


def things_by_ref(session: Session, tenant: str, kind: str, ref: str) -> list[dict[str, Any]]:
    """All snapshots of a kind that point to one thing."""
    statement = (
        select(Known.data).where(Known.tenant == tenant, Known.kind == kind, Known.ref == ref).order_by(Known.key)
    )
    return list(session.scalars(statement))


def names_of(session: Session, tenant: str, kind: str, key: str) -> dict[str, str] | None:
    """The names of a school, agency, office or territory."""
    found = thing(session, tenant, kind, key)
    return found["names"] if found else None


def locale_of(session: Session, tenant: str, programme: str, province: str) -> Locale:
    """Zone, weekend, holidays and languages of a programme, else of the tenant's first, else neutral ones.

    Kept for the session, because a batch of events asks for the same one; `forget_locales` when one changed.
    """
    known: dict[tuple[str, str, str], Locale] = session.info.setdefault(_LOCALES, {})
    key = (tenant, programme, province)
    if key not in known:
        known[key] = _locale(session, tenant, programme, province)
    return known[key]


@dataclass
class Places:
    """Zones and names of offices as one batch of messages found them; they change a few times a year."""

    locales: dict[tuple[str, str, str], Locale] = field(default_factory=dict)
    offices: dict[tuple[str, str], dict[str, str] | None] = field(default_factory=dict)


def share_places(session: Session, places: Places) -> None:
    """Let this session use, and add to, what others of its batch looked up."""
    session.info[_LOCALES], session.info[_OFFICES] = places.locales, places.offices


def hold_contacts(session: Session, person_ids: Iterable[UUID]) -> None:
    """Look people up at once; the session keeps them, so asking for one of them later asks nobody."""
    session.info[_HELD] = list_contacts(session, person_ids)


def office_names(session: Session, tenant: str, place: str) -> dict[str, str] | None:
    """The names of the office of a province, or of the country; None while none was heard of."""
    known: dict[tuple[str, str], dict[str, str] | None] = session.info.setdefault(_OFFICES, {})
    if (tenant, place) not in known:
        found = things_by_ref(session, tenant, "office", place)
        known[tenant, place] = found[0]["names"] if found else None
    return known[tenant, place]


def forget_locales(session: Session) -> None:
    """A programme or a holiday changed."""
    session.info.pop(_LOCALES, None)


def _locale(session: Session, tenant: str, programme: str, province: str) -> Locale:
    found = thing(session, tenant, "programme", programme)
    if found is None:
        statement = select(Known.data).where(Known.tenant == tenant, Known.kind == "programme").order_by(Known.key)
        found = session.scalars(statement.limit(1)).first()
    if found is None:
        return Locale("UTC", frozenset(), frozenset(), ("en",), "en", "gregorian")
    days: set[date] = set()
    for code in {"", province}:
        days |= {date.fromisoformat(day) for day in (thing(session, tenant, "holidays", code) or {}).get("days", ())}
    return Locale(
        tz=found["tz"],
        weekend=weekend_of(found["weekend"]),
        holidays=frozenset(days),
        languages=tuple(found["languages"]),
        default_language=found["default_language"],
        calendar=found["calendar"],
    )
