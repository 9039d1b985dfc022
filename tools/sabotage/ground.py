"""A small real stage for one scenario: PostgreSQL, Redis, and just those processes the scenario is about."""

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import redis

from tools.chaos.client import Answer, Client
from tools.chaos.oracles import o3_figures
from tools.chaos.stage import CYCLE, PROGRAMME, people
from tools.chaos.world import ROOT, World, wait_for
from tools.demo.children import die_with_parent
from tools.demo.plan import FIRST_LOGIN
from tools.demo.site import Site
from tools.demo.state import State

READY_WITHIN_S = 240.0
TOMORROW = {"starts_at": "2020-11-04T08:00:00+00:00", "ends_at": "2020-11-04T10:00:00+00:00"}


class Red(AssertionError):
    """The scenario saw a broken promise."""


class Broken(RuntimeError):
    """The scenario itself did not get to its point."""


def must(held: bool, promise: str) -> None:
    """Red unless a promise held."""
    if not held:
        raise Red(promise)


class Ground(World):
    """One scenario's stage; the databases were made anew from a template just before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site = Site.of(State(folder))
        self.ports, self.secrets = self._read("ports.json"), self._read("secrets.json")
        self.children: list[subprocess.Popen[bytes]] = []
        self.points = folder / "failpoints"
        self.points.mkdir(exist_ok=True)
        for left in self.points.iterdir():
            left.unlink()

    def dsn(self, service: str) -> str:
        """The administrator's address of a database."""
        parts = urlsplit(os.environ["PEYVAND_ADMIN_DATABASE_URL"])
        return urlunsplit((parts.scheme, parts.netloc, f"/peyvand_{service}", "", ""))

    @contextmanager
    def bus(self) -> Iterator[redis.Redis]:
        """A client of the bus."""
        client = redis.Redis.from_url(os.environ["REDIS_URL"])
        try:
            yield client
        finally:
            client.close()

    def spawn(self, *parts: str, bus: bool = True) -> "list[subprocess.Popen[bytes]]":
        """Start processes of the product, from the tree this scenario runs in; returns when all are ready."""
        waiting = [(part, *self._launch(part, bus)) for part in parts]
        for part, child, ready in waiting:
            up = wait_for(lambda child=child, ready=ready: ready() or child.poll() is not None, READY_WITHIN_S)  # type: ignore[misc]
            if not up or child.poll() is not None:
                raise Broken(f"{part} did not start:\n{self.words_of(part)}")
        return [child for _part, child, _ready in waiting]

    def _launch(self, part: str, bus: bool) -> "tuple[subprocess.Popen[bytes], Callable[[], bool]]":
        service, _, role = part.partition("-")
        beat = self.folder / f"beat-{part}-{len(self.children)}"
        beat.unlink(missing_ok=True)
        environment = {
            **self.site.environment(service),
            "PEYVAND_FAILPOINTS": str(self.points),
            "PEYVAND_HEARTBEAT_FILE": str(beat),
        }
        if not bus:
            del environment["PEYVAND_REDIS_URL"]
        if role != "web":
            return self._start(part, environment, "-m", f"services.{service}", role), beat.exists
        where = ["--port", str(self.site.ports[service]), "--log-level", "warning"]
        words = ["-m", "uvicorn", "--factory", f"services.{service}.app:create_app", *where]
        return self._start(part, environment, *words), lambda: self._answers(service)

    def _start(self, name: str, environment: dict[str, str], *words: str) -> "subprocess.Popen[bytes]":
        with (self.folder / f"{name}.log").open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, *words], env=environment, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, preexec_fn=die_with_parent(signal.SIGKILL),
            )  # fmt: skip
        self.children.append(child)
        return child

    def mailbox(self) -> "subprocess.Popen[bytes]":
        """Start the mail server and text gateway that keep everything."""
        place = self.folder / "mailbox"
        place.mkdir(exist_ok=True)
        for old in place.iterdir():
            old.unlink()
        environment = {**self.site.base_environment(), "PEYVAND_SMS_KEY": self.site.state.secret("sms_key")}
        ports = ["--port", str(self.ports["mailbox"]), "--smtp-port", str(self.ports["smtp"]), "--folder", str(place)]
        child = self._start("mailbox", environment, "-m", "tools.demo.mailbox", *ports)
        if not wait_for(lambda: self._answers("mailbox"), 30):
            raise Broken("the mailbox did not start")
        return child

    def mails(self) -> int:
        """How many mails have arrived."""
        return len(list((self.folder / "mailbox").glob("*.eml")))

    def _answers(self, service: str) -> bool:
        import httpx2

        try:
            return httpx2.get(f"{self.url(service)}/readyz", timeout=3).status_code == 200
        except httpx2.HTTPError:
            return False

    def words_of(self, name: str) -> str:
        """The end of a process's log."""
        path = self.folder / f"{name}.log"
        return path.read_bytes()[-1500:].decode(errors="replace") if path.exists() else ""

    def client(self, login: str = FIRST_LOGIN, password: str = "") -> Client:
        """Somebody who is signed in."""
        client = Client(self, login=login, password=password or self.secrets["account"])
        if not wait_for(client.sign_in, 20):
            raise Broken("nobody can sign in")
        return client

    def taken(self, point: Path, within: float = 20) -> None:
        """Wait until somebody reached an armed point; Broken when nobody comes by."""
        if not wait_for(lambda: not point.exists(), within):
            raise Broken(f"nobody reached {point.name}")

    def release(self, point: Path) -> None:
        """Let whoever pauses at a point go on."""
        for mark in self.points.glob(f"{point.name}.*"):
            mark.unlink(missing_ok=True)

    def settle(self, *parts: str, within: float = 60) -> None:
        """Wait until every number is given and these readers stand at the head; Red when they never do."""
        service = {"reporting-listener": "reporting", "notifications-listener": "notifications"}

        def rest() -> bool:
            if self.sql("registry", "SELECT count(*) FROM outbox WHERE feed_seq IS NULL")[0][0]:
                return False
            head = self.sql("registry", "SELECT last_seq FROM feed_head WHERE stream = 'peyvand.registry'")[0][0]
            where = "SELECT pos FROM consumer_cursors WHERE stream = 'peyvand.registry' AND reader = %s"
            return all(self.sql(service[part], where, service[part])[0][0] == head for part in parts)

        must(wait_for(rest, within, every=0.1), f"{parts} never reached the head of the feed")

    def figures(self) -> None:
        """Every cell against an independent count."""
        finding = o3_figures.judge(self.dsns)
        must(
            finding.wrong_cells == 0,
            f"{finding.wrong_cells} of {finding.looked_at} cells are wrong: {finding.lines[:2]}",
        )

    def record(self, client: Client, *, key: str = "", **more: Any) -> Answer:
        """A workshop that was held: one fact, one cell."""
        body = {**self.meeting(), "id": str(uuid.uuid4()), "held_on": "2020-10-12", **more}
        body = {name: value for name, value in body.items() if value is not None}
        return client.ask("POST", "/v1/meetings/record", body=body, idempotency_key=key or str(uuid.uuid4()))

    def schedule(self, client: Client) -> str:
        """A meeting of tomorrow with one guest: one mail."""
        made = client.must("POST", "/v1/meetings", body=self.meeting(), idempotency_key=str(uuid.uuid4()))
        path, headers = f"/v1/meetings/{made['id']}/schedule", {"idempotency_key": str(uuid.uuid4()), "if_match": '"1"'}
        client.must("POST", path, body=TOMORROW, **headers)
        return str(made["id"])

    def meeting(self) -> dict[str, Any]:
        """A meeting's plain facts."""
        guest = {"person_id": people()[0].id, "category": "member"}
        return {
            "programme": PROGRAMME, "cycle": CYCLE, "province": "IR-03", "kind": "experience_workshop",
            "title": "کارگاه", "mode": "in_person", "invitees": [guest],
        }  # fmt: skip

    def deliveries(self, meeting: str) -> list[str]:
        """The states of a meeting's messages."""
        rows = self.sql("notifications", "SELECT state FROM deliveries WHERE subject_id = %s ORDER BY id", meeting)
        return [row[0] for row in rows]

    def stop(self) -> None:
        """End every process of this scenario."""
        for child in self.children:
            child.kill()
        for child in self.children:
            child.wait()


def plain(value: object) -> str:
    """A line of JSON."""
    return json.dumps(value, ensure_ascii=False)
