"""Where each reader stands, and what it had to set aside: both in the reader's own database."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, Integer, Table, Text, Uuid, delete, func, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from shared.contracts.envelope import Envelope
from shared.kernel.db import UTC_TIME, KernelTable


class Cursor(KernelTable):
    """The last number a reader has applied; its row lock is lock, fence and duplicate filter in one."""

    __tablename__ = "consumer_cursors"
    reader: Mapped[str] = mapped_column(Text, primary_key=True)
    source: Mapped[str] = mapped_column(Text, primary_key=True)
    stream: Mapped[str] = mapped_column(Text, primary_key=True)
    partition: Mapped[str] = mapped_column(Text, primary_key=True, default="")
    epoch: Mapped[UUID | None] = mapped_column(Uuid)
    pos: Mapped[int] = mapped_column(BigInteger, nullable=False, default=0)
    event_time: Mapped[datetime | None] = mapped_column(UTC_TIME)
    moved_at: Mapped[datetime] = mapped_column(UTC_TIME, nullable=False, server_default=func.clock_timestamp())
    gaps: Mapped[int] = mapped_column(BigInteger, nullable=False, default=0)
    replay_to: Mapped[int] = mapped_column(BigInteger, nullable=False, default=0, server_default="0")
    """Events up to this number were told before a restore: they are history, never news."""


class DeadLetter(KernelTable):
    """An event a reader could not apply, or one that waits behind such an event of its aggregate."""

    __tablename__ = "dead_letters"
    __table_args__ = (
        Index("ix_dead_letters_parked", "reader", "source", "aggregate_id", postgresql_where="state = 'parked'"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    reader: Mapped[str] = mapped_column(Text, nullable=False)
    source: Mapped[str] = mapped_column(Text, nullable=False)
    stream: Mapped[str] = mapped_column(Text, nullable=False)
    feed_seq: Mapped[int] = mapped_column(BigInteger, nullable=False)
    type: Mapped[str] = mapped_column(Text, nullable=False)
    aggregate_id: Mapped[UUID] = mapped_column(Uuid, nullable=False)
    tenant: Mapped[str] = mapped_column(Text, nullable=False)
    province: Mapped[str] = mapped_column(Text, nullable=False, default="")
    fingerprint: Mapped[str] = mapped_column(Text, nullable=False)
    error: Mapped[str] = mapped_column(Text, nullable=False)
    blocked_by: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text, nullable=False, default="parked")
    attempts: Mapped[int] = mapped_column(Integer, nullable=False, default=1)
    event: Mapped[dict[str, Any]] = mapped_column(JSONB, nullable=False)
    first_seen: Mapped[datetime] = mapped_column(UTC_TIME, nullable=False, server_default=func.clock_timestamp())
    last_seen: Mapped[datetime] = mapped_column(UTC_TIME, nullable=False, server_default=func.clock_timestamp())
    skipped_by: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)


cast(Table, DeadLetter.__table__).info["row_security"] = (
    False  # readers of all tenants park here; queries filter by province
)


def lock_cursor(session: Session, *, reader: str, source: str, stream: str, partition: str) -> Cursor:
    """The reader's cursor, locked until this transaction ends; made at zero when it is the first time."""
    key = {"reader": reader, "source": source, "stream": stream, "partition": partition}
    locked = select(Cursor).filter_by(**key).with_for_update()
    found = session.execute(locked).scalar_one_or_none()
    if found is None:
        session.execute(insert(Cursor).values(pos=0, gaps=0, **key).on_conflict_do_nothing())
        found = session.execute(locked).scalar_one()
    return found


def parked_aggregates(session: Session, *, reader: str, source: str) -> dict[UUID, int]:
    """Aggregates with a parked event, and the first letter that holds each up."""
    rows = session.execute(
        select(DeadLetter.aggregate_id, func.min(DeadLetter.id))
        .where(DeadLetter.reader == reader, DeadLetter.source == source, DeadLetter.state == "parked")
        .group_by(DeadLetter.aggregate_id)
    )
    return {row[0]: row[1] for row in rows}


def park(
    session: Session,
    envelope: Envelope,
    *,
    reader: str,
    source: str,
    stream: str,
    fingerprint: str,
    error: str,
    blocked_by: int | None,
) -> int:
    """Set an event aside so that the line moves on; returns the letter's number."""
    letter = DeadLetter(
        reader=reader,
        source=source,
        stream=stream,
        feed_seq=envelope.feedseq,
        type=envelope.type,
        aggregate_id=envelope.subject,
        tenant=envelope.tenant,
        province=envelope.province,
        fingerprint=fingerprint,
        error=error[:2000],
        blocked_by=blocked_by,
        event=envelope.wire() if not stream.endswith(".pii") else {},
    )
    session.add(letter)
    session.flush()
    return letter.id


def forget_letters(session: Session, *, reader: str, source: str, stream: str) -> None:
    """The numbers of another epoch mean nothing any more: what was parked under them is read again or is gone."""
    session.execute(
        delete(DeadLetter).where(DeadLetter.reader == reader, DeadLetter.source == source, DeadLetter.stream == stream)
    )


def count_parked(session: Session, *, reader: str | None = None, province: str | None = None) -> int:
    """How many events are parked (not skipped, not retried)."""
    query = select(func.count()).select_from(DeadLetter).where(DeadLetter.state == "parked")
    if reader is not None:
        query = query.where(DeadLetter.reader == reader)
    if province not in (None, "*"):
        query = query.where(DeadLetter.province.in_(("", province)))
    return session.execute(query).scalar_one()
