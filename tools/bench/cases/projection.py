"""Projection of events into facts and cells: the real reader on a full stream, a tail without a bus, Celery tasks."""

import time
from itertools import count as numbers
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from services.registry.background import STREAM
from services.reporting.background import subscriber
from services.reporting.facts import commands, rows
from shared.contracts.envelope import Envelope
from shared.kernel.bus import Consumer
from shared.kernel.cursors import lock_cursor
from shared.kernel.feed import LocalFeed, epoch_of, wires
from shared.kernel.relay import publish_batch, stream_key
from shared.kernel.tenancy import enter
from tools.bench import peers
from tools.bench.journal import TENANT, fill
from tools.bench.measure import Finding, Row, expect, interleave, medians, rate, ratios
from tools.bench.servers import Bench, wait_for

NAME = "projection of events into facts and cells"
ROWS = (Row(NAME, "a tail without a bus, same SQL (floor)", 0.70), Row(NAME, "one Celery task per event", 30))


def run(bench: Bench) -> list[Finding]:
    """Each starts with empty tables and a full source, and ends when every event is a fact and in a cell."""
    count, few = bench.size(5_000, 10_000), bench.size(200, 500)
    bench.wipe("registry", "reporting")
    with bench.admin("registry") as connection:
        fill(connection, first=1, last=count, numbered=True)
    publish(bench, count)
    reader, tail = consumer(bench), Tail(bench)
    sender, queues = peers.client(bench), numbers(1)
    bench.start(peers.worker(bench, BENCH_REPORTING=bench.url("reporting")))
    with bench.sessions("registry").begin() as session:
        letters = [each.wire for each in wires(session, STREAM, after=0, limit=few, name="registry")]

    def product() -> float:
        begin(bench)
        return checked(bench, rate(lambda: until_done(reader, count)), count)

    def floor() -> float:
        begin(bench)
        return checked(bench, rate(lambda: tail.run(count)), count)

    def celery() -> float:
        begin(bench)
        queue = f"events-{next(queues)}"
        for letter in letters:
            sender.send_task("bench.project", [letter], queue=queue)
        start = time.perf_counter()
        peers.drain(sender, queue)
        wait_for(lambda: counted(bench)[0] == few, 120, "Celery's tasks")
        return checked(bench, few / (time.perf_counter() - start), few)

    found = interleave(bench.rounds, product, floor, celery)
    bench.watch.stop(["celery"])
    notes = medians(found, "events_per_s", "tail_per_s", "celery_per_s")
    return [Finding(ROWS[0], ratios(found, 0, 1), notes), Finding(ROWS[1], ratios(found, 0, 2))]


def publish(bench: Bench, count: int) -> None:
    """The relay's own batches, from the first event on."""
    bus, sessions = bench.redis(), bench.sessions("registry", "relay")
    with sessions.begin() as session:
        bus.xadd(stream_key(STREAM, epoch_of(session)), {"type": "none", "event": "{}"}, id="0-1")
    done = 0
    while done < count:
        done += publish_batch(sessions, bus, STREAM, name="registry")


def consumer(bench: Bench, *, with_bus: bool = True) -> Consumer:
    """Reporting's reader as its background process makes it, with the journal at hand instead of over HTTP."""
    return Consumer(
        subscriber(),
        bench.sessions("reporting"),
        source="registry",
        stream=STREAM,
        feed=LocalFeed(bench.sessions("registry"), STREAM, "registry"),
        bus=bench.redis() if with_bus else None,
    )


def until_done(reader: Consumer, count: int) -> int:
    """Steps until that many events are through."""
    done = 0
    while done < count:
        passed = reader.step()
        expect(bool(passed) and not reader.suspects, True, f"events passed after {done}")
        done += passed
    return done


def begin(bench: Bench) -> None:
    """Empty tables, and a cursor that knows the epoch."""
    with bench.admin("reporting") as connection:
        connection.execute("TRUNCATE obligation_facts, kpi_cells, event_lags, consumer_cursors, tenants CASCADE")
    with bench.sessions("registry").begin() as session:
        epoch = epoch_of(session)
    with bench.sessions("reporting").begin() as session:
        lock_cursor(session, reader="reporting", source="registry", stream=STREAM, partition="").epoch = epoch


def counted(bench: Bench) -> tuple[int, int]:
    """Facts, and the sum of what the cells say fell due."""
    with bench.admin("reporting") as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM obligation_facts), "
            "(SELECT coalesce(sum(amount), 0) FROM kpi_cells WHERE kpi = 'K-45' AND part = 'denominator')"
        ).fetchone()
    assert row is not None
    return int(str(row[0])), int(float(str(row[1])))


def checked(bench: Bench, speed: float, count: int) -> float:
    """The speed, once facts and sums are what was planned."""
    expect(counted(bench), (count, count), "facts and the cells' sum")
    return speed


class Tail:
    """The floor: reads the log straight from its table and runs the same statements; no bus, no contract, no guard."""

    def __init__(self, bench: Bench) -> None:
        self.log: sessionmaker[Session] = bench.sessions("registry")
        self.facts: sessionmaker[Session] = bench.sessions("reporting")

    def run(self, count: int) -> int:
        """Batches of 500 with a cursor of its own, in the transaction of what it applied."""
        position = 0
        while position < count:
            with self.log.begin() as session:
                batch: list[dict[str, Any]] = [
                    dict(row) for row in session.execute(_LOG, {"after": position}).mappings()
                ]
            position = batch[-1]["feedseq"]
            with self.facts.begin() as session:
                enter(session, tenant=TENANT, province="*")
                for event in batch:
                    commands.collect_fact(session, table="obligation_facts", row=_row(event))
                commands.append_facts(session)
                commands.note_lags(session, envelopes=[Envelope.model_construct(**event) for event in batch])
                session.execute(text("UPDATE consumer_cursors SET pos = :pos, moved_at = now()"), {"pos": position})
        return position


_LOG = text(
    f"""SELECT o.feed_seq AS feedseq, o.aggregate_id, o.sequence, o.tenant, o.programme, o.cycle, o.province,
    o.territory, o.occurred_at, o.emitted_at AS emittedat, o.data, m.epoch, '/peyvand/registry' AS source
    FROM outbox o CROSS JOIN feed_meta m WHERE o.stream = '{STREAM}' AND o.feed_seq > :after
    ORDER BY o.feed_seq LIMIT 500"""
)


def _row(event: dict[str, Any]) -> rows.Row:
    """The same row as the product's, straight from the JSON."""
    duty = event["data"]["obligation"]
    scope = {name: event[name] for name in ("tenant", "programme", "cycle", "province", "territory", "source")}
    same = ("template", "title", "level", "period_key", "state", "due_on")
    return {
        **scope,
        **{name: duty[name] for name in same},
        "fact_id": event["aggregate_id"],
        "version": event["sequence"],
        "kind": event["data"]["fact"]["kind"],
        "effective_on": event["data"]["effective_on"]["greg"],
        "recorded_at": event["occurred_at"],
        "feedseq": event["feedseq"],
        "roles": [each["role"] for each in duty["assignees"]],
    }
