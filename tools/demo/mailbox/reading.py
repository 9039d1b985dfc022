"""A received message as people and checks read it: parts, attachments, the invitation, language and direction."""

import base64
import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import lru_cache
from typing import Any, cast

from icalendar import Calendar

from tools.demo.mailbox.sms import message_id
from tools.demo.mailbox.store import Received

RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
LATIN = re.compile(r"[A-Za-z]")
SHOWN_HEADERS = ("message-id", "date", "list-unsubscribe", "auto-submitted", "reply-to", "content-language", "cc")


@dataclass(frozen=True)
class Attachment:
    """A file that came with a mail."""

    number: int
    name: str
    type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Invitation:
    """What a calendar part says: one VEVENT."""

    method: str
    uid: str
    sequence: int
    summary: str
    start: str
    end: str
    location: str
    attendees: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """One message, read."""

    id: str
    kind: str
    at: str
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    attachments: tuple[Attachment, ...]
    invitation: Invitation | None
    language: str
    cost: int = 0

    @property
    def direction(self) -> str:
        """'rtl' or 'ltr'."""
        return "rtl" if self.language in ("fa", "ar") else "ltr"

    def as_json(self) -> dict[str, Any]:
        """For the check of the story."""
        plain = {name: value for name, value in vars(self).items() if name not in ("attachments", "invitation")}
        files = [{"number": a.number, "name": a.name, "type": a.type, "size": len(a.content)} for a in self.attachments]
        invitation = vars(self.invitation) if self.invitation else None
        return {**plain, "direction": self.direction, "attachments": files, "invitation": invitation}


@lru_cache(maxsize=4000)
def read(received: Received) -> Reading:
    """Read a message; files never change, so the answer is kept."""
    return _read_mail(received) if received.is_mail else _read_text(received)


def _read_text(received: Received) -> Reading:
    text = received.text
    return Reading(
        id=received.id,
        kind="text",
        at=received.at.isoformat(),
        sender=text["sender"],
        to=(text["receptor"],),
        subject="",
        text=text["message"],
        html="",
        headers={"localid": text["localid"], "messageid": str(message_id(received))},
        attachments=(),
        invitation=None,
        language=language_of(text["message"]),
        cost=text["cost"],
    )


def _read_mail(received: Received) -> Reading:
    mail = message_from_bytes(received.raw, policy=default)
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    text = _text_of(plain)
    headers = {
        name.lower(): str(value)
        for name, value in mail.items()
        if name.lower() in SHOWN_HEADERS or name.lower().startswith("x-peyvand")
    }
    subject = str(mail.get("Subject", ""))
    return Reading(
        id=received.id,
        kind="mail",
        at=received.at.isoformat(),
        sender=str(mail.get("From", "")),
        to=tuple(str(each) for each in mail.get_all("X-Envelope-To", [])),
        subject=subject,
        text=text,
        html=_with_pictures(_text_of(html), mail),
        headers=headers,
        attachments=tuple(_attachments(mail)),
        invitation=_invitation(mail),
        language=headers.get("content-language", "")[:2] or language_of(f"{subject}\n{text}"),
    )


def _text_of(part: Any) -> str:
    return str(part.get_content()) if part is not None else ""


def _attachments(mail: EmailMessage) -> list[Attachment]:
    parts = [part for part in mail.walk() if not part.is_multipart()]
    bodies = [mail.get_body(("plain",)), mail.get_body(("html",))]
    files = [part for part in parts if part not in bodies and not part.get("Content-ID")]
    return [
        Attachment(
            number,
            part.get_filename() or ("invite.ics" if part.get_content_type() == "text/calendar" else f"part-{number}"),
            part.get_content_type(),
            cast(bytes, part.get_payload(decode=True) or b""),
        )
        for number, part in enumerate(files)
    ]


def _with_pictures(html: str, mail: EmailMessage) -> str:
    """Pictures inside the mail, named by cid:, as data the sandboxed frame may show."""
    for part in mail.walk():
        name = str(part.get("Content-ID", "")).strip("<>")
        if name and f"cid:{name}" in html:
            content = base64.b64encode(cast(bytes, part.get_payload(decode=True))).decode()
            html = html.replace(f"cid:{name}", f"data:{part.get_content_type()};base64,{content}")
    return html


def _invitation(mail: EmailMessage) -> Invitation | None:
    for part in mail.walk():
        if part.get_content_type() == "text/calendar":
            return read_invitation(cast(bytes, part.get_payload(decode=True)))
    return None


def read_invitation(content: bytes) -> Invitation | None:
    """The first event of a calendar file; None when it has none or is broken."""
    try:
        calendar = Calendar.from_ical(content)
    except ValueError:
        return None
    event = next(iter(calendar.walk("VEVENT")), None)
    if event is None:
        return None
    attendees = event.get("ATTENDEE", [])
    return Invitation(
        method=str(calendar.get("METHOD", "")),
        uid=str(event.get("UID", "")),
        sequence=int(event.get("SEQUENCE", 0)),
        summary=str(event.get("SUMMARY", "")),
        start=_moment(event.get("DTSTART")),
        end=_moment(event.get("DTEND")),
        location=str(event.get("LOCATION", "")),
        attendees=tuple(str(each) for each in (attendees if isinstance(attendees, list) else [attendees])),
    )


def _moment(value: Any) -> str:
    return str(value.dt.isoformat()) if value is not None else ""


def language_of(text: str) -> str:
    """'fa' when most letters are of the Arabic script, else 'en'."""
    return "fa" if len(RIGHT_TO_LEFT.findall(text)) >= len(LATIN.findall(text)) else "en"
