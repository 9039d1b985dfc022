"""Bulk import of schools through the door, all rules on, against COPY of the very same rows without a rule."""

import json
from dataclasses import dataclass, field
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
    count = bench.size(500, 5_000)
    bench.wipe("registry")
    found_nation(bench)
    Plan().bootstrap_account(bench.site)
    bench.start(Plan()._web(bench.site, "registry"))
    bearer = {"authorization": f"Bearer {sign_in(bench)}"}
    with httpx2.Client(base_url=bench.site.direct("registry"), timeout=120, headers=bearer) as client:
        both = Import(bench, client, count)
        both.product()
        found = interleave(bench.rounds, both.product, both.floor)
    bench.watch.stop(["registry-web"])
    notes = {**medians(found, "schools_per_s", "copy_per_s"), "schools": count}
    return [Finding(ROWS[0], ratios(found, 0, 1), notes)]


@dataclass
class Import:
    """The two ways in; what the product's way left behind is what COPY writes."""

    bench: Bench
    client: httpx2.Client
    count: int
    kept: dict[str, bytes] = field(default_factory=dict)

    def product(self) -> float:
        """Schools a second through the door."""
        self.forget()
        firsts = range(0, self.count, BATCH)
        bodies = [body(first, min(first + BATCH, self.count)) for first in firsts]

        def work() -> int:
            for each in bodies:
                headers = {"idempotency-key": str(uuid4()), "content-type": "application/json"}
                answer = self.client.post("/v1/schools/batch", content=each, headers=headers)
                expect(answer.status_code, 201, f"status ({answer.text[:300]})")
            return self.count

        speed = self.counted(rate(work))
        with self.bench.admin("registry") as connection:
            self.kept = {table: copied(connection, table) for table in TABLES}
        return speed

    def floor(self) -> float:
        """Schools a second by COPY, in one transaction."""
        self.forget()

        def work() -> int:
            with self.bench.admin("registry") as connection, connection.transaction():
                for table in TABLES:
                    with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                        copy.write(self.kept[table])
            return self.count

        return self.counted(rate(work))

    def forget(self) -> None:
        """No school and no event of one."""
        with self.bench.admin("registry") as connection:
            for table in TABLES:
                connection.execute(f"DELETE FROM {table} WHERE {_OWN[table]}")

    def counted(self, speed: float) -> float:
        """The speed, once there are as many schools and events as there should be."""
        with self.bench.admin("registry") as connection:
            seen = [connection.execute(f"SELECT count(*) FROM {t} WHERE {_OWN[t]}").fetchone() for t in TABLES]
        expect([each[0] if each else 0 for each in seen], [self.count] * 2, "schools and their events")
        return speed


def body(first: int, last: int) -> bytes:
    """Schools with names of their own, spread over the provinces."""
    items = [
        {
            "names": {"fa": f"مدرسهٔ استثنایی شمارهٔ {number}", "en": f"Special school {number}"},
            "gender": "girls" if number % 2 else "boys",
            "stages": ["primary"],
            "disability_groups": ["hearing"],
            "enrolment": 40,
            "territory_code": f"IR-{number % 31:02d}",
        }
        for number in range(first, last)
    ]
    return json.dumps({"items": items}).encode()


def copied(connection: psycopg.Connection[tuple[object, ...]], table: str) -> bytes:
    """The rows as COPY writes them."""
    with connection.cursor().copy(f"COPY (SELECT * FROM {table} WHERE {_OWN[table]}) TO STDOUT") as copy:
        return b"".join(bytes(part) for part in copy)
