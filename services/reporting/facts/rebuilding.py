"""Rebuild: facts from the feed and figures from facts, in shadow tables, compared and swapped in one transaction.

A temporary table of the same name stands before the real one, so the very statements that fold events live fill the
shadow: what is proven is the code that runs. The readers' cursors are locked meanwhile; readers wait, nothing is lost.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.reporting.db import Table
from services.reporting.facts import commands
from services.reporting.facts.columns import FactVersion
from services.reporting.kpis import cells, values
from services.reporting.kpis.reconciling import touches_of_all
from shared.contracts.envelope import Envelope
from shared.kernel.bus import Consumer
from shared.kernel.clock import known_tenants
from shared.kernel.cursors import lock_cursor
from shared.kernel.tenancy import enter

log = structlog.get_logger()
Progress = Callable[[int, int], None]
FIGURES = ("kpi_cells", "kpi_values")
_MOVED = text(
    "UPDATE consumer_cursors SET moved_at = clock_timestamp() WHERE reader = :reader AND source = :source "
    "AND stream = :stream AND partition = :partition"
)


@dataclass(frozen=True)
class Rebuilt:
    """One table: the ordered checksum of its live rows and of the rows made anew."""

    table: str
    live: str
    anew: str

    @property
    def same(self) -> bool:
        """Whether the live rows were byte-identical to the rebuilt ones (I9)."""
        return self.live == self.anew


def fact_tables() -> list[str]:
    """All tables of fact versions, in name order."""
    found = [
        mapper.local_table.name  # type: ignore[attr-defined]
        for mapper in Table.registry.mappers
        if issubclass(mapper.class_, FactVersion)
    ]
    return sorted(found)


def rebuild(
    session: Session, *, tenant: str, consumers: Sequence[Consumer], progress: Progress = lambda _done, _all: None
) -> list[Rebuilt]:
    """Make a tenant's facts and figures anew from every source's feed; returns what was compared, table by table."""
    session.execute(text("SET LOCAL statement_timeout = 0"))
    session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    ordered = sorted(consumers, key=lambda each: (each.source, each.stream, each.partition))
    positions = [_lock(session, consumer) for consumer in ordered]
    tables = [*fact_tables(), *FIGURES]
    for table in tables:
        session.execute(text(f"CREATE TEMPORARY TABLE {table} (LIKE public.{table} INCLUDING ALL) ON COMMIT DROP"))
    session.execute(text("DISCARD PLANS"))
    enter(session, tenant=tenant, province="*")
    done = 0
    for consumer, position in zip(ordered, positions, strict=True):
        for batch in _batches(session, consumer, position):
            _fold(session, consumer, [envelope for envelope in batch if envelope.tenant == tenant])
            done += len(batch)
            progress(done, sum(positions))
    cells.build_cells(session)
    values.refresh_values(session, touched=touches_of_all(session))
    compared = [_compare(session, table, tenant) for table in tables]
    for each in compared:
        if not each.same:
            _swap(session, each.table, tenant)
    if not all(each.same for each in compared):
        _tell(session, ordered)
    for table in tables:
        session.execute(text(f"DROP TABLE pg_temp.{table}"))
    session.execute(text("DISCARD PLANS"))
    return compared


def rebuild_all(session: Session, *, consumers: Sequence[Consumer]) -> list[Rebuilt]:
    """Every tenant's facts and figures anew, in the caller's transaction: old figures stand until it commits."""
    compared: list[Rebuilt] = []
    for tenant in known_tenants(session):
        found = rebuild(session, tenant=tenant, consumers=consumers)
        log.warning("figures.made_anew", tenant=tenant, changed=[each.table for each in found if not each.same])
        compared += found
    return compared


def _lock(session: Session, consumer: Consumer) -> int:
    cursor = lock_cursor(
        session,
        reader=consumer.subscriber.name,
        source=consumer.source,
        stream=consumer.stream,
        partition=consumer.partition,
    )
    return cursor.pos


def _batches(session: Session, consumer: Consumer, position: int) -> Iterator[list[Envelope]]:
    """The feed from its beginning to where the reader stands, without what is parked or was skipped."""
    aside = set(
        session.scalars(
            text(
                "SELECT feed_seq FROM dead_letters WHERE reader = :reader AND source = :source AND stream = :stream "
                "AND state IN ('parked', 'skipped')"
            ),
            {"reader": consumer.subscriber.name, "source": consumer.source, "stream": consumer.stream},
        )
    )
    after = 0
    while after < position:
        events = consumer.feed.read(after=after, epoch=None).events
        if not events:
            return
        after = events[-1].feedseq
        yield [each for each in events if each.feedseq <= position and each.feedseq not in aside]


def _fold(session: Session, consumer: Consumer, envelopes: Sequence[Envelope]) -> None:
    for envelope in envelopes:
        if envelope.data is None or envelope.type not in consumer.subscriber.handlers:
            continue
        event = envelope.event()
        for handler in consumer.subscriber.handlers[envelope.type]:
            handler(session, event, envelope)
    commands.append_facts(session, move=False)


def _compare(session: Session, table: str, tenant: str) -> Rebuilt:
    live, anew = (
        session.execute(
            text(
                f"SELECT md5(coalesce(string_agg(r, E'\\n' ORDER BY r COLLATE \"C\"), '')) "
                f"FROM (SELECT CAST(t AS text) AS r FROM {schema}.{table} t WHERE tenant = :tenant) AS rows"
            ),
            {"tenant": tenant},
        ).scalar_one()
        for schema in ("public", "pg_temp")
    )
    return Rebuilt(table, live, anew)


def _tell(session: Session, consumers: Sequence[Consumer]) -> None:
    """Move the cursors' instant: an answer remembered beside it is of the figures before."""
    for consumer in consumers:
        session.execute(_MOVED, consumer.key())


def _swap(session: Session, table: str, tenant: str) -> None:
    session.execute(text(f"DELETE FROM public.{table} WHERE tenant = :tenant"), {"tenant": tenant})
    session.execute(
        text(f"INSERT INTO public.{table} SELECT * FROM pg_temp.{table} WHERE tenant = :tenant"), {"tenant": tenant}
    )
