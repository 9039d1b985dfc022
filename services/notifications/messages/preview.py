"""How a delivery looks: the same letter that leaves, written again for those who may read it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from services.notifications.channels.segments import segments_of
from services.notifications.messages.letters import Desk, compose
from services.notifications.messages.models import Delivery
from services.notifications.notices.definition import ChannelName


@dataclass(frozen=True)
class Preview:
    """The message in its shapes; `encoding`, `units` and `capacity` only for text messages."""

    subject: str
    text: str
    html: str
    sms: str
    attachments: tuple[str, ...]
    parts: int | None
    units: int | None
    capacity: int | None
    encoding: str | None
    cost_rial: int | None


def preview_of(session: Session, delivery: Delivery, *, desk: Desk, now: datetime) -> Preview:
    """The message of a delivery as it would be written now."""
    composed = compose(session, desk, delivery, now=now)
    sms = delivery.channel == ChannelName.SMS
    size = segments_of(composed.rendered.sms) if sms else None
    outgoing = composed.outgoing
    names = [file.name for file in outgoing.attachments] + ([outgoing.calendar.name] if outgoing.calendar else [])
    return Preview(
        subject=composed.rendered.subject,
        text=composed.rendered.text,
        html="" if sms else composed.rendered.html,
        sms=composed.rendered.sms if sms else "",
        attachments=tuple(names),
        parts=size.parts if size else None,
        units=size.units if size else None,
        capacity=size.capacity if size else None,
        encoding=size.encoding if size else None,
        cost_rial=composed.cost_rial,
    )


def mask(address: str | None) -> str:
    """Enough of an address to recognise it, not enough to use it."""
    if not address:
        return ""
    if "@" in address:
        name, _, domain = address.partition("@")
        return f"{name[:1]}…@{domain}"
    return f"{address[:4]}…{address[-2:]}"
