"""The run itself: threads that ask for their users, an oracle that reads every byte, and what was found."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tools.isolation.asking import Asker, Question
from tools.isolation.canaries import ids_in, seen_in
from tools.isolation.country import User
from tools.isolation.doors import Door
from tools.isolation.talking import Answer, Talker
from tools.isolation.world import World

THREADS = 4
KEPT_LEAKS = 20
LOCKS_OUT = ("/v1/sign-in", "/sign-in", "/v1/accounts/change-password")
"""Doors that count failures by address: asked from a stranger's address, so that no user of the run is locked out."""


@dataclass
class Findings:
    """What a run has seen."""

    seed: int
    requests: int = 0
    foreign_bytes: int = 0
    own_canaries_seen: int = 0
    status: Counter[int] = field(default_factory=Counter)
    doors: set[str] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)
    watched: set[str] = field(default_factory=set)
    users_with_own: set[str] = field(default_factory=set)
    leaks: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    named: dict[str, set[str]] = field(default_factory=dict)
    seconds: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def name(self, user: User, question: Question) -> None:
        """Remember the ids a user names, before the answer can come back."""
        with self.lock:
            told = self.named.setdefault(user.province, set())
            told |= ids_in(question.target.encode() + (question.body or b""))

    def note(self, user: User, question: Question, answer: Answer, owners: Mapping[str, str]) -> None:
        """Read an answer: every province's word or id in it is the user's own, or a leak.

        An id that somebody of the province has named before may come back to them: they told it themselves.
        """
        found = seen_in(answer.raw)
        for each in ids_in(answer.raw) - self.named.get(user.province, set()):
            if owners.get(each, user.province) != user.province:
                found[owners[each]] = found.get(owners[each], 0) + len(each)
        with self.lock:
            self.requests += 1
            self.status[answer.status] += 1
            self.doors.add(question.door.id)
            if answer.status < 400:
                self.opened.add(question.door.id)
            if answer.status >= 500 and len(self.faults) < KEPT_LEAKS:
                self.faults.append(f"{answer.status} {question.door.id} {question.target[:200]}")
            for code, size in found.items():
                if user.province == "*":
                    self.watched.add(code)
                elif code == user.province:
                    self.own_canaries_seen += 1
                    self.users_with_own.add(user.login)
                else:
                    self.foreign_bytes += size
                    if len(self.leaks) < KEPT_LEAKS:
                        place = {"user": user.login, "role": user.role, "door": question.door.id}
                        self.leaks.append({**place, "target": question.target, "province": code, "bytes": size})

    @property
    def served(self) -> float:
        """The share of answers that let the user in (2xx)."""
        return sum(n for status, n in self.status.items() if 200 <= status < 300) / max(1, self.requests)

    def wire(self) -> dict[str, Any]:
        """The findings as JSON."""
        return {
            "requests": self.requests, "operations": len(self.doors), "operations_opened": len(self.opened),
            "foreign_bytes": self.foreign_bytes, "own_canaries_seen": self.own_canaries_seen,
            "users_with_own": len(self.users_with_own), "provinces_seen_by_headquarters": len(self.watched),
            "served": round(self.served, 3), "server_errors": sum(n for s, n in self.status.items() if s >= 500),
            "status": {str(code): n for code, n in sorted(self.status.items())}, "seed": self.seed,
            "seconds": round(self.seconds, 1), "leaks": self.leaks, "faults": self.faults,
        }  # fmt: skip


def run(
    urls: dict[str, str], world: World, doors: Sequence[Door], *, requests: int, seed: int, tell: Callable[[str], None]
) -> Findings:
    """Ask `requests` random questions of the three services at `urls`, shared by all users."""
    findings = Findings(seed)
    began = time.monotonic()
    users = [each for each in world.users if each.province != "*"]
    watchers = [each for each in world.users if each.province == "*"]
    shares = [users[n::THREADS] for n in range(THREADS)]
    each_asks = -(-requests // max(1, len(users)))

    def work(n: int) -> None:
        talker = Talker(urls)
        for number, user in enumerate(shares[n]):
            _User(user, world, doors, Random(f"{seed} {user.login}"), talker, findings).ask(each_asks)
            if n == 0 and number % 4 == 3:
                tell(f"{findings.requests} requests, {findings.foreign_bytes} foreign bytes")

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(THREADS)))
    for user in watchers:
        _watch(_User(user, world, doors, Random(seed), Talker(urls), findings), world)
    findings.seconds = time.monotonic() - began
    return findings


class _User:
    """One user at the doors."""

    def __init__(
        self, user: User, world: World, doors: Sequence[Door], random: Random, talker: Talker, findings: Findings
    ) -> None:
        self.user, self.talker, self.findings, self.random = user, talker, findings, random
        self.asker = Asker(user, world, random)
        self.doors, self.owners = doors, world.owners()
        number = world.users.index(user)
        self.address = f"10.{number // 250}.{number % 250}.1"
        self.token = ""

    def ask(self, count: int) -> None:
        """So many questions; reads twice as often as writes, every door in its turn."""
        often = [*self.doors, *(each for each in self.doors if each.method == "GET")]
        self.random.shuffle(often)
        for door in itertools.islice(itertools.cycle(often), count):
            self.say(self.asker.ask(door))

    def say(self, question: Question) -> Answer:
        """One request; whose session a request has ended signs in again."""
        self.findings.name(self.user, question)
        answer = self._once(question)
        if answer.status == 401 and question.door.path not in LOCKS_OUT:
            self.token = ""
            answer = self._once(question)
        self.asker.learn(question, answer.status, answer.etag, answer.raw)
        self.findings.note(self.user, question, answer, self.owners)
        return answer

    def _once(self, question: Question) -> Answer:
        if not self.token:
            self.token = self.talker.sign_in(self.user.login, self.address)
        door = question.door
        stranger = f"172.16.{self.random.randrange(250)}.{self.random.randrange(250)}"
        address = stranger if door.path in LOCKS_OUT else self.address
        credentials = {"cookie": f"peyvand_session={self.token}"} if door.page else {}
        credentials = credentials or {"authorization": f"Bearer {self.token}"}
        accept = {"accept": "text/html"} if door.page else {}
        headers = {**question.headers, **credentials, **accept, "x-forwarded-for": address}
        return self.talker.say(door.service, door.method, question.target, question.body, headers)


def _watch(watcher: _User, world: World) -> None:
    """Headquarters read a thing of every province: what the oracle looks for is really there."""
    paths = ("schools", "people", "letters", "pairings", "meetings")
    for code, plural in itertools.product(sorted(world.things), paths):
        door = Door("registry", "GET", f"/v1/{plural}", page=False)
        watcher.say(Question(door, f"/v1/{plural}?province={code}&limit=50", None, {}))
