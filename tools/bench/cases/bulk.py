"""Bulk import of schools through the door, all rules on, against COPY of the very same rows without a rule."""

import json
from uuid import uuid4

import httpx2
import psycopg

from tools.bench.measure import Finding, Row, expect, interleave, medians, rate, ratios
from tools.bench.nation import found_nation, sign_in
from tools.bench.servers import Bench
from tools.demo.plan import Plan

ROWS = (Row("bulk import of schools, all rules on", "the same rows by COPY, no rules", 0.15),)
TABLES = ("schools", "outbox")
BATCH = 500
_OWN = {"schools": "true", "outbox": "aggregate_type = 'schools'"}


def run(bench: Bench) -> list[Finding]:
    """Batches of 500 by POST /v1/schools/batch; COPY writes the rows and events such an import left behind."""
    count = bench.size(200, 1_000)
    bench.wipe("registry")
    found_nation(bench)
    Plan().bootstrap_account(bench.site)
    bench.start(Plan()._web(bench.site, "registry"))
    bearer = {"authorization": f"Bearer {sign_in(bench)}"}
    client = httpx2.Client(base_url=bench.site.direct("registry"), timeout=120, headers=bearer)
    bodies = [body(first, min(first + BATCH, count)) for first in range(0, count, BATCH)]
    kept: dict[str, bytes] = {}

    def product() -> float:
        def work() -> int:
            for each in bodies:
                headers = {"idempotency-key": str(uuid4()), "content-type": "application/json"}
                answer = client.post("/v1/schools/batch", content=each, headers=headers)
                expect(answer.status_code, 201, f"status ({answer.text[:300]})")
            return count

        speed = counted(rate(work))
        with bench.admin("registry") as connection:
            kept.update({table: copied(connection, table) for table in TABLES})
        return speed

    def floor() -> float:
        def work() -> int:
            with bench.admin("registry") as connection, connection.transaction():
                for table in TABLES:
                    with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                        copy.write(kept[table])
            return count

        if not kept:
            product()
        return counted(rate(work))

    def counted(speed: float) -> float:
        with bench.admin("registry") as connection:
            seen = [connection.execute(f"SELECT count(*) FROM {t} WHERE {_OWN[t]}").fetchone() for t in TABLES]
        expect([each[0] if each else 0 for each in seen], [count, count], "schools and their events")
        return speed

    def fresh(how: object) -> float:
        with bench.admin("registry") as connection:
            for table in TABLES:
                connection.execute(f"DELETE FROM {table} WHERE {_OWN[table]}")
        speed: float = how()  # type: ignore[operator]
        return speed

    found = interleave(bench.rounds, lambda: fresh(product), lambda: fresh(floor))
    client.close()
    bench.watch.stop(["registry-web"])
    notes = {**medians(found, "schools_per_s", "copy_per_s"), "schools": count}
    return [Finding(ROWS[0], ratios(found, 0, 1), notes)]


def body(first: int, last: int) -> bytes:
    """Schools with names of their own, spread over the provinces."""
    items = [
        {
            "names": {"fa": f"مدرسهٔ استثنایی شمارهٔ {number}", "en": f"Special school {number}"},
            "gender": "girls" if number % 2 else "boys",
            "stages": ["primary"],
            "disability_groups": ["hearing"],
            "enrolment": 40,
            "territory_code": f"IR-{1 + number % 31:02d}",
        }
        for number in range(first, last)
    ]
    return json.dumps({"items": items}).encode()


def copied(connection: psycopg.Connection[tuple[object, ...]], table: str) -> bytes:
    """The rows as COPY writes them."""
    with connection.cursor().copy(f"COPY (SELECT * FROM {table} WHERE {_OWN[table]}) TO STDOUT") as copy:
        return b"".join(bytes(part) for part in copy)
