"""Subscribers and consumers: a reader's cursor moves in the same transaction as what it applied (I4)."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import httpx2
import redis
import structlog
from sqlalchemy import func
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from shared.contracts.base import EVENTS, Event
from shared.contracts.envelope import Envelope
from shared.kernel.clock import know_tenant
from shared.kernel.cursors import Cursor, lock_cursor, park, parked_aggregates
from shared.kernel.db import looking
from shared.kernel.entries import PASSES, own_and_passed, whole
from shared.kernel.epoch_change import Anew, change_epoch
from shared.kernel.failpoints import reach
from shared.kernel.feed import EpochChanged, Feed
from shared.kernel.poison import fingerprint_of, wording_of
from shared.kernel.reading import note_applied
from shared.kernel.relay import stream_key
from shared.kernel.tenancy import enter
from shared.kernel.tracing import in_trace

log = structlog.get_logger()
E = TypeVar("E", bound=Event)
Handler = Callable[[Session, Any, Envelope], None]
BATCH = 500
POISON_AFTER = 3
BEHIND = "an earlier event of this aggregate is parked"
TRANSIENT = (OperationalError, InterfaceError, redis.RedisError, httpx2.HTTPError, OSError)


class GapFound(Exception):
    """The next event is not the one after the cursor; the feed must fill in."""


class Subscriber:
    """What one reader hears: handlers by event class, in the order they were registered."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.handlers: dict[str, list[Handler]] = {}
        self.flushers: list[Callable[[Session, Sequence[Envelope]], None]] = []
        self.start_anew: Anew | None = None

    def on(
        self, event: type[E]
    ) -> Callable[[Callable[[Session, E, Envelope], None]], Callable[[Session, E, Envelope], None]]:
        """Hear one event class."""

        def register(handler: Callable[[Session, E, Envelope], None]) -> Callable[[Session, E, Envelope], None]:
            self.handlers.setdefault(event.event_type, []).append(handler)
            return handler

        return register

    def on_each(
        self, base: type[E]
    ) -> Callable[[Callable[[Session, E, Envelope], None]], Callable[[Session, E, Envelope], None]]:
        """Hear every event class below a base."""

        def register(handler: Callable[[Session, E, Envelope], None]) -> Callable[[Session, E, Envelope], None]:
            for event in EVENTS.values():
                if issubclass(event, base):
                    self.handlers.setdefault(event.event_type, []).append(handler)
            return handler

        return register

    def after_batch(
        self, flush: Callable[[Session, Sequence[Envelope]], None]
    ) -> Callable[[Session, Sequence[Envelope]], None]:
        """Run once after the handlers of a batch (of one tenant), in the same transaction."""
        self.flushers.append(flush)
        return flush

    def apply(self, session: Session, envelopes: Sequence[Envelope]) -> None:
        """Run the handlers of some events of any tenants, with row-level security entered for each tenant."""
        run: list[Envelope] = []
        for envelope in envelopes:
            if run and run[-1].tenant != envelope.tenant:
                self._flush(session, run)
                run = []
            if not run:
                know_tenant(session, envelope.tenant)
                enter(session, tenant=envelope.tenant, province="*")
            run.append(envelope)
            self._handle(session, envelope)
        if run:
            self._flush(session, run)

    def _handle(self, session: Session, envelope: Envelope) -> None:
        handlers = self.handlers.get(envelope.type, ())
        if not handlers or envelope.data is None:
            return
        session.info["actor"] = {"role": "system", "process": self.name}
        session.info["causation_id"] = str(envelope.id)
        with in_trace(envelope.traceparent):
            event = envelope.event()
            for handler in handlers:
                handler(session, event, envelope)

    def _flush(self, session: Session, envelopes: Sequence[Envelope]) -> None:
        with in_trace(envelopes[-1].traceparent):
            for flush in self.flushers:
                flush(session, envelopes)


