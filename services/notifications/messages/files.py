"""Files of a message: calendar entries for meetings, PDF letters for directives and appointments."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from services.notifications.channels.channel import Attachment
from services.notifications.channels.ics import CalendarEntry, Person, calendar_file
from services.notifications.channels.pdf import appointment_pdf, directive_pdf
from services.notifications.contacts.queries import Addressee
from services.notifications.messages.formats import pick_name
from services.notifications.messages.models import Delivery, Item
from services.notifications.messages.rendering import words
from services.notifications.notices.definition import ChannelName, catalogue
from services.notifications.notices.planning import Locale
from shared.values.calendars import Calendar
from shared.values.formatting import format_moment


def files_for(
    delivery: Delivery,
    items: Sequence[Item],
    facts: Sequence[Mapping[str, Any]],
    contact: Addressee | None,
    sender: str,
    locale: Locale,
    *,
    now: datetime,
) -> list[Attachment]:
    """What the notice attaches to an e-mail; text messages carry nothing."""
    notice = catalogue().get(delivery.rule)
    if notice is None or delivery.channel != ChannelName.EMAIL:
        return []
    files = []
    for kind in notice.attachments:
        for item, fact in zip(items, facts, strict=True):
            file = _file(kind, item, fact, delivery, contact, sender, locale, now)
            if file is not None:
                files.append(file)
    return files


def _file(
    kind: str,
    item: Item,
    facts: Mapping[str, Any],
    delivery: Delivery,
    contact: Addressee | None,
    sender: str,
    locale: Locale,
    now: datetime,
) -> Attachment | None:
    if kind == "directive_pdf" and item.event == "directive.issued":
        return directive_pdf(facts, language=delivery.language, locale=locale, words=words())
    if kind == "appointment_pdf":
        return appointment_pdf(facts, language=delivery.language, locale=locale, words=words())
    if kind in ("ics_request", "ics_cancel") and item.event != "meeting.lapsed":
        method: Literal["REQUEST", "CANCEL"] = "REQUEST" if kind == "ics_request" else "CANCEL"
        return _calendar(facts, delivery, contact, sender, locale, now, method)
    return None


def _calendar(
    facts: Mapping[str, Any],
    delivery: Delivery,
    contact: Addressee | None,
    sender: str,
    locale: Locale,
    now: datetime,
    method: Literal["REQUEST", "CANCEL"],
) -> Attachment | None:
    if contact is None or not contact.email:
        return None
    starts_at = datetime.fromisoformat(facts["starts_at"])
    ends_at = datetime.fromisoformat(facts["ends_at"]) if facts["ends_at"] else starts_at + timedelta(hours=1)
    written = format_moment(starts_at, delivery.language, facts["tz"], Calendar(locale.calendar))
    organiser = pick_name(facts["organiser"], delivery.language) or words().t(delivery.language, "mail.sender")
    return calendar_file(
        CalendarEntry(
            uid=f"{facts['meeting_id']}@peyvand",
            sequence=int(facts["sequence"]),
            starts_at=starts_at,
            ends_at=ends_at,
            tz=facts["tz"],
            summary=facts["title"],
            description="\n".join(part for part in (facts["title"], written, facts["venue"]) if part),
            location=facts["venue"],
            organiser=Person(organiser, sender),
            attendee=Person(contact.display_name, contact.email),
            stamp=now,
            url=facts["url"] or "",
            language=delivery.language,
            kind=method,
        )
    )
