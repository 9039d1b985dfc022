"""Liveness, readiness and the watched numbers of every service."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from shared.kernel.disk import DiskFull, needs_room
from shared.kernel.http import BaseSessionDep, problems
from shared.kernel.metrics import METRICS
from shared.kernel.problems import Unavailable


@dataclass(frozen=True)
class Number:
    """One value a database is asked for at a scrape; labels are few and never name a person or a row."""

    name: str
    meaning: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


Watched = Callable[[Session], Iterable[Number]]
"""More numbers of a service, from its own database."""

OLDEST_UNNUMBERED = text(
    "SELECT coalesce(extract(epoch FROM clock_timestamp() - min(emitted_at)), 0) FROM outbox WHERE feed_seq IS NULL"
)
HEADS = text("SELECT stream, last_seq FROM feed_head")
CURSORS = text(
    "SELECT reader, source, stream, min(pos), sum(gaps) FROM consumer_cursors GROUP BY reader, source, stream"
)
PARKED = text("SELECT reader, count(*) FROM dead_letters WHERE state = 'parked' GROUP BY reader")
READERS = text("SELECT DISTINCT reader FROM consumer_cursors")


class NotReady(Unavailable):
    """This process is about to leave; ask another one."""


def health_router() -> APIRouter:
    """/healthz, /readyz and /metrics."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz")
    def healthz() -> dict[str, str]:
        """The process answers."""
        return {"status": "alive"}

    @router.get("/readyz", responses=problems(DiskFull, NotReady), dependencies=[needs_room])
    def readyz(request: Request, session: BaseSessionDep) -> dict[str, str]:
        """The process answers, its database does too, there is room on the disk, and it is not about to leave."""
        if getattr(request.app.state, "leaving", False):
            raise NotReady
        session.execute(text("SELECT 1 FROM feed_meta"))
        return {"status": "ready"}

    @router.get("/metrics", response_class=Response)
    def metrics(request: Request) -> Response:
        """The watched numbers in Prometheus' text form; without its database the process still tells its own."""
        state = request.app.state
        up, found = 1.0, []
        try:
            with state.sessions.begin() as session:
                found = [*kernel_numbers(session, state.settings.name or state.service), *state.watched(session)]
        except (OperationalError, InterfaceError, PoolTimeout):
            up = 0.0
        found.append(Number("peyvand_database_up", "1 when the database answered this scrape", up))
        return Response(as_text(found) + generate_latest(METRICS), media_type="text/plain; version=0.0.4")

    return router


def kernel_numbers(session: Session, source: str) -> list[Number]:
    """What every service's database says: unnumbered events, heads, cursors, gaps, parked events."""
    age = float(session.execute(OLDEST_UNNUMBERED).scalar_one())
    found = [Number("peyvand_outbox_oldest_unnumbered_seconds", "Age of the oldest event without number", age)]
    for stream, head in session.execute(HEADS):
        labels = {"source": source, "stream": stream}
        found.append(Number("peyvand_feed_head", "Last number given in a stream", head, labels))
    for reader, origin, stream, pos, gaps in session.execute(CURSORS):
        labels = {"reader": reader, "source": origin, "stream": stream}
        found.append(Number("peyvand_reader_position", "Last number a reader has applied", pos, labels))
        found.append(Number("peyvand_feed_gap_total", "Times the feed had to fill in", float(gaps), labels))
    parked = dict.fromkeys(session.scalars(READERS), 0)
    parked |= {row[0]: row[1] for row in session.execute(PARKED)}
    for reader, count in sorted(parked.items()):
        found.append(Number("peyvand_parked_events", "Events set aside", count, {"reader": reader}))
    return found


def as_text(found: Iterable[Number]) -> bytes:
    """Numbers in Prometheus' text form, in the order their names came."""
    registry, gauges = CollectorRegistry(), dict[str, Gauge]()
    for each in found:
        gauge = gauges.get(each.name)
        if gauge is None:
            gauge = gauges[each.name] = Gauge(each.name, each.meaning, list(each.labels), registry=registry)
        (gauge.labels(**each.labels) if each.labels else gauge).set(each.value)
    return generate_latest(registry)
