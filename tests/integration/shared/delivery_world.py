"""Neighbours that misbehave, for the model of delivery: a bus, a feed, and readers that die when told."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx2
import redis
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.contracts.base import Event
from shared.contracts.envelope import Envelope
from shared.contracts.register import (
    PersonContactPointsChanged,
    PersonErased,
    PersonPreferencesChanged,
    PersonRegistered,
)
from shared.kernel.bus import Subscriber
from shared.kernel.feed import LIMIT, FeedPage, LocalFeed
from tests.conftest import NOW
from tests.integration.shared.probe import Probe

OPEN, PERSONAL = "peyvand.registry", "peyvand.registry.pii"
HEARD, PERSONAL_TYPE = PersonRegistered.event_type, PersonContactPointsChanged.event_type
PEOPLE = [UUID(int=n) for n in range(1, 5)]
HOMES = [("ir-seo", "IR-03"), ("ir-seo", "IR-21"), ("ir-seo", "IR-03"), ("xx-two", "IR-21")]
"""Tenant and province of each aggregate."""

DDL = """
CREATE TABLE model_heard (n bigserial PRIMARY KEY, reader text, stream text, partition text, feedseq bigint,
                          subject uuid, event_id uuid, epoch uuid);
CREATE TABLE model_counted (reader text, stream text, subject uuid, total int, PRIMARY KEY (reader, stream, subject));
GRANT ALL ON model_heard, model_counted TO peyvand_test_app;
GRANT USAGE ON SEQUENCE model_heard_n_seq TO peyvand_test_app;
"""


class Killed(BaseException):
    """Stands for kill -9: nothing may catch it."""


class FakeBus:
    """Redis streams as the kernel uses them, with faults: away, wiped, trimmed, refusing, cut off, lying to readers."""

    def __init__(self) -> None:
        self.entries: dict[str, list[tuple[int, dict[bytes, bytes]]]] = {}
        self.newest: dict[str, int] = {}
        self.away = False
        self.refuse: int | None = None
        self.cut: int | None = None
        self.trick = ""
        self.meanwhile: Callable[[], None] | None = None

    def info(self, _section: str) -> dict[str, object]:
        """What a memory that nobody measures says of itself."""
        return {"used_memory": 0, "maxmemory": 0, "maxmemory_policy": "noeviction"}

    def wipe(self) -> None:
        """FLUSHALL, or a restart without persistence."""
        self.entries, self.newest = {}, {}

    def trim(self) -> None:
        """The older half of every stream goes."""
        self.entries = {key: rows[len(rows) // 2 :] for key, rows in self.entries.items()}

    def xrevrange(self, key: str, count: int) -> list[tuple[bytes, dict[bytes, bytes]]]:
        """The newest entries."""
        self._reach()
        return [(b"%d-0" % number, body) for number, body in reversed(self.entries.get(key, [])[-count:])]

    def xread(self, streams: dict[str, str], count: int, block: int | None) -> list[Any]:
        """Entries after a number, in the shape of RESP2; one `trick` is played on the next answer."""
        self._reach()
        ((key, after),) = streams.items()
        last = int(after.partition("-")[0])
        found = [(b"%d-0" % number, body) for number, body in self.entries.get(key, []) if number > last][:count]
        found = self._tricked(found)
        self._meanwhile()
        return [[key.encode(), found]] if found else []

    def pipeline(self, transaction: bool) -> "FakePipe":
        """A pipeline of XADDs."""
        return FakePipe(self)

    def _reach(self) -> None:
        if self.away:
            raise redis.ConnectionError("away")

    def _meanwhile(self) -> None:
        act, self.meanwhile = self.meanwhile, None
        if act is not None:
            act()

    def _tricked(self, found: list[Any]) -> list[Any]:
        trick, self.trick = self.trick, ""
        if trick == "drop":
            return found[1:] if len(found) < 3 else [found[0], *found[2:]]
        if trick == "double":
            return [each for each in found for _ in range(2)]
        if trick == "shuffle":
            return random.Random(len(found)).sample(found, len(found))
        if trick == "garble":
            return [(number, {b"event": b"{oops"}) for number, _ in found]
        return [] if trick == "silence" else found

    def add(self, key: str, number: int, body: dict[bytes, bytes]) -> str:
        """XADD with an explicit id."""
        if number <= self.newest.get(key, 0):
            raise redis.ResponseError("The ID specified in XADD is equal or smaller than the target stream top item")
        self.entries.setdefault(key, []).append((number, body))
        self.newest[key] = number
        return f"{number}-0"


class FakePipe:
    """Commands kept until `execute`; the connection may break in the middle, single commands may be refused."""

    def __init__(self, bus: FakeBus) -> None:
        self.bus, self.adds = bus, list[tuple[str, int, dict[bytes, bytes]]]()

    def xadd(self, key: str, fields: dict[str, str], *, id: str, maxlen: int, approximate: bool) -> None:
        """Queue one entry."""
        body = {name.encode(): value.encode() for name, value in fields.items()}
        self.adds.append((key, int(id.partition("-")[0]), body))

    def execute(self, *, raise_on_error: bool) -> list[Any]:
        """Run what was queued."""
        bus, results = self.bus, list[Any]()
        bus._meanwhile()
        bus._reach()
        refuse, bus.refuse, cut, bus.cut = bus.refuse, None, bus.cut, None
        for place, (key, number, body) in enumerate(self.adds):
            if place == cut:
                raise redis.ConnectionError("cut off")
            try:
                if place == refuse:
                    raise redis.ResponseError("OOM command not allowed")
                results.append(bus.add(key, number, body))
            except redis.ResponseError as error:
                results.append(error)
        return results


@dataclass
class FakeFeed(LocalFeed):
    """The real journal behind a wire that may be down, or slow enough for others to act meanwhile."""

    away: bool = False
    meanwhile: Callable[[], None] | None = None

    def read(self, *, after: int, epoch: UUID | None, limit: int = LIMIT) -> FeedPage:
        """See Feed.read."""
        if self.away:
            raise httpx2.ConnectError("away")
        page = super().read(after=after, epoch=epoch, limit=limit)
        act, self.meanwhile = self.meanwhile, None
        if act is not None and limit:
            act()
        return page


@dataclass
class Fate:
    """What befalls the readers' handlers: who is poisonous, who dies, who comes in between."""

    poison: set[UUID] = field(default_factory=set)
    at_commit: type[BaseException] | None = None
    inside: Callable[[], None] | None = None


