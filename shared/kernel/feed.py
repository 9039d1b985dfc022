"""The durable feed: the journal by number, read locally or over HTTP; Redis is only a faster way to the same rows."""

from dataclasses import dataclass
from typing import Annotated, Any, Protocol
from uuid import UUID

import httpx2
from fastapi import APIRouter, Query
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from shared.contracts.envelope import Envelope
from shared.kernel.http import BaseSessionDep, CallerDep, problems
from shared.kernel.outbox import Outbox
from shared.kernel.problems import Conflict, Forbidden, NotFound

LIMIT = 500
HEAD = text("SELECT last_seq, h.from_seq, m.epoch, m.previous FROM feed_head h, feed_meta m WHERE stream = :s")


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


def journal(session: Session, stream: str, *, after: int, limit: int, name: str) -> list[Envelope]:
    """Numbered events of a stream after a number, in order."""
    epoch = epoch_of(session)
    rows = session.scalars(
        select(Outbox).where(Outbox.stream == stream, Outbox.feed_seq > after).order_by(Outbox.feed_seq).limit(limit)
    )
    return [_envelope(row, epoch=epoch, name=name) for row in rows]


def _envelope(row: Outbox, *, epoch: UUID, name: str) -> Envelope:
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
