"""Processor time per event with four partitions of the reader against one, PostgreSQL's own included."""

import time
import zlib
from collections.abc import Callable
from dataclasses import replace

from services.registry.background import STREAM
from shared.contracts.envelope import Envelope
from shared.kernel.cursors import lock_cursor
from shared.kernel.feed import epoch_of
from tools.bench.cases.projection import begin, consumer, counted, publish, until_done
from tools.bench.journal import fill
from tools.bench.measure import Finding, Row, expect, interleave, medians, ratios
from tools.bench.processes import cpu_s
from tools.bench.servers import Bench

PARTITIONS = 4
ROWS = (Row("CPU per event with 4 partitions", "with 1", 1.15, lower_is_better=True),)


def run(bench: Bench) -> list[Finding]:
    """The same events; each of four readers passes all of them and applies those of its own aggregates."""
    count = bench.size(5_000, 10_000)
    bench.wipe("registry", "reporting")
    with bench.admin("registry") as connection:
        fill(connection, first=1, last=count, numbered=True)
    publish(bench, count)
    postgres = bench.watch.children["postgres"].process.pid

    def cost(partitions: int) -> float:
        begin(bench)
        readers = [replace(consumer(bench), partition=_name(n, partitions), owns=_owner(n, partitions))
                   for n in range(partitions)]  # fmt: skip
        know_epoch(bench, partitions)
        before = time.process_time() + cpu_s(postgres)
        for reader in readers:
            until_done(reader, count)
        spent = time.process_time() + cpu_s(postgres) - before
        expect(counted(bench), (count, count), "facts and the cells' sum")
        return spent * 1_000_000 / count

    found = interleave(bench.rounds, lambda: cost(PARTITIONS), lambda: cost(1))
    return [Finding(ROWS[0], ratios(found, 0, 1), medians(found, "us_with_4", "us_with_1"))]


def know_epoch(bench: Bench, partitions: int) -> None:
    """Cursors of every partition that know the feed's epoch."""
    with bench.sessions("registry").begin() as session:
        epoch = epoch_of(session)
    with bench.sessions("reporting").begin() as session:
        for number in range(partitions):
            key = {"reader": "reporting", "source": "registry", "stream": STREAM}
            lock_cursor(session, **key, partition=_name(number, partitions)).epoch = epoch


def _name(number: int, partitions: int) -> str:
    return f"{number}/{partitions}" if partitions > 1 else ""


def _owner(number: int, partitions: int) -> Callable[[Envelope], bool]:
    return lambda envelope: zlib.crc32(envelope.subject.bytes) % partitions == number
