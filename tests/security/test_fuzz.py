"""Schemathesis at the three documents, as headquarters, as a province and as nobody: no fault, nothing undocumented."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI

from shared.kernel.http import SessionDep
from tests.security.conftest import House, open_house
from tests.security.fuzz.firing import CLOCK, Volley, fire
from tests.security.routes import SERVICES
from tests.security.world import HOME_OF
from tests.support.actors import HQ, an_actor, token_for
from tests.support.serving import served

LEAST_CASES = 5000
LEAST_SERVED = 0.06
"""Share of 2xx among all answers; most cases are malformed on purpose."""
NOT_FOUND_AT_MOST = 0.2
"""Share of operations that never got as far as a thing that exists (2xx, 409 or 412), so that little was tested."""
ACTIONS = r"/\{\w+\}(/[a-z-]+)+$"
"""Verbs on one thing, half of all operations: alike in their bodies, so fuzzed but not covered case by case."""
FUZZING = ("--phases", "examples,fuzzing", "--exclude-path", CLOCK)
ROUNDS: dict[str, list[tuple[str, ...]]] = {
    "anonymous": [(*FUZZING, "-n", "2")],
    "province": [(*FUZZING, "-n", "6")],
    "headquarters": [
        ("--phases", "examples,fuzzing", "-n", "8", "--include-path-regex", ACTIONS),
        ("--phases", "examples,coverage,fuzzing", "-n", "6", "--exclude-path-regex", f"{ACTIONS}|{CLOCK}"),
        # Last of all: a clock in another century changes every answer after it.
        ("--phases", "coverage,fuzzing", "-n", "10", "--include-path", CLOCK),
    ],
}
if os.environ.get("PEYVAND_FUZZ") == "full":
    ROUNDS["headquarters"][:2] = [("--phases", "examples,coverage,fuzzing", "-n", "60", "--exclude-path", CLOCK)]

pytestmark = pytest.mark.timeout(1200)


@pytest.fixture(scope="module")
def own_houses() -> Iterator[dict[str, House]]:
    """Services whose data may be changed at random."""
    with ExitStack() as stack:
        yield {service: stack.enter_context(open_house(service, "_fuzz")) for service in SERVICES}


@pytest.fixture(scope="module")
def all_volleys() -> dict[str, Volley]:
    """What has been fired so far, by who asked."""
    return {who: Volley() for who in ROUNDS}


def token_of(who: str, service: str) -> str | None:
    """A token as long as a round may last."""
    if who == "anonymous":
        return None
    return token_for(HQ if who == "headquarters" else an_actor("province_officer", HOME_OF[service]))


def known_of(house: House) -> dict[str, list[str]]:
    """Things by the names addresses and bodies call them."""
    return {name: [str(value)] for name, value in house.things.items()}


@pytest.mark.parametrize("service", SERVICES)
def test_no_fault_and_nothing_undocumented(
    service: str, own_houses: dict[str, House], all_volleys: dict[str, Volley], tmp_path: Path
) -> None:
    house = own_houses[service]
    failures: list[str] = []
    with served(house.app) as url:
        for who, rounds in ROUNDS.items():
            for n, words in enumerate(rounds):
                token = token_of(who, service)
                seen = fire(url, tmp_path / f"{who}{n}", who=who, token=token, known=known_of(house), words=words)
                all_volleys[who].join(seen)
                failures += seen.failures
                print(service, who, seen.cases, dict(seen.status))
    assert failures == []


def test_enough_was_asked_and_enough_was_let_in(all_volleys: dict[str, Volley]) -> None:
    cases = sum(each.cases for each in all_volleys.values())
    boss = all_volleys["headquarters"]
    nothing = boss.asked - boss.found - all_volleys["province"].found
    print(f"{cases} cases; headquarters: served {boss.served:.3f}, opened {len(boss.opened)} of {len(boss.asked)}")
    print("never found:", sorted(nothing))
    assert cases >= LEAST_CASES
    assert boss.served >= LEAST_SERVED
    assert len(nothing) <= NOT_FOUND_AT_MOST * len(boss.asked)
    assert all_volleys["anonymous"].opened <= {
        "GET /healthz", "GET /readyz", "GET /metrics",
    }  # fmt: skip


class TestThePlantedFault:
    """Each kind of fault, planted in one route, is reported."""

    @pytest.fixture
    def faulty(self, own_houses: dict[str, House]) -> Iterator[FastAPI]:
        """Notifications with three bad routes more."""
        app = own_houses["notifications"].app
        kept = list(app.router.routes)

        @app.get("/v1/planted/fault")
        def fault(session: SessionDep, q: str = "") -> dict[str, str]:
            """Breaks on what no database takes, as a route without care would."""
            return {"length": str(1 // (0 if len(q) > 2 else 1))}

        @app.get("/v1/planted/schema", response_model=None, responses={200: {"model": int}})
        def schema(session: SessionDep) -> Any:
            """Answers with a text where the document says number."""
            return str(uuid4())

        @app.get("/v1/planted/open", openapi_extra={"security": [{"bearer": []}]})
        def unlocked() -> dict[str, str]:
            """Says that it wants a token and does not look at it."""
            return {}

        app.openapi_schema = None
        yield app
        app.router.routes[:] = kept
        app.openapi_schema = None

    def test_is_seen(self, faulty: FastAPI, tmp_path: Path) -> None:
        words = ("--phases", "coverage,fuzzing", "-n", "20", "--include-path-regex", "^/v1/planted/")
        with served(faulty) as url:
            seen = fire(url, tmp_path, who="hq", token=token_for(HQ), known={}, words=words)
        report = "\n".join(seen.failures)
        assert "hq: 500 GET" in report
        assert "response_schema_conformance 200" in report
        assert "ignored_auth 200" in report