def hearing(name: str, partition: str, fate: Fate) -> Subscriber:
    """A reader that writes down what it hears and counts per aggregate."""
    subscriber = Subscriber(name)

    def hear(session: Session, event: Event, envelope: Envelope) -> None:
        act, fate.inside = fate.inside, None
        if act is not None:
            act()
        if event.subject_id in fate.poison:
            raise ZeroDivisionError
        stream = PERSONAL if type(event).sensitive else OPEN
        keys = {"r": name, "s": stream, "a": event.subject_id}
        row = {"p": partition, "f": envelope.feedseq, "i": envelope.id, "e": envelope.epoch}
        session.execute(
            text(
                "INSERT INTO model_heard (reader, stream, partition, feedseq, subject, event_id, epoch) "
                "VALUES (:r, :s, :p, :f, :a, :i, :e)"
            ),
            keys | row,
        )
        session.execute(
            text(
                "INSERT INTO model_counted VALUES (:r, :s, :a, 1) "
                "ON CONFLICT (reader, stream, subject) DO UPDATE SET total = model_counted.total + 1"
            ),
            keys,
        )

    subscriber.on(PersonRegistered)(hear)
    subscriber.on(PersonContactPointsChanged)(hear)

    @subscriber.after_batch
    def end(_session: Session, _envelopes: object) -> None:
        fault, fate.at_commit = fate.at_commit, None
        if fault is not None:
            raise fault

    return subscriber


def a_probe(session: Session, who: int) -> Probe:
    """The aggregate with its tenant and province."""
    probe = Probe(session, PEOPLE[who])
    probe.tenant, probe.province = HOMES[who]
    probe.territory = f"IR/{probe.province}"
    return probe


def an_event(kind: str, who: int) -> Event:
    """What an aggregate says: heard, personal, passed by, or the erasure of its personal rows."""
    person = PEOPLE[who]
    if kind == "personal":
        return PersonContactPointsChanged(person_id=person, display_name="پروین", language="fa")
    if kind == "erased":
        return PersonErased(person_id=person, erased_at=NOW)
    if kind == "unheard":
        return PersonPreferencesChanged(person_id=person, language="fa")
    return PersonRegistered(person_id=person, minor=False)
