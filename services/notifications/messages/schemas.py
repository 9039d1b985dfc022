"""Wire shapes of the delivery ledger."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.notifications.contacts.queries import Addressee
from services.notifications.messages.models import Delivery, DeliveryNote, Item, Sending
from services.notifications.messages.preview import Preview, mask
from services.notifications.messages.queries import Numbers, why_not_sent
from services.notifications.notices.definition import ChannelName
from shared.kernel.wire import Line, Out, Wire
from shared.kernel.words import Words


class ItemOut(Out):
    """One thing said in a message."""

    rule: str
    event: str
    event_id: UUID
    subject_type: str
    subject_id: UUID
    qualifier: str
    step: str
    stopped: str | None


class DeliveryOut(Out):
    """One line of the ledger; `reason` says why it has not left, in words of the reader's language."""

    id: UUID
    notification_id: UUID
    rule: str
    channel: str
    state: str
    reason: str | None
    reason_words: str | None
    delivery_class: str
    person_id: UUID
    recipient_name: str
    address_masked: str
    role: str
    language: str
    urgency: str
    subject_type: str
    subject_id: UUID
    step: str
    items: list[ItemOut]
    planned_at: datetime
    not_before: datetime
    sent_at: datetime | None
    attempt: int
    provider_ref: str | None
    reply: str
    parts: int | None
    cost_rial: int | None
    province: str
    version: int

    @classmethod
    def of(
        cls, delivery: Delivery, *, items: Sequence[Item], contact: Addressee | None, words: Words, language: str
    ) -> "DeliveryOut":
        """A row as the ledger shows it."""
        key = why_not_sent(delivery)
        address = (contact.email if delivery.channel == ChannelName.EMAIL else contact.mobile) if contact else None
        columns = {name: getattr(delivery, name) for name in cls.model_fields if hasattr(delivery, name)}
        return cls(
            **columns,
            reason_words=words.t(language, key) if key else None,
            recipient_name=contact.display_name if contact else "",
            address_masked=mask(address),
            items=[ItemOut.model_validate(item) for item in items],
        )


class PreviewOut(Out):
    """The message as written."""

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

    @classmethod
    def of(cls, preview: Preview) -> "PreviewOut":
        """A preview on the wire."""
        return cls.model_validate(preview)


class NoteOut(Out):
    """One thing that happened to a delivery."""

    at: datetime
    what: str
    by: dict[str, Any]
    detail: str

    @classmethod
    def of(cls, note: DeliveryNote) -> "NoteOut":
        """A note on the wire."""
        return cls.model_validate(note)


class DeliveryDetailOut(DeliveryOut):
    """A line of the ledger with its message and its history."""

    preview: PreviewOut | None = None
    history: list[NoteOut] = []


class ResendIn(Wire):
    """Why it is sent again."""

    reason: Line


class SendingIn(Wire):
    """The switch of a tenant."""

    live: bool
    reason: Line


class SendingOut(Out):
    """Whether messages of a tenant leave."""

    tenant: str
    live: bool
    changed_at: datetime | None = None
    reason: str = ""

    @classmethod
    def of(cls, sending: Sending | None, tenant: str) -> "SendingOut":
        """The switch, off where it was never touched."""
        return cls.model_validate(sending) if sending else cls(tenant=tenant, live=False)


class NumbersOut(Out):
    """The operator's numbers."""

    due: int
    waiting: int
    held: int
    unknown: int
    failed: int
    sent_24h: int
    oldest_due_seconds: int

    @classmethod
    def of(cls, numbers: Numbers) -> "NumbersOut":
        """Numbers on the wire."""
        return cls.model_validate(numbers)
