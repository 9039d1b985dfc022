"""Rebuild from the journal: the product's, by contract and event, against set-based SQL over the same log."""

from sqlalchemy import text

from services.reporting.facts.rebuilding import rebuild
from services.reporting.kpis.cells import build_cells
from shared.kernel.tenancy import enter
from tools.bench.cases.projection import begin, consumer, counted
from tools.bench.journal import TENANT, fill
from tools.bench.measure import Finding, Row, expect, interleave, medians, rate, ratios
from tools.bench.servers import Bench

ROWS = (Row("rebuild of facts and cells from the log", "raw set-based SQL over the same log (floor)", 0.50),)
_FACTS = text(
    """
    INSERT INTO obligation_facts (tenant, programme, cycle, province, territory, fact_id, version, kind, effective_on,
        recorded_at, source, feedseq, template, title, level, roles, period_key, state, due_on)
    SELECT o.tenant, o.programme, o.cycle, o.province, o.territory, o.aggregate_id, o.sequence,
        o.data #>> '{fact,kind}', CAST(o.data #>> '{effective_on,greg}' AS date), o.occurred_at, '/peyvand/registry',
        o.feed_seq, d ->> 'template', d -> 'title', d ->> 'level',
        ARRAY(SELECT a ->> 'role' FROM jsonb_array_elements(d -> 'assignees') a), d ->> 'period_key', d ->> 'state',
        CAST(d ->> 'due_on' AS date)
    FROM outbox o CROSS JOIN LATERAL (SELECT o.data -> 'obligation') AS x(d)
    """
)


def run(bench: Bench) -> list[Finding]:
    """The log lies in reporting's database too, so that the floor needs no wire at all; sizes are a round's."""
    count = bench.size(5_000, 20_000)
    bench.wipe("registry", "reporting")
    for service in ("registry", "reporting"):
        with bench.admin(service) as connection:
            fill(connection, first=1, last=count, numbered=True)
    reader = consumer(bench, with_bus=False)

    def product() -> float:
        begin(bench)
        with bench.admin("reporting") as connection:
            connection.execute("UPDATE consumer_cursors SET pos = %s", (count,))

        def work() -> int:
            with bench.sessions("reporting").begin() as session:
                rebuild(session, tenant=TENANT, consumers=[reader])
            return count

        return checked(rate(work))

    def floor() -> float:
        begin(bench)

        def work() -> int:
            with bench.sessions("reporting").begin() as session:
                enter(session, tenant=TENANT, province="*")
                session.execute(_FACTS)
                build_cells(session)
            return count

        return checked(rate(work))

    def checked(speed: float) -> float:
        expect(counted(bench), (count, count), "facts and the cells' sum")
        return speed

    found = interleave(bench.rounds, product, floor)
    notes = {**medians(found, "events_per_s", "floor_per_s"), "events": count}
    return [Finding(ROWS[0], ratios(found, 0, 1), notes)]
