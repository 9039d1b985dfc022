"""The stack in containers as operators' commands see it: its services, its addresses from this machine, its data."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from urllib.parse import urlsplit, urlunsplit

from shared.kernel.databases import DUTIES
from tools.compose.commands import bring_up
from tools.compose.stack import ComposeStack, client_environment
from tools.demo.databases import SERVICES, create_databases
from tools.demo.state import State
from tools.operate.errors import Unfit
from tools.operate.keeper import Command

READERS_FIRST = ("reporting", "notifications", "registry")


class Running:
    """A stack that `./peyvand up` made."""

    def __init__(self, stack: ComposeStack) -> None:
        self.stack = stack
        self.project = stack.environment()["PEYVAND_PROJECT"]

    def compose(self, *words: str) -> str:
        """Run docker compose on it; raises StackFailed."""
        return self.stack.compose(*words, capture=True)

    def services(self) -> list[str]:
        """The services that run, each once."""
        return sorted({str(each["Service"]) for each in self.stack.containers() if each["State"] == "running"})

    def rollable(self) -> Sequence[str]:
        """Ours, in the order of a roll-out: readers before the feeds they read, web processes last (3.10)."""
        ours = [name for name in self.services() if name.split("-")[0] in READERS_FIRST]
        return sorted(ours, key=lambda name: (name.endswith("-api"), READERS_FIRST.index(name.split("-")[0]), name))

    def address(self, service: str) -> str:
        """The address of a service's first container, as this machine reaches it."""
        ids = self.compose("ps", "-q", service).split()
        if not ids:
            raise Unfit(f"{service} does not run; start it with ./peyvand up")
        said = subprocess.run(["docker", "inspect", ids[0]], check=True, capture_output=True, text=True).stdout
        networks = json.loads(said)[0]["NetworkSettings"]["Networks"]
        return next(str(each["IPAddress"]) for each in networks.values() if each["IPAddress"])

    def reachable(self, url: str) -> str:
        """An address of the stack's inside, with the host's name replaced by where this machine finds it."""
        parts = urlsplit(url)
        if not parts.hostname or parts.hostname not in self.services():
            return url
        login = parts.netloc.rpartition("@")[0]
        where = f"{self.address(parts.hostname)}{f':{parts.port}' if parts.port else ''}"
        return urlunsplit(parts._replace(netloc=f"{login}@{where}" if login else where))


class StackKeeper:
    """The data of a stack in containers. See Keeper."""

    def __init__(self, stack: ComposeStack) -> None:
        self.stack = stack
        self.state: State = stack.state
        self.running = Running(stack)
        self.name = f"stack {self.running.project}"

    @cached_property
    def passwords(self) -> dict[str, str]:
        """Role name to password."""
        found = {}
        for service in SERVICES:
            for duty in DUTIES:
                name = f"{service}_database_url" if duty == "app" else f"{service}_{duty}_database_url"
                found[f"{service}_{duty}"] = str(urlsplit(self.stack.secrets.read(name)).password)
        return found

    def admin_url(self, database: str) -> str:
        """See Keeper."""
        url = self.running.reachable(self.stack.secrets.read("admin_database_url"))
        return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))

    def _inside(self, *words: str) -> Command:
        container = self.running.compose("ps", "-q", "postgres").split()[0]
        return ["docker", "exec", "-i", container, *words, "-h", "/tmp", "-U", "postgres"], client_environment()

    def dump(self, service: str, snapshot: str) -> Command:
        """See Keeper."""
        return self._inside("pg_dump", "-d", f"peyvand_{service}", "-Fc", f"--snapshot={snapshot}")

    def load(self, database: str) -> Command:
        """See Keeper."""
        return self._inside("pg_restore", "-d", database, "--exit-on-error")

    @contextmanager
    def at_rest(self, *, only_look: bool = False) -> Iterator[None]:
        """See Keeper."""
        self.running.compose("up", "--detach", "--no-build", "--wait", "postgres")
        if only_look:
            yield
            return
        ours = list(self.running.rollable())
        if ours:
            self.running.compose("stop", *ours)
        yield
        bring_up(self.stack)

    def open_doors(self) -> None:
        """See Keeper."""
        create_databases(self.admin_url("postgres"), self.passwords)

    def run(self, service: str, *words: str) -> None:
        """See Keeper."""
        command = ["python", "-m", f"services.{service}", *words]
        self.running.compose("run", "--rm", "--no-deps", "-T", f"{service}-migrate", *command)
