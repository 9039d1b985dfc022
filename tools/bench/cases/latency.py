"""From the commit of a change to its figure being visible, at 200 events a second, against a relay that polls."""

import json
import statistics
import threading
import time

from services.registry.background import STREAM
from shared.kernel.feed import epoch_of
from shared.kernel.relay import stream_key
from tools.bench.cases.projection import begin, counted
from tools.bench.journal import write_one
from tools.bench.measure import Finding, Row, expect, interleave, medians, ratios
from tools.bench.servers import Bench, wait_for
from tools.demo.children import Recipe
from tools.demo.plan import Plan, python
from tools.demo.site import ROOT

PER_S = 200
ROWS = (Row("commit to KPI visible at 200 events/s, p99", "the same with a relay polling every 100 ms", 0.4, True),)


def run(bench: Bench) -> list[Finding]:
    """The product's relay and listener as processes of their own; the peer differs in nothing but the relay."""
    seconds = bench.size(4, 8)
    bench.start(Plan()._web(bench.site, "registry"))
    real = process(bench, "relay", "registry", "-m", "services.registry", "relay")
    slow = process(bench, "relay", "registry", "-m", "tools.bench.slow_relay")
    listener = process(bench, "listener", "reporting", "-m", "services.reporting", "listener")
    middles: list[float] = []

    def p99(relay: Recipe) -> float:
        bench.wipe("registry", "reporting")
        begin(bench)
        with bench.sessions("registry").begin() as session:
            bench.redis().xadd(stream_key(STREAM, epoch_of(session)), {"type": "none", "event": "{}"}, id="0-1")
        bench.start(relay, listener)
        first(bench)
        waits = waited(bench, PER_S * seconds)
        bench.alive()
        bench.watch.stop(["relay", "listener"])
        expect(counted(bench), (PER_S * seconds + 1,) * 2, "facts and the cells' sum")
        middles.append(statistics.median(waits))
        return sorted(waits)[int(len(waits) * 0.99)]

    found = interleave(bench.rounds, lambda: p99(real), lambda: p99(slow))
    bench.watch.stop(["registry-web"])
    notes = {**medians(found, "p99_ms", "polling_p99_ms"), "p50_ms_of_all": round(statistics.median(middles), 1)}
    return [Finding(ROWS[0], ratios(found, 0, 1), notes)]


def process(bench: Bench, name: str, service: str, *words: str) -> Recipe:
    """A background process as a ministry runs it: without a demo's clock."""
    given = bench.site.environment(service)
    heard = [each for each in json.loads(given["PEYVAND_SOURCES"]) if each["name"] == "registry"]
    environment = {**given, "PEYVAND_DEMO_CLOCK": "off", "PEYVAND_SOURCES": json.dumps(heard)}
    return Recipe(name, python(*words), environment, ROOT, lambda: True)


def first(bench: Bench) -> None:
    """One event through the whole way: both processes are at work."""
    with bench.admin("registry") as connection:
        write_one(connection, 1)
    wait_for(lambda: counted(bench)[0] == 1, 60, "the first event")


def waited(bench: Bench, count: int) -> list[float]:
    """Milliseconds each event waited between its commit and the reader's commit, which moved the cells."""
    committed: dict[int, float] = {}

    def write() -> None:
        with bench.admin("registry") as connection:
            start = time.perf_counter()
            for number in range(count):
                time.sleep(max(0.0, start + number / PER_S - time.perf_counter()))
                write_one(connection, number + 2)
                committed[number + 2] = time.perf_counter()

    writer = threading.Thread(target=write)
    writer.start()
    visible, until = 1, time.perf_counter() + 60 + count / PER_S
    waits: list[float] = []
    with bench.admin("reporting") as connection:
        while visible < count + 1:
            row = connection.execute("SELECT pos FROM consumer_cursors WHERE reader = 'reporting'").fetchone()
            now = time.perf_counter()
            upto = int(str(row[0])) if row else visible
            expect(now < until, True, "the last event's arrival in time")
            waits += [max(0.0, now - committed.get(seq, now)) * 1000 for seq in range(visible + 1, upto + 1)]
            visible = max(visible, upto)
            time.sleep(0.002)
    writer.join()
    return waits
