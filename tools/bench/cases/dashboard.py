"""Headquarters' dashboard answer, signed in and within row-level security, and its 304, against static bytes."""

from dataclasses import replace

import httpx2

from tools.bench.cases.projection import consumer
from tools.bench.journal import fill
from tools.bench.load import drive, request
from tools.bench.measure import Finding, Row, expect, interleave, medians, ratios
from tools.bench.nation import found_nation, number_all, token, web
from tools.bench.servers import Bench
from tools.demo.children import Recipe
from tools.demo.plan import Plan
from tools.demo.state import free_port

LIMIT = "a static response of the same bytes"
ROWS = (
    Row("HQ dashboard answer (a figure by 31 provinces), signed in, isolation on", LIMIT, 0.08),
    Row("its 304", LIMIT, 0.25),
)
PATH = "/v1/kpis/K-45?by=prv"
CONNECTIONS = 8


def run(bench: Bench) -> list[Finding]:
    """Eight connections ask for some seconds; every answer must be a 200, or every one a 304."""
    prepare(bench)
    headers = {"authorization": f"Bearer {token(bench)}"}
    port = bench.site.ports["reporting"]
    bench.start(reporting(bench))
    whole = request("GET", PATH, headers)
    once = drive(port, connections=1, seconds=0.05, requests=lambda _n: whole)
    expect(set(once.statuses), {200}, "statuses of the first answers")
    expect(once.last.count(b'"prv"'), 31, "provinces in the answer")
    known = request("GET", PATH, {**headers, "if-none-match": etag_of(port, headers)})
    body = bench.folder / "body.json"
    body.write_bytes(once.last)
    static_port = free_port(set())
    bench.start(web(bench, "static", static_port, "tools.bench.doors:static", {"BENCH_BODY": str(body)}))
    plain = request("GET", "/", {})
    seconds = 1.5 if bench.quick else 3.0

    def ask(at: int, what: bytes, status: int) -> float:
        seen = drive(at, connections=CONNECTIONS, seconds=seconds, requests=lambda _n: what)
        expect(set(seen.statuses), {status}, "statuses")
        return seen.per_s

    found = interleave(
        bench.rounds,
        lambda: ask(port, whole, 200),
        lambda: ask(port, known, 304),
        lambda: ask(static_port, plain, 200),
    )
    page = page_rate(port, headers)
    bench.watch.stop(["reporting-web", "static"])
    notes = {**medians(found, "per_s", "per_s_304", "static_per_s"), "bytes": len(once.last), "whole_page_per_s": page}
    return [Finding(ROWS[0], ratios(found, 0, 2), notes), Finding(ROWS[1], ratios(found, 1, 2))]


def prepare(bench: Bench) -> None:
    """A nation with an open cycle, and some thousand duties folded into facts and cells by the product's reader."""
    bench.wipe("registry", "reporting")
    found_nation(bench)
    with bench.admin("registry") as connection:
        fill(connection, first=1, last=5_000, numbered=False)
    number_all(bench)
    reader = consumer(bench, with_bus=False)
    while reader.step():
        expect(reader.suspects, {}, "events that cannot be applied")


def reporting(bench: Bench) -> Recipe:
    """The web process as a ministry runs it: business time is the real clock's."""
    recipe = Plan()._web(bench.site, "reporting")
    return replace(recipe, environment={**recipe.environment, "PEYVAND_DEMO_CLOCK": "off"})


def etag_of(port: int, headers: dict[str, str]) -> str:
    """The answer's ETag."""
    found: str = httpx2.get(f"http://127.0.0.1:{port}{PATH}", headers=headers).headers["etag"]
    return found


def page_rate(port: int, headers: dict[str, str]) -> float:
    """Whole pages of headquarters' home a second, on one connection: told beside, not promised."""
    page = request("GET", "/", {**headers, "accept": "text/html"})
    seen = drive(port, connections=1, seconds=2.0, requests=lambda _n: page)
    expect(set(seen.statuses), {200}, "statuses of the page")
    return round(seen.per_s, 2)
