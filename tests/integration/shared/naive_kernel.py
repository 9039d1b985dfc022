"""Naive variants of the kernel, each with one well-known mistake: the model must find every one of them."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from shared.contracts.envelope import Envelope
from shared.kernel import bus, relay
from shared.kernel.bus import Consumer
from shared.kernel.cursors import Cursor, lock_cursor
from shared.kernel.feed import LIMIT, FeedPage, epoch_of
from shared.kernel.outbox import Outbox
from tests.integration.shared.delivery_world import FakeFeed


class CursorBeforeEffect(Consumer):
    """Acknowledges first: a death in between loses the batch."""

    def _apply(self, batch: Sequence[Envelope], epoch: UUID) -> int:
        with self.sessions.begin() as session:
            cursor = lock_cursor(session, **self.key())
            fresh = [envelope for envelope in batch if envelope.feedseq > cursor.pos]
            if fresh:
                self._move(session, cursor, fresh[-1], epoch)
        with self.sessions.begin() as session:
            self.subscriber.apply(session, [envelope for envelope in fresh if self.owns(envelope)])
        return len(fresh)


class EffectBeforeCursor(Consumer):
    """Acknowledges afterwards, in a transaction of its own: a death in between applies the batch twice."""

    def _apply(self, batch: Sequence[Envelope], epoch: UUID) -> int:
        with self.sessions.begin() as session:
            cursor = lock_cursor(session, **self.key())
            fresh = [envelope for envelope in batch if envelope.feedseq > cursor.pos]
            end, self.subscriber.flushers = self.subscriber.flushers, []
            self.subscriber.apply(session, [envelope for envelope in fresh if self.owns(envelope)])
            self.subscriber.flushers = end
        with self.sessions.begin() as session:
            for flush in end:
                flush(session, fresh)
            if fresh:
                self._move(session, lock_cursor(session, **self.key()), fresh[-1], epoch)
        return len(fresh)


class GapSkipped(Consumer):
    """Takes what the bus brings and moves on, whatever is missing."""

    def _apply(self, batch: Sequence[Envelope], epoch: UUID) -> int:
        with self.sessions.begin() as session:
            cursor = lock_cursor(session, **self.key())
            fresh = [envelope for envelope in batch if envelope.feedseq > cursor.pos]
            if fresh:
                self.subscriber.apply(session, [envelope for envelope in fresh if self.owns(envelope)])
                self._move(session, cursor, fresh[-1], epoch)
        return len(fresh)


def _envelope(row: Outbox, *, epoch: UUID, name: str) -> Envelope:
    """A row as its envelope, whether numbered or not."""
    actor = f"{row.actor.get('role', '')}:{row.actor.get('person_id') or row.actor.get('process', '')}"
    return Envelope(
        id=row.event_id,
        type=row.type,
        source=f"/peyvand/{name}",
        subject=row.aggregate_id,
        time=row.occurred_at,
        tenant=row.tenant,
        programme=row.programme,
        cycle=row.cycle,
        territory=row.territory,
        province=row.province,
        actor=actor,
        traceparent=row.traceparent,
        causationid=row.causation_id,
        sequence=f"{row.sequence:010d}",
        feedseq=row.feed_seq or 0,
        epoch=epoch,
        emittedat=row.emitted_at,
        data=row.data,
    )


class FeedByRowId(FakeFeed):
    """Reads visible rows after the last row id: a slow commit is passed by for ever."""

    def read(self, *, after: int, epoch: UUID | None, limit: int = LIMIT) -> FeedPage:
        """See Feed.read; the reader's numbers are counted as rows come by."""
        passed: list[int] = self.__dict__.setdefault("passed", [0])
        with self.sessions.begin() as session:
            current = epoch_of(session)
            rows = session.scalars(
                select(Outbox).where(Outbox.stream == self.stream, Outbox.id > passed[-1]).order_by(Outbox.id)
            ).all()
            passed += [row.id for row in rows]
            pages = [_envelope(row, epoch=current, name=self.name) for row in rows[:limit]]
        counted = [each.model_copy(update={"feedseq": after + place}) for place, each in enumerate(pages, 1)]
        return FeedPage(epoch=current, head=after + len(counted), floor=0, events=counted)


def no_lock(session: Session, *, reader: str, source: str, stream: str, partition: str) -> Cursor:
    """The cursor without FOR UPDATE."""
    key = {"reader": reader, "source": source, "stream": stream, "partition": partition}
    found = session.execute(select(Cursor).filter_by(**key)).scalar_one_or_none()
    return found or lock_cursor(session, **key)


BACKWARDS = text(str(relay.NUMBER).replace("(ORDER BY id)", "(ORDER BY id DESC)"))
HOLEY = text(str(relay.NUMBER).replace(":last + p.rn", ":last + p.rn + 1"))


def forget_older(patch: pytest.MonkeyPatch) -> None:
    """Personal rows are never blanked."""
    patch.setattr(relay, "blank", lambda *_: None)


PARTS: dict[str, dict[str, Any]] = {
    "cursor before the effect": {"consumer": CursorBeforeEffect},
    "effect before the cursor": {"consumer": EffectBeforeCursor},
    "gap skipped": {"consumer": GapSkipped},
    "feed by row id": {"feed": FeedByRowId},
}
PATCHES: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "no lock on the cursor": lambda patch: patch.setattr(bus, "lock_cursor", no_lock),
    "numbers backwards": lambda patch: patch.setattr(relay, "NUMBER", BACKWARDS),
    "numbers with holes": lambda patch: patch.setattr(relay, "NUMBER", HOLEY),
    "parked aggregates are overtaken": lambda patch: patch.setattr(bus, "parked_aggregates", lambda *_, **__: {}),
    "personal rows are kept": forget_older,
}
