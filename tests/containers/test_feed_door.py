"""The door through which headquarters on another machine reads a province's feed: the feed, and nothing else."""

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest

from shared.kernel.feed import HttpFeed
from tests.containers.hardening import faults
from tests.support.nation import believed, source_name
from tests.support.own_stack import operators_stack
from tests.support.wait import eventually
from tools.compose.stack import ComposeStack
from tools.demo.plan import TENANT
from tools.demo.state import LOOPBACK, State, free_port
from tools.demo.tokens import Keys, keys_of, service_token
from tools.story.api import Api, Body

pytestmark = pytest.mark.timeout(900)
STREAM = "peyvand.registry"
FEED = "/internal/v1/feed"


@dataclass
class Door:
    """A province's stack, its door, and who knocks: headquarters, and another province."""

    stack: ComposeStack
    url: str
    headquarters: Keys
    neighbour: Keys

    def office(self) -> Api:
        """The first account of the province."""
        first = self.stack.state.read("running.json")["accounts"][0]
        return Api(self.stack.url, TENANT, first["login"], first["password"])

    def ask(self, token: str = "", *, method: str = "GET", path: str = FEED) -> int:
        """The status of one request at the door."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx2.request(
            method, f"{self.url}{path}", params={"stream": STREAM}, headers=headers, timeout=20
        ).status_code


def token_of(keys: Keys, *streams: str) -> str:
    """A service token for some streams."""
    scopes = [f"feed:read:{stream}" for stream in streams]
    return service_token(keys, name="reporting", scopes=scopes, issued_at=int(time.time()))


@pytest.fixture(scope="module")
def door(alone: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A province that believes itself and headquarters."""
    folder = tmp_path_factory.mktemp("door")
    own, headquarters, neighbour = (
        keys_of(State(folder / name), prefix="peyvand") for name in ("ir-03", "hq", "ir-21")
    )
    given = {**believed(own, headquarters), "REGISTRY_NAME": source_name("IR-03")}
    address = f"{LOOPBACK}:{free_port(set())}"
    more = ("--profile", "province", "--feed", address)
    with operators_stack(folder / "ir-03", f"{alone}-door", *more, given=given) as stack:
        yield Door(stack, f"http://{address}", headquarters, neighbour)


def test_what_is_entered_in_the_province_is_read_through_its_door(door: Door) -> None:
    person: Body = {
        "territory_code": "IR-03", "display_name": "مهمان", "family_name": "مهمان", "language": "fa", "minor": False,
    }  # fmt: skip
    made = door.office().post("/registry/v1/people", person)
    with httpx2.Client(timeout=20) as client:
        feed = HttpFeed(door.url, STREAM, token_of(door.headquarters, STREAM), client)

        def told() -> list[tuple[str, str | None]]:
            page = feed.read(after=0, epoch=None)
            return [(each.source, each.province) for each in page.events if str(each.subject) == made["id"]]

        found = eventually(told, within=60, every=0.5)
    assert found == [("/peyvand/registry-ir-03", "IR-03")]


def test_only_whom_the_province_believes_may_read_and_only_what_it_may(door: Door) -> None:
    assert door.ask(token_of(door.headquarters, STREAM)) == 200
    assert door.ask() == 401
    assert door.ask(token_of(door.neighbour, STREAM)) == 401, "another province's key is no key here"
    assert door.ask(token_of(door.headquarters, "peyvand.reporting")) == 403
    person = door.office().sign_in().token
    assert door.ask(person) == 403, "a person reads no feed"


@pytest.mark.parametrize(
    "path", ["/", "/registry/", "/v1/programmes", "/metrics", "/healthz", f"{FEED}/", "/internal/v1"]
)
def test_nothing_else_is_behind_the_door(door: Door, path: str) -> None:
    assert door.ask(token_of(door.headquarters, STREAM), path=path) == 404


def test_nobody_writes_through_the_door(door: Door) -> None:
    assert door.ask(token_of(door.headquarters, STREAM), method="POST") == 405


def test_the_public_gateway_leads_to_no_feed(door: Door) -> None:
    token = token_of(door.headquarters, STREAM)
    for path in (f"/registry{FEED}", FEED):
        answer = httpx2.get(
            door.stack.url + path, params={"stream": STREAM}, headers={"authorization": f"Bearer {token}"}, timeout=20
        )
        assert answer.status_code == 404


def test_every_container_of_a_province_is_hardened(door: Door) -> None:
    names = [each["Name"] for each in door.stack.containers(all_of_them=True)]
    said = subprocess.run(["docker", "inspect", *names], capture_output=True, text=True, check=True, timeout=60).stdout
    assert any(name.endswith("-feed-gateway-1") for name in names)
    assert faults(json.loads(said)) == []
