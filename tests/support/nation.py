"""A nation of several registries: each province keeps its own, one headquarters reads the feeds of all."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

from tests.support.own_stack import peyvand
from tools.compose.commands import is_well
from tools.compose.stack import ComposeStack, sources_of, the_stack
from tools.demo.plan import TENANT
from tools.demo.state import State, free_port
from tools.demo.tokens import Keys, keys_of
from tools.story.api import Api

PROVINCES = ("IR-03", "IR-21")
FROM_REGISTRIES = {
    "reporting": ("peyvand.registry",),
    "notifications": ("peyvand.registry", "peyvand.registry.pii"),
}


class Visitor(Api):
    """Somebody at headquarters, which signs nobody in itself: signed in at home, believed here."""

    home: Api

    def sign_in(self) -> Api:
        """See Api."""
        self.token = self.home.sign_in().token
        return self


@dataclass
class Nation:
    """The stacks, by their province, and headquarters' own."""

    registries: dict[str, ComposeStack]
    headquarters: ComposeStack

    def office(self, province: str) -> Api:
        """The first account of a province's registry."""
        stack = self.registries[province]
        first = stack.state.read("running.json")["accounts"][0]
        return Api(stack.url, TENANT, first["login"], first["password"])

    def visitor(self, province: str) -> Visitor:
        """The same person at headquarters."""
        visitor = Visitor(self.headquarters.url, TENANT, "", "")
        visitor.home = self.office(province)
        return visitor

    def engine(self, order: str, province: str) -> None:
        """Stop or start every container of a province's registry."""
        names = [each["Name"] for each in self.registries[province].containers(all_of_them=True) if lasting(each)]
        subprocess.run(["docker", order, *names], check=True, capture_output=True, timeout=120)

    def is_well(self, province: str) -> bool:
        """Whether every container of a province's registry is healthy."""
        return all(is_well(each) for each in self.registries[province].containers())


def lasting(container: dict[str, object]) -> bool:
    """Whether it runs for good, other than a job."""
    return not str(container["Service"]).endswith("-migrate")


def source_name(province: str) -> str:
    """What a province's registry calls itself."""
    return f"registry-{province.lower()}"


def sources(service: str, doors: Mapping[str, str]) -> str:
    """What a reader at headquarters reads: its neighbour there, and each province's registry at its door."""
    near = [each for each in json.loads(sources_of(service)) if each["name"] != "registry"]
    far = [
        {"name": source_name(each), "stream": stream, "feed_url": f"http://{doors[each]}"}
        for each in PROVINCES
        for stream in FROM_REGISTRIES[service]
    ]
    return json.dumps([*near, *far])


def machine() -> str:
    """An address of this machine that a container of any network reaches; between machines it is the wire."""
    asked = ["docker", "network", "inspect", "bridge", "--format", "{{json .IPAM.Config}}"]
    said = subprocess.run(asked, check=True, capture_output=True, text=True, timeout=60).stdout
    known = json.loads(said)[0]
    return str(known.get("Gateway") or ip_network(known["Subnet"])[1])


def believed(*keys: Keys) -> dict[str, str]:
    """Whose tokens a stack believes."""
    return {
        "TOKEN_PUBLIC_KEYS": json.dumps({"keys": [key for each in keys for key in json.loads(each.public)["keys"]]})
    }


def start(folder: Path, project: str, profile: str, given: Mapping[str, str], *more: str) -> ComposeStack:
    """One stack as its operator starts it."""
    words = ("--state", str(folder), "--project", project, "--port", str(free_port(set())), "--profile", profile)
    done = peyvand("up", "--demo", *words, *more, given=given)
    assert done.returncode == 0, done.stderr
    return the_stack(folder)


@contextmanager
def own_nation(folder: Path, project: str) -> Iterator[Nation]:
    """Two provinces' registries and a headquarters that reads them, each at its published door; gone afterwards."""
    keys = {each: keys_of(State(folder / each), prefix="peyvand") for each in (*PROVINCES, "hq")}
    ports: set[int] = set()
    for _ in PROVINCES:
        ports.add(free_port(ports))
    doors = {province: f"{machine()}:{port}" for province, port in zip(PROVINCES, sorted(ports), strict=True)}
    feeds = {f"{service.upper()}_SOURCES": sources(service, doors) for service in FROM_REGISTRIES}
    with ExitStack() as ends:
        for each in keys:
            ends.callback(peyvand, "down", "--volumes", "--state", str(folder / each))

        def registry(province: str) -> ComposeStack:
            given = {**believed(keys[province], keys["hq"]), "REGISTRY_NAME": source_name(province)}
            project_there = f"{project}-{province.lower()}"
            return start(folder / province, project_there, "province", given, "--feed", doors[province])

        with ThreadPoolExecutor(len(PROVINCES)) as pool:
            found = dict(zip(PROVINCES, pool.map(registry, PROVINCES), strict=True))
        yield Nation(
            found, start(folder / "hq", f"{project}-hq", "headquarters", {**believed(*keys.values()), **feeds})
        )
