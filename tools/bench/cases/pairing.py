"""Writing one step of a pairing over HTTP with every guard on, against the same rows by Starlette and raw asyncpg."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import httpx2

from shared.kernel.tenancy import enter
from tests.support.partnership_world import MEHR_21, a_pairing
from tests.support.registry_world import an_office
from tools.bench.journal import TENANT
from tools.bench.load import drive, request
from tools.bench.measure import Finding, Row, expect, interleave, medians, ratios
from tools.bench.nation import HQ, found_nation, sign_in, web
from tools.bench.servers import Bench
from tools.demo.plan import Plan
from tools.demo.state import free_port

ROWS = (Row("write one pairing step, all guards on", "Starlette + raw asyncpg with the same rows (floor)", 0.35),)
CONNECTIONS = 8
DAYS = ("2020-10-12", "2020-10-11")


@dataclass
class Step:
    """One pairing whose day is corrected to and fro; each connection has its own, in a province of its own."""

    pairing: str
    version: int
    written: int = 0
    stride: int = 1
    """By how much the version moves with each correction."""

    def body(self, ahead: int = 1) -> bytes:
        """The next correction; with `ahead` 0 the day as it is, for a floor that would not notice."""
        return json.dumps({"reason": "typing error", "proposed_on": DAYS[(self.written + ahead) % 2]}).encode()


def run(bench: Bench) -> list[Finding]:
    """Eight connections; sign-in, role, isolation, version, idempotency key, rules, event and answer are all there."""
    steps = prepare(bench)
    bench.start(Plan()._web(bench.site, "registry"))
    port, floor_port = bench.site.ports["registry"], free_port(set())
    bearer = {"authorization": f"Bearer {sign_in(bench)}"}
    sample = first_answer(bench, port, bearer, steps)
    address = bench.site.admin_url.rpartition("/")[0] + "/peyvand_registry"
    given = {"BENCH_REGISTRY": address, "BENCH_BODY": sample}
    bench.start(web(bench, "floor", floor_port, "tools.bench.doors:floor", given))
    seconds = 2.0 if bench.quick else 3.0

    def product(number: int) -> bytes:
        step = steps[number]
        headers = {**bearer, "idempotency-key": str(uuid4()), "if-match": f'"{step.version}"'}
        body = step.body()
        step.version, step.written = step.version + step.stride, step.written + 1
        return request("POST", f"/v1/pairings/{step.pairing}/correct", headers, body)

    def bare(number: int) -> bytes:
        return request("POST", f"/{steps[number].pairing}", {"idempotency-key": str(uuid4())}, steps[number].body(0))

    def write(at: int, requests: Callable[[int], bytes]) -> float:
        before = told(bench)
        seen = drive(at, connections=CONNECTIONS, seconds=seconds, requests=requests)
        expect(set(seen.statuses), {200}, f"statuses ({seen.last[:300]!r})")
        expect(told(bench) - before, seen.statuses[200], "events in the outbox")
        return seen.per_s

    found = interleave(bench.rounds, lambda: write(port, product), lambda: write(floor_port, bare))
    bench.watch.stop(["registry-web", "floor"])
    return [Finding(ROWS[0], ratios(found, 0, 1), medians(found, "writes_per_s", "floor_per_s"))]


def prepare(bench: Bench) -> list[Step]:
    """Established pairings of as many provinces as there are connections, and headquarters' first account."""
    bench.wipe("registry")
    found_nation(bench)
    Plan().bootstrap_account(bench.site)
    steps = []
    for number in range(1, CONNECTIONS + 1):
        with bench.sessions("registry").begin() as session:
            enter(session, tenant=TENANT, province="*")
            an_office(session, now=MEHR_21, province=f"IR-{number:02d}", by=HQ)
            pairing = a_pairing(session, province=f"IR-{number:02d}", by=HQ, now=MEHR_21)
            session.flush()
            steps.append(Step(str(pairing.id), pairing.version))
    return steps


def first_answer(bench: Bench, port: int, bearer: dict[str, str], steps: list[Step]) -> str:
    """Each pairing once, so that what only the first step causes is behind; keeps an answer for the floor to store."""
    for step in steps:
        headers = {**bearer, "idempotency-key": str(uuid4()), "if-match": f'"{step.version}"'}
        url = f"http://127.0.0.1:{port}/v1/pairings/{step.pairing}/correct"
        answer = httpx2.post(url, content=step.body(), headers={**headers, "content-type": "application/json"})
        expect(answer.status_code, 200, f"status ({answer.text[:300]})")
        now = answer.json()["version"]
        step.version, step.written, step.stride = now, 1, now - step.version
    kept = bench.folder / "pairing.json"
    kept.write_bytes(answer.content)
    return str(kept)


def told(bench: Bench) -> int:
    """Corrections in the outbox."""
    with bench.admin("registry") as connection:
        row = connection.execute("SELECT count(*) FROM outbox WHERE type = 'peyvand.pairing.corrected.v1'").fetchone()
    return int(str(row[0])) if row else 0
