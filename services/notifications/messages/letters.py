"""From a claimed delivery to the message that leaves: facts completed, templates rendered, files attached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.notifications.channels.channel import Attachment, Channel, Outgoing
from services.notifications.channels.segments import segments_of
from services.notifications.contacts import queries as contacts
from services.notifications.contacts.queries import Addressee
from services.notifications.messages import queries
from services.notifications.messages.files import files_for
from services.notifications.messages.models import Delivery, Item
from services.notifications.messages.rendering import Letter, Rendered, render
from services.notifications.notices.definition import DIGEST, ChannelName, catalogue
from services.notifications.notices.planning import Locale
from shared.values.deadlines import local_day

_PEOPLE = ("person_id", "school_person", "agency_person")
PATHS = {
    "directive": "directives",
    "secretariat": "secretariats",
    "pairing": "pairings",
    "meeting": "meetings",
    "letter": "letters",
    "obligation": "obligations",
}
"""Registry's page of each kind of subject; what has none leads to the recipient's own tasks."""


@dataclass(frozen=True)
class Desk:
    """What writing and sending need from the settings."""

    channels: Mapping[str, Channel] = field(default_factory=dict)
    public_url: str = ""
    registry_path: str = "/registry"
    reporting_path: str = "/reporting"
    sender: str = "peyvand@example.org"
    sms_price_rial: int = 0


@dataclass(frozen=True)
class Composed:
    """The message, and for a text message its parts and cost."""

    outgoing: Outgoing
    rendered: Rendered
    parts: int | None
    cost_rial: int | None


def compose(
    session: Session, desk: Desk, delivery: Delivery, *, now: datetime, items: Sequence[Item] | None = None
) -> Composed:
    """Write the message of a delivery as it stands now; items stopped meanwhile are left out."""
    contact = contacts.get_contact(session, delivery.person_id)
    locale = contacts.locale_of(session, delivery.tenant, delivery.programme, delivery.province)
    items = items or queries.list_items(session, [delivery.notification_id])[delivery.notification_id]
    items = [item for item in items if not item.stopped] or items
    facts = [_completed(session, item.facts) for item in items]
    files = files_for(delivery, items, facts, contact, desk.sender, locale, now=now)
    letter = _letter(session, desk, delivery, contact, locale, items, facts, [file.name for file in files], now)
    rendered = render(letter)
    size = segments_of(rendered.sms) if delivery.channel == ChannelName.SMS else None
    return Composed(
        outgoing=_outgoing(delivery, contact, rendered, files, now),
        rendered=rendered,
        parts=size.parts if size else None,
        cost_rial=size.cost(desk.sms_price_rial) if size else None,
    )


def _letter(
    session: Session,
    desk: Desk,
    delivery: Delivery,
    contact: Addressee | None,
    locale: Locale,
    items: Sequence[Item],
    facts: Sequence[dict[str, Any]],
    files: Sequence[str],
    now: datetime,
) -> Letter:
    digest = delivery.rule == DIGEST
    names = {} if digest else catalogue()[delivery.rule].name
    return Letter(
        rule=delivery.rule,
        template=DIGEST if digest else items[0].template,
        kind=names.get(delivery.language, names.get("en", "")),
        language=delivery.language,
        items=[{"template": item.template, "facts": fact} for item, fact in zip(items, facts, strict=True)],
        greeting_name=greeting_of(contact),
        role=delivery.role,
        office=_office(session, delivery),
        link=_link(desk, delivery),
        reference=reference_of(delivery.id),
        on=local_day(now, locale.tz),
        tz=locale.tz,
        calendar=locale.calendar,
        attachments=files,
    )


def reference_of(delivery_id: UUID) -> str:
    """A short reference a person can read aloud."""
    digits = delivery_id.hex.upper()
    return f"D-{digits[-8:-4]}-{digits[-4:]}"


def greeting_of(contact: Addressee | None) -> str:
    """Honorific and family name, else the whole name."""
    if contact is None:
        return ""
    if contact.family_name:
        return " ".join(part for part in (contact.honorific, contact.family_name) if part)
    return contact.display_name


def people_of(items: Sequence[Item]) -> set[UUID]:
    """The people whose names the facts of some items are completed with."""
    return {UUID(item.facts[part]) for item in items for part in _PEOPLE if item.facts.get(part)}


def _completed(session: Session, facts: dict[str, Any]) -> dict[str, Any]:
    """Facts with the names of people, which are never stored beside them."""
    completed = dict(facts)
    if "person_id" in facts:
        person = contacts.get_contact(session, UUID(facts["person_id"])) if facts["person_id"] else None
        completed["person_name"] = person.display_name if person else None
    for side in ("school", "agency"):
        if f"{side}_person" in facts:
            known = facts[f"{side}_person"]
            completed[f"{side}_contact"] = _card(session, UUID(known)) if known else None
    return completed


def _card(session: Session, person_id: UUID) -> dict[str, str] | None:
    person = contacts.get_contact(session, person_id)
    if person is None or person.minor or not person.arrived:
        return None
    return {"name": person.display_name, "mobile": person.mobile or "", "email": person.email or ""}


def _office(session: Session, delivery: Delivery) -> Mapping[str, str]:
    names = contacts.office_names(session, delivery.tenant, delivery.province or "IR")
    return names or {"fa": "دبیرخانهٔ برنامه", "en": "Programme office"}


def _link(desk: Desk, delivery: Delivery) -> str:
    if delivery.rule == DIGEST:
        return f"{desk.public_url}{desk.reporting_path}/"
    path = PATHS.get(delivery.subject_type)
    return (
        f"{desk.public_url}{desk.registry_path}/{path}/{delivery.subject_id}"
        if path
        else (f"{desk.public_url}{desk.registry_path}/")
    )


def _outgoing(
    delivery: Delivery, contact: Addressee | None, rendered: Rendered, files: Sequence[Attachment], now: datetime
) -> Outgoing:
    email = delivery.channel == ChannelName.EMAIL
    address = (contact.email if email else contact.mobile) if contact else None
    return Outgoing(
        delivery_id=str(delivery.id),
        to_address=address or "",
        to_name=contact.display_name if contact else "",
        subject=rendered.subject,
        text=rendered.text if email else rendered.sms,
        sent_at=now,
        html=rendered.html if email else "",
        language=delivery.language,
        headers={
            "X-Peyvand-Rule": delivery.rule,
            "X-Peyvand-Subject": f"{delivery.subject_type}/{delivery.subject_id}",
            "X-Peyvand-Step": delivery.step,
        },
        calendar=next((file for file in files if file.content_type.startswith("text/calendar")), None),
        attachments=tuple(file for file in files if not file.content_type.startswith("text/calendar")),
    )
