"""The outbox: an event is written in the same transaction as the change it tells of, and is the journal ever after."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol, cast
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, Integer, Table, Text, UniqueConstraint, Uuid, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from shared.contracts.base import Event, stream_of
from shared.kernel.db import UTC_TIME, KernelTable
from shared.kernel.tracing import current_traceparent
from shared.values.ids import new_id


class Outbox(KernelTable):
    """One event; `feed_seq` is its dense number in the stream, given by the relay after commit."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("stream", "feed_seq"),
        UniqueConstraint("stream", "aggregate_type", "aggregate_id", "sequence"),
        Index("ix_outbox_unnumbered", "stream", "id", postgresql_where="feed_seq IS NULL"),
        Index("ix_outbox_subject", "stream", "aggregate_id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    feed_seq: Mapped[int | None] = mapped_column(BigInteger)
    stream: Mapped[str] = mapped_column(Text, nullable=False)
    event_id: Mapped[UUID] = mapped_column(Uuid, nullable=False, unique=True)
    type: Mapped[str] = mapped_column(Text, nullable=False)
    aggregate_type: Mapped[str] = mapped_column(Text, nullable=False)
    aggregate_id: Mapped[UUID] = mapped_column(Uuid, nullable=False)
    sequence: Mapped[int] = mapped_column(Integer, nullable=False)
    tenant: Mapped[str] = mapped_column(Text, nullable=False)
    programme: Mapped[str] = mapped_column(Text, nullable=False)
    cycle: Mapped[str] = mapped_column(Text, nullable=False)
    province: Mapped[str] = mapped_column(Text, nullable=False)
    territory: Mapped[str] = mapped_column(Text, nullable=False)
    actor: Mapped[dict[str, Any]] = mapped_column(JSONB, nullable=False)
    traceparent: Mapped[str | None] = mapped_column(Text)
    causation_id: Mapped[str | None] = mapped_column(Text)
    occurred_at: Mapped[datetime] = mapped_column(UTC_TIME, nullable=False)
    emitted_at: Mapped[datetime] = mapped_column(UTC_TIME, nullable=False, server_default=func.clock_timestamp())
    data: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


cast(Table, Outbox.__table__).info["row_security"] = (
    False  # the relay's role reads all of it; no person's query touches it
)


class Aggregate(Protocol):
    """What emit needs of the thing that speaks."""

    __tablename__: Any
    id: Any
    tenant: Any
    programme: Any
    cycle: Any
    province: Any
    territory: Any
    sequence: Any


def emit(session: Session, event: Event, *, by: Aggregate, now: datetime) -> None:
    """Say what happened, in the transaction of the change.

    The aggregate's counter is raised and flushed first: its row is locked before the event row gets its id, so the
    order of ids is the order of the aggregate's events (I5). The actor and the cause are those of the session.
    """
    _raise_counter(event, by)
    session.flush()
    row = _row(session, event, by, now)
    so_far = select(func.coalesce(func.max(Outbox.sequence), 0)).where(
        Outbox.stream == row["stream"], Outbox.aggregate_type == row["aggregate_type"], Outbox.aggregate_id == by.id
    )
    session.execute(insert(Outbox).values(**row, sequence=so_far.scalar_subquery() + 1))


def emit_all(session: Session, said: Sequence[tuple[Event, Aggregate]], *, now: datetime) -> None:
    """Say what happened to many aggregates, once each, as `emit` does for one, in as few round trips as for one."""
    if not said:
        return
    for event, by in said:
        _raise_counter(event, by)
    session.flush()
    rows = [_row(session, event, by, now) for event, by in said]
    of = (Outbox.stream, Outbox.aggregate_type, Outbox.aggregate_id)
    streams, ids = {row["stream"] for row in rows}, {row["aggregate_id"] for row in rows}
    known = select(*of, func.max(Outbox.sequence)).where(Outbox.stream.in_(streams), Outbox.aggregate_id.in_(ids))
    so_far = {(*key,): highest for *key, highest in session.execute(known.group_by(*of))}
    for row in rows:
        row["sequence"] = so_far.get((row["stream"], row["aggregate_type"], row["aggregate_id"]), 0) + 1
    session.execute(insert(cast(Table, Outbox.__table__)), rows)


def _raise_counter(event: Event, by: Aggregate) -> None:
    if event.subject_id != by.id:
        raise ValueError(f"{type(event).__name__} speaks of {event.subject_id}, but is said by {by.id}")
    by.sequence = (by.sequence or 0) + 1


def _row(session: Session, event: Event, by: Aggregate, now: datetime) -> dict[str, Any]:
    cls = type(event)
    return {
        "stream": stream_of(cls),
        "event_id": new_id(),
        "type": cls.event_type,
        "aggregate_type": str(by.__tablename__),
        "aggregate_id": by.id,
        "tenant": by.tenant,
        "programme": by.programme or "",
        "cycle": by.cycle or "",
        "province": by.province or "",
        "territory": by.territory or "",
        "actor": session.info.get("actor") or {"role": "system"},
        "traceparent": current_traceparent(),
        "causation_id": session.info.get("causation_id"),
        "occurred_at": now,
        "data": event.model_dump(mode="json", exclude_none=True),
    }
