"""Publishing numbered rows: the relay's pipelined batch of 500 against the same entries added one by one."""

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
    bus = bench.redis()
    sessions = bench.sessions("registry", "relay")
    with sessions.begin() as session:
        key = stream_key(STREAM, epoch_of(session))

    def empty() -> None:
        """A stream that stands just before the first event: else only the tail would go out."""
        bus.delete(key)
        bus.xadd(key, {"type": "none", "event": "{}"}, id="0-1")

    def product() -> float:
        empty()

        def work() -> int:
            done = 0
            while done < count:
                with sessions.begin() as session:
                    done += publish_batch(session, bus, STREAM, name="registry")
            return done

        return checked(rate(work))

    def peer() -> float:
        empty()

        def work() -> int:
            last = 0
            while last < count:
                with sessions.begin() as session:
                    bus.xrevrange(key, count=1)
                    for seq, kind, wire, _trace in wires(session, STREAM, after=last, limit=BATCH, name="registry"):
                        bus.xadd(key, {"type": kind, "event": wire}, id=f"{seq}-0", maxlen=KEEP)
                        last = seq
            return last

        return checked(rate(work))

    def checked(speed: float) -> float:
        entries = cast(list[tuple[bytes, object]], bus.xrevrange(key, count=1))
        expect(entries[0][0], f"{count}-0".encode(), "the newest entry")
        return speed

    rounds = interleave(bench.rounds, product, peer)
    return [Finding(ROWS[0], ratios(rounds, 0, 1), medians(rounds, "rows_per_s", "peer_per_s"))]
