"""The relay: numbers committed outbox rows densely, then puts them on the Redis stream (delivery promises I3, I5)."""

import importlib
import pkgutil
import time
from dataclasses import dataclass
from functools import cache
from typing import Any, cast
from uuid import UUID

import redis
import structlog
from sqlalchemy import BigInteger, Text, Uuid, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column, sessionmaker

from shared import contracts
from shared.contracts.base import EVENTS, stream_of
from shared.kernel.db import KernelTable, looking
from shared.kernel.failpoints import reach
from shared.kernel.feed import HEAD, wires
from shared.kernel.metrics import BUS_DOWN, NUMBERED, PUBLISHED, REDIS_EVICTS, REDIS_MOST, REDIS_USED
from shared.kernel.tracing import trace_ids
from shared.values.ids import new_id

log = structlog.get_logger()
BATCH = 500
TAIL = 50
LOOK_S = 1.0
KEEP = 10_000


class FeedHead(KernelTable):
    """The last number given in a stream; its row lock makes one sequencer out of many relays."""

    __tablename__ = "feed_head"
    stream: Mapped[str] = mapped_column(Text, primary_key=True)
    last_seq: Mapped[int] = mapped_column(BigInteger, nullable=False, default=0)
    from_seq: Mapped[int] = mapped_column(BigInteger, nullable=False, default=0, server_default="0")
    """The last number this epoch has in common with the one before it."""


class FeedMeta(KernelTable):
    """The feed's epoch; a restore to an earlier time gives a new one, so that readers can tell replay from news."""

    __tablename__ = "feed_meta"
    epoch: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    from_seq: Mapped[int] = mapped_column(BigInteger, nullable=False, default=0)
    """Of no use since each stream has its own; goes with the next release (expand, then contract)."""
    previous: Mapped[UUID | None] = mapped_column(Uuid)
    """The epoch that a restore ended; a reader of that epoch may go on where the two agree."""


NUMBER = text(
    """
    WITH p AS (SELECT id, row_number() OVER (ORDER BY id) AS rn
                 FROM (SELECT id FROM outbox WHERE stream = :stream AND feed_seq IS NULL ORDER BY id LIMIT :batch) q)
    UPDATE outbox o SET feed_seq = :last + p.rn FROM p WHERE o.id = p.id
    """
)
WAITING = text("SELECT DISTINCT stream FROM outbox WHERE feed_seq IS NULL")
OLDER = text(
    """
    UPDATE outbox o SET data = NULL
      FROM (SELECT DISTINCT aggregate_type, aggregate_id FROM outbox WHERE stream = :stream AND feed_seq > :last) fresh
     WHERE o.stream = :stream AND o.data IS NOT NULL AND o.feed_seq IS NOT NULL
       AND o.aggregate_type = fresh.aggregate_type AND o.aggregate_id = fresh.aggregate_id
       AND EXISTS (SELECT 1 FROM outbox n WHERE n.stream = o.stream AND n.aggregate_type = o.aggregate_type
                     AND n.aggregate_id = o.aggregate_id AND n.sequence > o.sequence AND n.feed_seq IS NOT NULL)
    """
)
ERASED = text(
    """
    UPDATE outbox o SET data = NULL
      FROM (SELECT DISTINCT aggregate_id FROM outbox
             WHERE stream = :stream AND feed_seq > :last AND type = 'peyvand.person.erased.v1') gone
     WHERE o.stream = :restricted AND o.data IS NOT NULL AND o.aggregate_id = gone.aggregate_id
    """
)


@cache
def streams_of(source: str) -> list[str]:
    """The streams a service speaks on, from the contracts alone, whatever this process happens to import."""
    for module in pkgutil.iter_modules(contracts.__path__, prefix=f"{contracts.__name__}."):
        importlib.import_module(module.name)
    return sorted({stream_of(event) for event in EVENTS.values() if event.source == source})


def stream_key(stream: str, epoch: UUID) -> str:
    """The Redis key of a stream; the epoch is part of it, since after a restore lower ids would be refused."""
    return f"{stream}:{epoch}"


def open_feed(session: Session, source: str) -> None:
    """Give a fresh database its epoch and its heads; harmless when they exist."""
    session.execute(text("LOCK TABLE feed_meta IN EXCLUSIVE MODE"))
    if session.execute(text("SELECT count(*) FROM feed_meta")).scalar_one() == 0:
        session.execute(insert(FeedMeta).values(epoch=new_id(), from_seq=0))
    for stream in streams_of(source):
        session.execute(insert(FeedHead).values(stream=stream, last_seq=0).on_conflict_do_nothing())


