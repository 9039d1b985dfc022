"""The durable feed: the journal by number, read locally or over HTTP; Redis is only a faster way to the same rows."""

from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, Protocol
from uuid import UUID

import httpx2
from fastapi import APIRouter, Query
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from shared.contracts.envelope import Envelope
from shared.kernel.http import BaseSessionDep, CallerDep, problems
from shared.kernel.problems import Conflict, Forbidden, NotFound

LIMIT = 500
HEAD = text("SELECT last_seq, h.from_seq, m.epoch, m.previous FROM feed_head h, feed_meta m WHERE stream = :s")
# The header without its nulls; the data as it is, nulls inside it included. Times in UTC (the session's zone).
_WIRES = text(
    """
    SELECT feed_seq, type, left(header, -1) || coalesce(',"data":' || data, '') || '}', traceparent
      FROM (SELECT o.feed_seq, o.type, o.traceparent, CAST(o.data AS text) AS data,
              CAST(json_strip_nulls(json_build_object(
              'specversion', '1.0', 'id', o.event_id, 'type', o.type, 'source', CAST(:source AS text),
              'subject', o.aggregate_id, 'time', o.occurred_at, 'datacontenttype', 'application/json',
              'tenant', o.tenant, 'programme', o.programme, 'cycle', o.cycle, 'territory', o.territory,
              'province', o.province,
              'actor', coalesce(o.actor ->> 'role', '') || ':'
                  || coalesce(nullif(o.actor ->> 'person_id', ''), o.actor ->> 'process', ''),
              'traceparent', o.traceparent, 'causationid', o.causation_id,
              'sequence', lpad(CAST(o.sequence AS text), 10, '0'), 'feedseq', o.feed_seq, 'epoch', m.epoch,
              'emittedat', o.emitted_at)) AS text) AS header
              FROM outbox o CROSS JOIN feed_meta m
             WHERE o.stream = :stream AND o.feed_seq > :after ORDER BY o.feed_seq LIMIT :limit) found
     ORDER BY feed_seq
    """
)


class EpochChanged(Conflict):
    """The feed began anew; read it from its floor under the new epoch."""


class StreamNotFound(NotFound):
    """This service does not speak on that stream."""


class FeedForbidden(Forbidden):
    """This token may not read that stream."""


@dataclass(frozen=True)
class FeedPage:
    """Events after a number, with the feed's epoch, newest number (head) and oldest number less one (floor)."""

    epoch: UUID
    head: int
    floor: int
    events: list[Envelope]
    previous: UUID | None = None
    """The epoch before this one, when a restore began it."""
    from_seq: int = 0
    """Up to this number both epochs agree, and every event was told before."""


def epoch_of(session: Session) -> UUID:
    """The feed's epoch."""
    epoch: UUID = session.execute(text("SELECT epoch FROM feed_meta")).scalar_one()
    return epoch


class Numbered(NamedTuple):
    """An event of the journal: its number, its type, the envelope as JSON text, and the trace it belongs to."""

    seq: int
    kind: str
    wire: str
    traceparent: str | None


def wires(session: Session, stream: str, *, after: int, limit: int, name: str) -> list[Numbered]:
    """Numbered events of a stream after a number, in order.

    PostgreSQL writes the text, so that an event costs the relay no object of its own.
    """
    parameters = {"stream": stream, "after": after, "limit": limit, "source": f"/peyvand/{name}"}
    return [Numbered(*row) for row in session.execute(_WIRES, parameters)]


def journal(session: Session, stream: str, *, after: int, limit: int, name: str) -> list[Envelope]:
    """Numbered events of a stream after a number, in order."""
    found = wires(session, stream, after=after, limit=limit, name=name)
    return [Envelope.model_validate_json(each.wire) for each in found]


class Feed(Protocol):
    """Where a reader fetches what the bus did not bring."""

    def read(self, *, after: int, epoch: UUID | None, limit: int = LIMIT) -> FeedPage:
        """Events after a number; raises EpochChanged when the feed began anew."""
        ...


@dataclass
class LocalFeed:
    """The feed of the reader's own database."""

    sessions: sessionmaker[Session]
    stream: str
    name: str

    def read(self, *, after: int, epoch: UUID | None, limit: int = LIMIT) -> FeedPage:
        """See Feed.read."""
        with self.sessions() as session, session.begin():
            return read_page(session, self.stream, after=after, epoch=epoch, limit=limit, name=self.name)


@dataclass
class HttpFeed:
    """The feed of another service, over HTTP with a service token."""

    url: str
    stream: str
    token: str
    client: httpx2.Client

    def read(self, *, after: int, epoch: UUID | None, limit: int = LIMIT) -> FeedPage:
        """See Feed.read."""
        query: dict[str, str | int] = {"stream": self.stream, "after": after, "limit": limit}
        if epoch is not None:
            query["epoch"] = str(epoch)
        response = self.client.get(
            f"{self.url}/internal/v1/feed", params=query, headers={"authorization": f"Bearer {self.token}"}
        )
        if response.status_code == EpochChanged.status:
            raise EpochChanged
        response.raise_for_status()
        body = response.json()
        return FeedPage(
            epoch=UUID(body["epoch"]),
            head=body["head"],
            floor=body["floor"],
            events=[Envelope.model_validate(each) for each in body["events"]],
            previous=UUID(body["previous"]) if body.get("previous") else None,
            from_seq=body.get("from_seq", 0),
        )


def read_page(session: Session, stream: str, *, after: int, epoch: UUID | None, limit: int, name: str) -> FeedPage:
    """One page of the journal."""
    known = session.execute(HEAD, {"s": stream}).first()
    if known is None:
        raise StreamNotFound
    head, from_seq, current, previous = known
    if epoch is not None and epoch != current:
        raise EpochChanged(epoch=str(current))
    events = journal(session, stream, after=after, limit=limit, name=name) if limit else []
    return FeedPage(current, head, 0, events, previous, from_seq)


def feed_router(name: str) -> APIRouter:
    """GET /internal/v1/feed: for service tokens with the scope of the stream only."""
    router = APIRouter(prefix="/internal/v1", tags=["feed"])

    @router.get("/feed", responses=problems(EpochChanged, StreamNotFound, FeedForbidden))
    def read_feed(
        session: BaseSessionDep,
        caller: CallerDep,
        stream: Annotated[str, Query(max_length=80)],
        after: Annotated[int, Query(ge=0, le=2**62)] = 0,
        epoch: UUID | None = None,
        limit: Annotated[int, Query(ge=0, le=LIMIT)] = LIMIT,
    ) -> dict[str, Any]:
        if not (caller.service and caller.has(f"feed:read:{stream}")):
            raise FeedForbidden
        page = read_page(session, stream, after=after, epoch=epoch, limit=limit, name=name)
        return {
            "stream": stream,
            "epoch": str(page.epoch),
            "head": page.head,
            "floor": page.floor,
            "from_seq": page.from_seq,
            "previous": str(page.previous) if page.previous else None,
            "events": [envelope.wire() for envelope in page.events],
        }

    return router
