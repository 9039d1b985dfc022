"""Folding 500 events into facts and cells costs the same among five million facts as among two hundred thousand."""

import time

import psycopg

from services.registry.background import STREAM
from shared.contracts.envelope import Envelope
from shared.kernel.feed import wires
from shared.kernel.tenancy import enter
from tools.bench.cases.projection import begin, consumer
from tools.bench.journal import CYCLE, PROGRAMME, PROVINCES, TENANT, fill
from tools.bench.measure import Finding, Row, expect, medians
from tools.bench.servers import Bench

BATCH = 500
NAME = "cost of 500 events into cells among many facts"
ROWS = (Row(NAME, "among 0.2 million facts", 1.5, lower_is_better=True),)
_FACTS = f"""
INSERT INTO obligation_facts (tenant, programme, cycle, province, territory, fact_id, version, kind, effective_on,
    recorded_at, source, feedseq, template, title, level, roles, period_key, state, due_on)
SELECT '{TENANT}', '{PROGRAMME}', '{CYCLE}', p, 'IR/' || p, gen_random_uuid(), 1, 'create', '2020-11-01',
    '2020-11-01T08:00:00Z', '/peyvand/registry', n, 'H' || 1 + n % 5, '{{"fa": "گزارش"}}', 'secretariat',
    '{{PS}}', 'Q1', 'open', CAST('2020-09-22' AS date) + CAST(n % 100 AS int)
FROM (SELECT n, 'IR-' || lpad((1 + n % {PROVINCES})::text, 2, '0') AS p
      FROM generate_series(%s::bigint, %s::bigint) n) g"""
_CELLS = """INSERT INTO kpi_cells (tenant, programme, cycle, province, kpi, part, dims, day, amount)
SELECT tenant, programme, cycle, province, 'K-45', 'denominator', jsonb_build_object('level', level, 'duty', template),
    due_on, count(*) FROM obligation_facts GROUP BY 1, 2, 3, 4, 7, 8"""


def run(bench: Bench) -> list[Finding]:
    """The product's reader applies batches of 500; CPU-quiet wall time, the median of many small batches per round."""
    few, many = bench.size(200_000, 200_000), bench.size(1_000_000, 5_000_000)
    bench.wipe("registry", "reporting")
    batches = bench.rounds + 1
    with bench.admin("registry") as connection:
        fill(connection, first=1, last=2 * batches * BATCH, numbered=True)
    begin(bench)
    small = stage(bench, 0, few, batches, first=0)
    large = stage(bench, few, many, batches, first=batches * BATCH)
    found = list(zip(large, small, strict=True))[1:]
    notes = {**medians(found, "ms_among_many", "ms_among_few"), "many": many, "few": few}
    bench.wipe("reporting")
    return [Finding(ROWS[0], [after / before for after, before in found], notes)]


def stage(bench: Bench, have: int, want: int, batches: int, *, first: int) -> list[float]:
    """Fill up to a size set-based, with the real indexes, then time each batch of 500 in milliseconds."""
    with bench.admin("reporting") as connection:
        grow(connection, have + 1, want)
        before = total(connection)
    reader, spent = consumer(bench, with_bus=False), []
    for number in range(batches):
        with bench.sessions("registry").begin() as session:
            found = wires(session, STREAM, after=first + number * BATCH, limit=BATCH, name="registry")
        envelopes = [Envelope.model_validate_json(each.wire) for each in found]
        start = time.perf_counter()
        with bench.sessions("reporting").begin() as session:
            enter(session, tenant=TENANT, province="*")
            reader.subscriber.apply(session, envelopes)
        spent.append((time.perf_counter() - start) * 1000)
    with bench.admin("reporting") as connection:
        expect(total(connection) - before, batches * BATCH, "the cells' growth")
    return spent


def grow(connection: psycopg.Connection[tuple[object, ...]], first: int, last: int) -> None:
    """Facts of the numbers first to last, the cells made anew, statistics fresh, everything on disk."""
    connection.execute(_FACTS.replace(" % ", " %% "), (first, last))
    connection.execute("TRUNCATE kpi_cells")
    connection.execute(_CELLS)
    connection.execute("VACUUM (ANALYZE) obligation_facts, kpi_cells")
    connection.execute("CHECKPOINT")


def total(connection: psycopg.Connection[tuple[object, ...]]) -> int:
    """The sum of what the cells say fell due."""
    row = connection.execute("SELECT sum(amount) FROM kpi_cells WHERE part = 'denominator'").fetchone()
    return int(float(str(row[0]))) if row else 0