def number_batch(session: Session, stream: str, batch: int = BATCH) -> int:
    """Number the visible un-numbered rows of a stream in id order, under the head's row lock. Needs READ COMMITTED."""
    last = session.execute(
        text("SELECT last_seq FROM feed_head WHERE stream = :stream FOR UPDATE"), {"stream": stream}
    ).scalar_one()
    numbered: int = session.execute(NUMBER, {"stream": stream, "batch": batch, "last": last}).rowcount  # type: ignore[attr-defined]
    if numbered:
        session.execute(
            text("UPDATE feed_head SET last_seq = last_seq + :n WHERE stream = :stream"),
            {"n": numbered, "stream": stream},
        )
        blank(session, stream, last)
    return numbered


def blank(session: Session, stream: str, last: int) -> None:
    """Erase the data of restricted rows that a newer one replaced, and of people erased just now; numbers stay."""
    if stream.endswith(".pii"):
        session.execute(OLDER, {"stream": stream, "last": last})
    else:
        session.execute(ERASED, {"stream": stream, "restricted": f"{stream}.pii", "last": last})


@dataclass
class Relay:
    """Sequencer and publisher of one service; any number may run, the head's lock lets one number at a time."""

    sessions: sessionmaker[Session]
    source: str
    name: str
    bus: redis.Redis | None = None
    bus_down: bool = False
    looked_at: float = 0.0

    def step(self) -> int:
        """Number and publish what is there; returns how many rows moved. Redis being away is never a failure."""
        moved = 0
        with looking(self.sessions) as session:
            waiting = set(session.scalars(WAITING))
        look = time.monotonic() - self.looked_at > LOOK_S  # a wipe, or a relay that died before it published
        for stream in streams_of(self.source):
            if stream in waiting:
                with self.sessions.begin() as session:
                    numbered = number_batch(session, stream)
                NUMBERED.labels(stream).inc(numbered)
                moved += numbered
                reach(f"{self.source}-relay.numbered")
            if self.bus is not None and (look or stream in waiting):
                moved += self._publish(stream)
        if look:
            self.looked_at = time.monotonic()
            self._look_at_memory()
        return moved

    def _publish(self, stream: str) -> int:
        assert self.bus is not None
        try:
            published = publish_batch(self.sessions, self.bus, stream, name=self.name)
        except redis.RedisError as error:
            if not self.bus_down:
                log.warning("relay.bus_down", stream=stream, error=type(error).__name__)
            self._note_bus(down=True)
            return 0
        self._note_bus(down=False)
        reach(f"{self.source}-relay.published")
        PUBLISHED.labels(stream).inc(published)
        return published

    def _note_bus(self, *, down: bool) -> None:
        self.bus_down = down
        BUS_DOWN.set(down)

    def _look_at_memory(self) -> None:
        """How full Redis is and whether it may evict: told as numbers, while it is reachable."""
        if self.bus is None or self.bus_down:
            return
        try:
            memory = self.bus.info("memory")
        except redis.RedisError:
            return
        REDIS_USED.set(memory.get("used_memory", 0))
        REDIS_MOST.set(memory.get("maxmemory", 0))
        REDIS_EVICTS.set(memory.get("maxmemory_policy") != "noeviction")


def publish_batch(
    sessions: sessionmaker[Session], bus: redis.Redis, stream: str, *, name: str, batch: int = BATCH
) -> int:
    """Put numbered rows after the stream's last entry on Redis with explicit ids; Redis itself refuses repeats.

    After a wipe only the tail goes out: readers fetch the rest from the feed. No transaction is open while Redis is
    asked: one that does not answer (or whose name nobody knows) takes longer than a transaction may idle.
    """
    with looking(sessions) as session:
        head, _from_seq, epoch, _previous = session.execute(HEAD, {"s": stream}).one()
    key = stream_key(stream, epoch)
    newest = bus.xrevrange(key, count=1)
    last = int(cast(bytes, newest[0][0]).decode().split("-")[0]) if newest else max(head - TAIL, 0)
    if last >= head:
        return 0
    with looking(sessions) as session:
        events = wires(session, stream, after=last, limit=batch, name=name)
    pipe = bus.pipeline(transaction=False)
    for each in events:
        fields: dict[Any, Any] = {"type": each.kind, "event": each.wire}
        pipe.xadd(key, fields, id=f"{each.seq}-0", maxlen=KEEP, approximate=True)
    results = pipe.execute(raise_on_error=False)
    for result in results:
        if isinstance(result, redis.ResponseError) and "equal or smaller" in str(result):
            continue  # another relay was faster
        if isinstance(result, Exception):
            raise result
    if events:
        span = {"first": events[0].seq, "last": events[-1].seq}
        log.info("relay.published", stream=stream, traces=trace_ids(each.traceparent for each in events), **span)
    return len(events)
