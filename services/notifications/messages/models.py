"""Notifications, their items, their deliveries, and the switch of each tenant."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Integer, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.notifications.db import Fact, Table
from shared.kernel.db import UTC_TIME, Scoped, scoped_keys


class Notification(Fact):
    """One message to one person; several items when it is a bundle or the daily digest."""

    __tablename__ = "notifications"
    __table_args__ = scoped_keys(Index("ix_notifications_bundle", "tenant", "person_id", "bundle_key", "closes_at"))
    rule: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    role: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    urgency: Mapped[str] = mapped_column(Text)
    bundle_key: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(UTC_TIME)
    closes_at: Mapped[datetime] = mapped_column(UTC_TIME)


class Item(Scoped, Table):
    """One thing said in a notification; its key makes sure that it is never said twice to the same person."""

    __tablename__ = "notification_items"
    __table_args__ = (
        UniqueConstraint("tenant", "once_key"),
        Index("ix_notification_items_notification", "tenant", "notification_id"),
        ForeignKeyConstraint(["tenant", "notification_id"], ["notifications.tenant", "notifications.id"]),
    )
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    notification_id: Mapped[UUID] = mapped_column(Uuid)
    once_key: Mapped[str] = mapped_column(Text)
    rule: Mapped[str] = mapped_column(Text)
    template: Mapped[str] = mapped_column(Text)
    event: Mapped[str] = mapped_column(Text)
    event_id: Mapped[UUID] = mapped_column(Uuid)
    feedseq: Mapped[int] = mapped_column()
    subject_type: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[UUID] = mapped_column(Uuid)
    qualifier: Mapped[str] = mapped_column(Text, default="")
    step: Mapped[str] = mapped_column(Text)
    stops_on: Mapped[list[str]] = mapped_column(JSONB)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    stopped: Mapped[str | None] = mapped_column(Text)
    """The later event that made this item needless."""
    recorded_at: Mapped[datetime] = mapped_column(UTC_TIME)
    traceparent: Mapped[str | None] = mapped_column(Text)
    """The trace of the request this item tells of, so that its delivery is part of it."""


class Delivery(Fact):
    """One notification by one channel. `not_before` is business time; leases and retries are machine time."""

    __tablename__ = "deliveries"
    __table_args__ = scoped_keys(
        UniqueConstraint("tenant", "notification_id", "person_id", "channel"),
        ForeignKeyConstraint(["tenant", "notification_id"], ["notifications.tenant", "notifications.id"]),
        Index("ix_deliveries_open", "tenant", "state", "not_before"),
        Index("ix_deliveries_person", "tenant", "person_id"),
        Index("ix_deliveries_subject", "tenant", "subject_id"),
    )
    notification_id: Mapped[UUID] = mapped_column(Uuid)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    role: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    rule: Mapped[str] = mapped_column(Text)
    subject_type: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[UUID] = mapped_column(Uuid)
    step: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    urgency: Mapped[str] = mapped_column(Text)
    delivery_class: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    planned_at: Mapped[datetime] = mapped_column(UTC_TIME)
    not_before: Mapped[datetime] = mapped_column(UTC_TIME)
    expires_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    retry_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    lease_until: Mapped[datetime | None] = mapped_column(UTC_TIME)
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    """Raised by every claim: the fence that stops a worker whose lease ran out."""
    refusals: Mapped[int] = mapped_column(Integer, default=0)
    """Temporary refusals so far; they decide the backoff."""
    doubted_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    sent_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    settled_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    provider_ref: Mapped[str | None] = mapped_column(Text)
    reply: Mapped[str] = mapped_column(Text, default="")
    parts: Mapped[int | None] = mapped_column(Integer)
    cost_rial: Mapped[int | None] = mapped_column(Integer)


class DeliveryNote(Scoped, Table):
    """What happened to a delivery, and who did it; never changed."""

    __tablename__ = "delivery_notes"
    __table_args__ = (
        Index("ix_delivery_notes_delivery", "tenant", "delivery_id"),
        ForeignKeyConstraint(["tenant", "delivery_id"], ["deliveries.tenant", "deliveries.id"]),
    )
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    delivery_id: Mapped[UUID] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(UTC_TIME)
    what: Mapped[str] = mapped_column(Text)
    by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    detail: Mapped[str] = mapped_column(Text, default="")


class Happening(Scoped, Table):
    """The newest event of a kind on a subject, for those kinds that stop a notice."""

    __tablename__ = "happenings"
    tenant: Mapped[str] = mapped_column(Text, primary_key=True)
    event: Mapped[str] = mapped_column(Text, primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    qualifier: Mapped[str] = mapped_column(Text, primary_key=True, default="")
    feedseq: Mapped[int] = mapped_column()


class Sending(Scoped, Table):
    """Whether messages of a tenant leave at all; without a row they do not."""

    __tablename__ = "sending"
    tenant: Mapped[str] = mapped_column(Text, primary_key=True)
    live: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)
    changed_at: Mapped[datetime] = mapped_column(UTC_TIME)
    changed_by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    reason: Mapped[str] = mapped_column(Text, default="")
