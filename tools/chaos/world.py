"""A running bench seen from the campaign: its databases, its bus, its processes, its proxy, its failpoints."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import psycopg
import redis

from tools.demo.children import die_with_parent
from tools.demo.postgres import ADMIN
from tools.demo.stack import Stack, stack
from tools.demo.state import LOOPBACK

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "tools.chaos.stand")


class World:
    """Everything faults and oracles need, read from the bench's state folder; nothing of it passes the proxy."""

    def __init__(self, running: Stack) -> None:
        self.stack = running
        self.folder = running.state_dir
        self.ports: dict[str, int] = self._read("ports.json")
        self.secrets: dict[str, str] = self._read("secrets.json")

    def _read(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text())

    def dsn(self, service: str) -> str:
        """The administrator's address of a service's database."""
        where = f"{LOOPBACK}:{self.ports['postgres']}"
        return f"postgresql://{ADMIN}:{self.secrets['postgres']}@{where}/peyvand_{service}"

    @property
    def dsns(self) -> dict[str, str]:
        """The three of them."""
        return {service: self.dsn(service) for service in ("registry", "reporting", "notifications")}

    def sql(self, service: str, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Run one statement as administrator, past row-level security; the rows, if there are any."""
        with psycopg.connect(self.dsn(service), autocommit=True, connect_timeout=3) as connection:
            cursor = connection.execute(cast(Any, statement), values or None)
            return cursor.fetchall() if cursor.description else []

    def url(self, service: str) -> str:
        """A service's own address."""
        return f"http://{LOOPBACK}:{self.ports[service]}"

    @contextmanager
    def bus(self) -> Iterator[redis.Redis]:
        """A client of the bus."""
        client = redis.Redis(
            host=LOOPBACK, port=self.ports["valkey"], password=self.secrets["valkey"], socket_timeout=3
        )
        try:
            yield client
        finally:
            client.close()

    def pid(self, part: str) -> int | None:
        """The process of a part if it lives; None while it is being started again."""
        pid = self.stack.pids.get(part)
        return pid if pid is not None and is_alive(pid) else None

    def signal(self, part: str, number: signal.Signals) -> int | None:
        """Send a signal to a part; its pid, None when it did not live."""
        pid = self.pid(part)
        if pid is not None:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                return None
        return pid

    def order(self, link: str, do: str, **more: Any) -> int:
        """Give the proxy one order; returns how many connections it met."""
        with socket.create_connection((LOOPBACK, self.ports["lab-control"]), timeout=5) as control:
            control.sendall(json.dumps({"link": link, "do": do, **more}).encode() + b"\n")
            answer = json.loads(control.makefile().readline())
        return int(answer["met"])

    def kept_mail(self) -> Path:
        """The folder with every mail and text received so far, as the mail server and the text gateway keep them."""
        return self.folder / "mailbox"

    def keep_logs(self, to: Path) -> None:
        """Copy what every process wrote."""
        shutil.copytree(self.folder / "logs", to, dirs_exist_ok=True)

    @property
    def links(self) -> list[str]:
        """The names of all proxied ways."""
        return sorted(
            name.removeprefix("lab-") for name in self.ports if name.startswith("lab-") if "control" not in name
        )

    def arm(self, point: str, what: str = "kill") -> Path:
        """Arm a failpoint; the file vanishes when somebody reaches it."""
        path = self.folder / "failpoints" / point
        fresh = path.with_name(f"{point}.new")
        fresh.write_text(what)
        fresh.rename(path)
        return path

    def twin(self, part: str) -> "subprocess.Popen[bytes]":
        """Start a second process of a part."""
        recipe = self._read("recipes.json")[part]
        environment = {**recipe["environment"]}
        environment.pop("PEYVAND_HEARTBEAT_FILE", None)
        log = (self.folder / "logs" / f"{part}-twin.log").open("ab")
        with log:
            return subprocess.Popen(
                recipe["command"],
                env=environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )


def is_alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for(question: Callable[[], bool], within: float, every: float = 0.05) -> bool:
    """Ask until the answer is yes or the time is over; returns the last answer."""
    until = time.monotonic() + within
    while not question():
        if time.monotonic() > until:
            return False
        time.sleep(every)
    return True


@contextmanager
def world(folder: Path | None = None, *, command: tuple[str, ...] = COMMAND) -> Iterator[World]:
    """A bench in `folder`, or in one of its own that is removed at the end."""
    own = folder is None
    place = Path(tempfile.mkdtemp(prefix="peyvand-chaos-")) if folder is None else folder
    try:
        with stack(place, command=command, options=(), within=400.0) as running:
            yield World(running)
    finally:
        if own:
            shutil.rmtree(place, ignore_errors=True)
