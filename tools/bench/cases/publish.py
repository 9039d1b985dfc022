"""Publishing numbered rows: the relay's pipelined batch of 500 against the same entries added one by one."""

from collections.abc import Callable
from typing import cast

from services.registry.background import STREAM
from shared.kernel.feed import epoch_of, wires
from shared.kernel.relay import BATCH, KEEP, publish_batch, stream_key
from tools.bench.journal import fill
from tools.bench.measure import Finding, Row, expect, interleave, medians, rate, ratios
from tools.bench.servers import Bench

ROWS = (Row("publishing numbered rows, batch of 500", "the same without a pipeline", 4),)


def run(bench: Bench) -> list[Finding]:
    """Both read the same journal with the relay's role and leave the same entries in an emptied stream."""
    count = bench.size(5_000, 10_000)
    bench.wipe("registry")
    with bench.admin("registry") as connection:
        fill(connection, first=1, last=count, numbered=True)
    both = Publishing(bench, count)
    rounds = interleave(bench.rounds, lambda: both.checked(both.product), lambda: both.checked(both.peer))
    return [Finding(ROWS[0], ratios(rounds, 0, 1), medians(rounds, "rows_per_s", "peer_per_s"))]


class Publishing:
    """The two ways on to the stream."""

    def __init__(self, bench: Bench, count: int) -> None:
        self.bus, self.sessions, self.count = bench.redis(), bench.sessions("registry", "relay"), count
        with self.sessions.begin() as session:
            self.key = stream_key(STREAM, epoch_of(session))

    def product(self) -> int:
        """The relay's batches."""
        done = 0
        while done < self.count:
            done += publish_batch(self.sessions, self.bus, STREAM, name="registry")
        return done

    def peer(self) -> int:
        """The same batches, each entry waiting for the answer to the one before."""
        last = 0
        while last < self.count:
            with self.sessions.begin() as session:
                self.bus.xrevrange(self.key, count=1)
                for seq, kind, wire, _trace in wires(session, STREAM, after=last, limit=BATCH, name="registry"):
                    self.bus.xadd(self.key, {"type": kind, "event": wire}, id=f"{seq}-0", maxlen=KEEP)
                    last = seq
        return last

    def checked(self, way: Callable[[], int]) -> float:
        """Rows a second into a stream that stands just before the first event: else only the tail would go out."""
        self.bus.delete(self.key)
        self.bus.xadd(self.key, {"type": "none", "event": "{}"}, id="0-1")
        speed = rate(way)
        entries = cast(list[tuple[bytes, object]], self.bus.xrevrange(self.key, count=1))
        expect(entries[0][0], f"{self.count}-0".encode(), "the newest entry")
        return speed