@dataclass
class Consumer:
    """One reader of one stream of one source. `owns` says which events are this partition's; others are passed by."""

    subscriber: Subscriber
    sessions: sessionmaker[Session]
    source: str
    stream: str
    feed: Feed
    bus: redis.Redis | None = None
    partition: str = ""
    owns: Callable[[Envelope], bool] = field(default=lambda _envelope: True)
    block_ms: int = 1000
    quiet_rounds: int = 0
    suspects: dict[int, tuple[str, int]] = field(default_factory=dict)
    take_time: Callable[[float], None] = field(default=lambda _seconds: None)
    """Tells whoever watches this reader that the turn will be long."""
    way: str = "feed"

    def step(self) -> int:
        """Read a batch after the cursor and apply it; returns how many events were passed."""
        try:
            return self._read_on()
        except EpochChanged:
            return change_epoch(self)

    def _read_on(self) -> int:
        epoch, pos = self._position()
        batch, self.way = self._from_bus(epoch, pos), "bus"
        if batch is None:
            batch, epoch = self._from_feed(epoch, pos)
        for _again in range(2):
            try:
                return self._pass(batch, epoch)
            except GapFound:
                batch, epoch = self._from_feed(*self._position())
        return 0

    def _pass(self, batch: Sequence[Envelope], epoch: UUID | None) -> int:
        """Apply a batch, singly when it holds an event that cannot be applied; raises GapFound."""
        if not batch or epoch is None:
            return 0
        try:
            return self._apply(batch, epoch)
        except (GapFound, *TRANSIENT):
            raise
        except Exception as error:  # noqa: BLE001 - any deterministic failure: find the poison by single steps
            log.warning("reader.batch_failed", reader=self.subscriber.name, error=type(error).__name__)
            return self._apply_singly(batch, epoch)

    def lag(self) -> int:
        """How many events the feed has after this reader's cursor."""
        epoch, pos = self._position()
        try:
            page = self.feed.read(after=pos, epoch=epoch, limit=0)
        except EpochChanged:
            return 1
        return max(page.head - pos, 0)

    def key(self) -> dict[str, str]:
        """The key of this reader's cursor."""
        return {
            "reader": self.subscriber.name,
            "source": self.source,
            "stream": self.stream,
            "partition": self.partition,
        }

    def _position(self) -> tuple[UUID | None, int]:
        with looking(self.sessions) as session:
            cursor = session.query(Cursor).filter_by(**self.key()).one_or_none()
            return (cursor.epoch, cursor.pos) if cursor else (None, 0)

    def _from_bus(self, epoch: UUID | None, pos: int) -> list[Envelope] | None:
        """The next events from Redis; None when the feed must be asked (no bus, a gap, silence, any error)."""
        if self.bus is None or epoch is None:
            return None
        try:
            count = BATCH * (PASSES if self.partition else 1)
            places: dict[Any, Any] = {stream_key(self.stream, epoch): f"{pos}-0"}
            answer: Any = self.bus.xread(places, count=count, block=self.block_ms or None)
        except redis.RedisError:
            return None
        entries = (
            answer[0][1] if isinstance(answer, list) and answer else next(iter(answer.values()))[0] if answer else []
        )
        if not entries:
            self.quiet_rounds += 1
            return None if self.quiet_rounds % 5 == 0 or not self.block_ms else []
        self.quiet_rounds = 0
        try:
            batch = own_and_passed(entries, self.owns, most=BATCH) if self.partition else whole(entries)
        except (ValueError, KeyError):
            return None  # an entry nobody can read; the journal has the event itself
        return batch if batch[0].feedseq == pos + 1 else None

    def _from_feed(self, epoch: UUID | None, pos: int) -> tuple[list[Envelope], UUID]:
        page, self.way = self.feed.read(after=pos, epoch=epoch, limit=BATCH), "feed"
        if page.events and epoch is not None and self.bus is not None:
            self._count_gap()
        if epoch is None:
            with self.sessions.begin() as session:
                cursor = lock_cursor(session, **self.key())
                cursor.epoch = cursor.epoch or page.epoch
        return page.events, page.epoch

    def _count_gap(self) -> None:
        with self.sessions.begin() as session:
            lock_cursor(session, **self.key()).gaps += 1

    def _apply(self, batch: Sequence[Envelope], epoch: UUID) -> int:
        began = time.perf_counter()
        with self.sessions.begin() as session:
            cursor = lock_cursor(session, **self.key())
            reach(f"{self.subscriber.name}-reader.locked")
            if cursor.epoch != epoch:
                raise GapFound  # the cursor was made anew under another epoch while this batch was on its way
            fresh = [envelope for envelope in batch if envelope.feedseq > cursor.pos]
            if not fresh:
                return 0
            if [envelope.feedseq for envelope in fresh] != list(range(cursor.pos + 1, cursor.pos + 1 + len(fresh))):
                raise GapFound
            session.info["replay_to"] = cursor.replay_to
            held = parked_aggregates(session, reader=self.subscriber.name, source=self.source)
            own = [envelope for envelope in fresh if self.owns(envelope)]
            self.subscriber.apply(session, [envelope for envelope in own if envelope.subject not in held])
            for envelope in own:
                if envelope.subject in held and envelope.type in self.subscriber.handlers:
                    self._park(session, envelope, "blocked", BEHIND, held[envelope.subject])
            self._move(session, cursor, fresh[-1], epoch)
            reach(f"{self.subscriber.name}-reader.before_commit")
        reach(f"{self.subscriber.name}-reader.committed")
        labels = {"reader": self.subscriber.name, "source": self.source, "stream": self.stream}
        note_applied(fresh, time.perf_counter() - began, way=self.way, labels=labels)
        return len(fresh)

    def _apply_singly(self, batch: Sequence[Envelope], epoch: UUID) -> int:
        passed = 0
        for envelope in batch:
            try:
                passed += self._apply([envelope], epoch)
            except (GapFound, *TRANSIENT):
                raise
            except Exception as error:  # noqa: BLE001 - whatever a handler raises is a poison event, by definition
                if not self._is_poison(envelope, error):
                    return passed
                passed += self._set_aside(envelope, epoch, error)
        return passed

    def _is_poison(self, envelope: Envelope, error: Exception) -> bool:
        fingerprint = fingerprint_of(error)
        known, times = self.suspects.get(envelope.feedseq, (fingerprint, 0))
        times = times + 1 if known == fingerprint else 1
        self.suspects[envelope.feedseq] = (fingerprint, times)
        return times >= POISON_AFTER

    def _set_aside(self, envelope: Envelope, epoch: UUID, error: Exception) -> int:
        with self.sessions.begin() as session:
            cursor = lock_cursor(session, **self.key())
            if envelope.feedseq != cursor.pos + 1 or cursor.epoch != epoch:
                return 0
            self._park(session, envelope, fingerprint_of(error), wording_of(error, self.stream), None)
            self._move(session, cursor, envelope, epoch)
        self.suspects.pop(envelope.feedseq, None)
        with in_trace(envelope.traceparent):
            told = {"reader": self.subscriber.name, "source": self.source, "seq": envelope.feedseq}
            log.error("reader.parked", type=envelope.type, error=wording_of(error, self.stream), **told)
        return 1

    def _park(self, session: Session, envelope: Envelope, fingerprint: str, error: str, blocked_by: int | None) -> None:
        park(
            session,
            envelope,
            reader=self.subscriber.name,
            source=self.source,
            stream=self.stream,
            fingerprint=fingerprint,
            error=error,
            blocked_by=blocked_by,
        )

    def _move(self, _session: Session, cursor: Cursor, last: Envelope, epoch: UUID) -> None:
        cursor.pos, cursor.epoch, cursor.event_time = last.feedseq, epoch, last.time
        cursor.moved_at = func.clock_timestamp()
