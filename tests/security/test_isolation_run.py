"""./peyvand isolation on real services: nothing of a neighbour is seen, and without both locks it would be."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psycopg
import pytest

from shared.kernel.databases import address
from tests.support.wait import eventually
from tools.demo.children import Recipe, Watch
from tools.demo.stack import ROOT, Stack, stack
from tools.demo.state import LOOPBACK, free_port
from tools.isolation.__main__ import USUAL, objections, settle, urls_of
from tools.isolation.doors import Door, all_doors
from tools.isolation.running import Findings, run
from tools.isolation.world import World

SEED = 1399
BRIEF = 900
"""Requests of a run that only shall show whether the oracle sees."""
OPEN_DOORS = ("/v1/schools", "/v1/schools/{school_id}", "/v1/letters", "/v1/people/{person_id}", "/v1/pairings")

pytestmark = [pytest.mark.requirement("R-170"), pytest.mark.timeout(1200)]


@dataclass(frozen=True)
class Country:
    """A running installation with 31 provinces."""

    running: Stack
    world: World
    doors: list[Door]

    def ask(self, requests: int, *, urls: dict[str, str] | None = None, doors: list[Door] | None = None) -> Findings:
        """A run with the seed of all runs here."""
        where = urls or urls_of(self.running)
        return run(where, self.world, doors or self.doors, requests=requests, seed=SEED, tell=print)

    @contextmanager
    def row_security_off(self, table: str) -> Iterator[None]:
        """The second lock off on one table of registry, as its owner can."""
        secrets = json.loads((self.running.state_dir / "secrets.json").read_text())
        admin = self.environment["PEYVAND_DATABASE_URL"]
        owner = address(admin, "peyvand_registry", "registry_owner", secrets["registry_owner"])
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
            try:
                yield
            finally:
                connection.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")

    @property
    def environment(self) -> dict[str, str]:
        """The environment of registry's web process."""
        raw = Path(f"/proc/{self.running.pids['registry-web']}/environ").read_bytes()
        return dict(each.decode().split("=", 1) for each in raw.split(b"\0") if each)

    @contextmanager
    def careless_registry(self, logs: Path) -> Iterator[dict[str, str]]:
        """Addresses of the services, but registry is a second process on the same database with its first lock off."""
        port = free_port(set())
        url = f"http://{LOOPBACK}:{port}"
        command = [sys.executable, "-m", "uvicorn", "--factory", "tests.security.careless:create_app"]
        options = ["--host", LOOPBACK, "--port", str(port), "--log-level", "warning", "--no-access-log"]
        recipe = Recipe("careless", [*command, *options], self.environment, ROOT, ready=lambda: True)
        watch = Watch(logs, lambda: None, print)
        watch.start(recipe)
        try:
            eventually(lambda: answers(f"{url}/readyz"), within=90)
            yield {**urls_of(self.running), "registry": url}
        finally:
            watch.stop(["careless"])


def answers(url: str) -> bool:
    """Whether an address answers."""
    try:
        return httpx2.get(url, timeout=3).status_code == 200
    except httpx2.HTTPError:
        return False


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    """One installation for all tests here."""
    folder = tmp_path_factory.mktemp("isolation") / "state"
    with stack(folder, options=("--bare", "--quiet")) as running:
        yield Country(running, settle(running), all_doors())


def test_62_users_see_nothing_of_a_neighbour(country: Country) -> None:
    found = country.ask(USUAL)
    print(json.dumps(found.wire(), ensure_ascii=False))
    assert found.requests >= USUAL
    assert found.leaks == []
    assert objections(found, country.world, country.doors) == []


class TestTheOracle:
    """Each lock alone is enough; without both, the run says so."""

    @pytest.fixture
    def narrow(self, country: Country) -> list[Door]:
        """Doors of things with a canary in them."""
        return [each for each in country.doors if each.path in OPEN_DOORS and each.method == "GET"]

    def test_sees_a_leak_when_both_locks_are_off(self, country: Country, narrow: list[Door], tmp_path: Path) -> None:
        with country.careless_registry(tmp_path) as urls, country.row_security_off("schools"):
            found = country.ask(BRIEF, urls=urls, doors=narrow)
        assert found.foreign_bytes > 1000
        assert {each["door"] for each in found.leaks} <= {f"registry GET {path}" for path in OPEN_DOORS[:2]}
        assert any("bytes of other provinces" in each for each in objections(found, country.world, narrow))

    def test_row_security_alone_is_enough(self, country: Country, narrow: list[Door], tmp_path: Path) -> None:
        with country.careless_registry(tmp_path) as urls:
            found = country.ask(BRIEF, urls=urls, doors=narrow)
        assert (found.foreign_bytes, found.own_canaries_seen > 100) == (0, True)

    def test_the_guard_alone_is_enough(self, country: Country, narrow: list[Door]) -> None:
        with country.row_security_off("schools"):
            found = country.ask(BRIEF, doors=narrow)
        assert (found.foreign_bytes, found.own_canaries_seen > 100) == (0, True)
