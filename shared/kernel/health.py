"""Liveness, readiness and the watched numbers of every service."""

from collections.abc import Callable, Iterable

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.kernel.disk import DiskFull, needs_room
from shared.kernel.http import BaseSessionDep, problems
from shared.kernel.problems import Unavailable

Extra = Callable[[Session], Iterable[tuple[str, str, float]]]
"""More numbers of a service: (name, help, value)."""

OLDEST_UNNUMBERED = text(
    "SELECT coalesce(extract(epoch FROM clock_timestamp() - min(emitted_at)), 0) FROM outbox WHERE feed_seq IS NULL"
)
CURSORS = text("SELECT reader, source, stream, pos, gaps FROM consumer_cursors")
PARKED = text("SELECT reader, count(*) FROM dead_letters WHERE state = 'parked' GROUP BY reader")


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
    def metrics(request: Request, session: BaseSessionDep) -> Response:
        """The watched numbers in Prometheus' text form."""
        extra: Extra | None = getattr(request.app.state, "extra_metrics", None)
        return Response(numbers(session, extra), media_type="text/plain; version=0.0.4")

    return router


def numbers(session: Session, extra: Extra | None) -> bytes:
    """The watched numbers of a database, and a service's own."""
    registry = CollectorRegistry()
    gauge = Gauge(
        "peyvand_outbox_oldest_unnumbered_seconds", "Age of the oldest event without number", registry=registry
    )
    gauge.set(float(session.execute(OLDEST_UNNUMBERED).scalar_one()))
    position = Gauge(
        "peyvand_reader_position", "Last applied number", ["reader", "source", "stream"], registry=registry
    )
    gaps = Gauge(
        "peyvand_feed_gap_total", "Times the feed had to fill in", ["reader", "source", "stream"], registry=registry
    )
    for reader, source, stream, pos, found in session.execute(CURSORS):
        position.labels(reader, source, stream).set(pos)
        gaps.labels(reader, source, stream).set(found)
    parked = Gauge("peyvand_parked_events", "Events set aside", ["reader"], registry=registry)
    for reader, count in session.execute(PARKED):
        parked.labels(reader).set(count)
    for name, meaning, value in extra(session) if extra else ():
        Gauge(name, meaning, registry=registry).set(value)
    return generate_latest(registry)
