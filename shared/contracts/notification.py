"""Events spoken by notifications: what became of each delivery."""

from datetime import datetime
from uuid import UUID

from shared.contracts.base import Event, Part


class DeliveryFact(Part):
    """One message to one person by one channel; no address, no text."""

    delivery_id: UUID
    rule: str
    subject_kind: str
    subject_id: UUID
    step: str
    channel: str
    language: str
    person_id: UUID
    state: str
    at: datetime
    attempts: int
    parts: int | None = None
    code: str | None = None


class NotificationEvent(Event):
    """Base of the delivery's events."""

    delivery_id: UUID
    delivery: DeliveryFact


class NotificationSent(
    NotificationEvent, type="peyvand.notification.sent.v1", source="notifications", subject="delivery_id"
):
    """A provider took it."""


class NotificationDelivered(
    NotificationEvent, type="peyvand.notification.delivered.v1", source="notifications", subject="delivery_id"
):
    """A provider says it arrived."""


class NotificationUnknown(
    NotificationEvent, type="peyvand.notification.unknown.v1", source="notifications", subject="delivery_id"
):
    """Nobody can know whether the provider took it."""


class NotificationFailed(
    NotificationEvent, type="peyvand.notification.failed.v1", source="notifications", subject="delivery_id"
):
    """A provider refused it for good."""


class NotificationBounced(
    NotificationEvent, type="peyvand.notification.bounced.v1", source="notifications", subject="delivery_id"
):
    """It came back."""


class NotificationContactSuppressed(
    NotificationEvent, type="peyvand.notification.contact_suppressed.v1", source="notifications", subject="delivery_id"
):
    """A channel of a person is no longer used."""
