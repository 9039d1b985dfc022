"""The state machine of delivery: real kernel, real database, and neighbours that do their worst between two steps."""

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import uuid4

import psycopg
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy.orm import Session, sessionmaker

from shared.contracts.base import stream_of
from shared.kernel.bus import TRANSIENT, Consumer
from shared.kernel.feed import EpochChanged
from shared.kernel.outbox import emit
from shared.kernel.relay import Relay, number_batch
from tests.conftest import NOW
from tests.integration.shared.delivery_draws import ENDINGS, FATES, KINDS, RELAY_FAULTS, TURNS, Turn
from tests.integration.shared.delivery_oracle import OWN, Broken, Oracle
from tests.integration.shared.delivery_world import (
    OPEN,
    PEOPLE,
    PERSONAL,
    FakeBus,
    FakeFeed,
    Fate,
    Killed,
    a_probe,
    an_event,
    hearing,
)

ROUNDS = 80
RESET = """
DELETE FROM outbox; DELETE FROM consumer_cursors; DELETE FROM dead_letters; DELETE FROM model_heard;
DELETE FROM model_counted; DELETE FROM probes; UPDATE feed_head SET last_seq = 0
"""
FORGET = "DELETE FROM consumer_cursors; DELETE FROM dead_letters; DELETE FROM model_heard; DELETE FROM model_counted"
READERS = {
    "first": ("probe", OPEN, ""),
    "second": ("probe", OPEN, ""),
    "personal": ("probe", PERSONAL, ""),
    "north": ("split", OPEN, "north"),
    "south": ("split", OPEN, "south"),
}
"""Two processes of one cursor, one reader of the restricted stream, two partitions without a bus."""


@dataclass
class Ground:
    """The database under a machine."""

    owner: psycopg.Connection
    sessions: sessionmaker[Session]
    impatient: sessionmaker[Session]
    """The readers': they give up quickly where another transaction holds a row."""
    relay_sessions: sessionmaker[Session]


class DeliveryMachine(RuleBasedStateMachine):
    """Writers, relays, bus, feed and readers; every step is followed by the oracle, every run by a drain."""

    ground: ClassVar[Ground]
    consumer: ClassVar[type[Consumer]] = Consumer
    feed: ClassVar[type[FakeFeed]] = FakeFeed

    @initialize()
    def begin(self) -> None:
        """An empty journal, an empty bus, fresh processes."""
        self.ground.owner.execute(RESET)
        self.bus, self.fate, self.oracle = FakeBus(), Fate(), Oracle(self.ground.owner)
        self.committed: Counter[tuple[str, str]] = Counter()
        self.held: dict[int, tuple[Session, list[str]]] = {}
        self.erased: set[str] = set()
        self.poisoned = False
        self.epochs = self.away_for = 0
        bus: Any = self.bus
        self.relays = [Relay(self.ground.relay_sessions, source="registry", name="registry", bus=bus) for _ in range(2)]
        self.readers = {name: self._reader(name) for name in READERS}

    def _reader(self, name: str) -> Consumer:
        reader, stream, partition = READERS[name]
        bus: Any = None if partition else self.bus
        return self.consumer(
            hearing(reader, partition, self.fate),
            self.ground.impatient,
            source="registry",
            stream=stream,
            feed=self.feed(self.ground.sessions, stream, "registry"),
            bus=bus,
            partition=partition,
            owns=lambda envelope: envelope.province in OWN[partition],
            block_ms=1 if name == "first" else 0,
        )

    @rule(
        changes=st.lists(st.tuples(st.integers(0, 3), KINDS, ENDINGS), min_size=2, max_size=4),
        relay=st.tuples(st.integers(0, 1), RELAY_FAULTS, st.integers(0, 2)),
        turns=TURNS,
        fate=st.tuples(FATES, st.integers(0, 3)),
    )
    def live(
        self,
        changes: list[tuple[int, list[str], str]],
        relay: tuple[int, str, int],
        turns: list[Turn],
        fate: tuple[str, int],
    ) -> None:
        """A moment of ordinary life: changes, a turn of a relay, turns of readers, each with what befalls it."""
        self._befall(*fate)
        for who, kinds, ending in changes:
            self._write(who, kinds, ending)
        self._relay(*relay)
        for turn in turns:
            self._read(*turn)

    @rule(relay=st.tuples(st.integers(0, 1), RELAY_FAULTS, st.integers(0, 2)), turns=TURNS)
    def catch_up(self, relay: tuple[int, str, int], turns: list[Turn]) -> None:
        """A moment in which nobody writes."""
        self._relay(*relay)
        for turn in turns:
            self._read(*turn)

    def _write(self, who: int, kinds: list[str], ending: str) -> None:
        """One change with its events; it may roll back, or stay open while everything else goes on."""
        if who in self.held:
            return
        session = self.ground.sessions()
        session.begin()
        probe, streams = a_probe(session, who), list[str]()
        for kind in kinds:
            if kind == "personal" and str(PEOPLE[who]) in self.erased:
                continue
            event = an_event(kind, who)
            emit(session, event, by=probe, now=NOW)
            streams.append(stream_of(type(event)))
        self.held[who] = (session, streams)
        if ending != "hold":
            self._finish(who, commit=ending == "commit")

    @precondition(lambda self: self.held)
    @rule(commit=st.booleans())
    def finish(self, commit: bool) -> None:
        """The oldest open transaction ends."""
        self._finish(next(iter(self.held)), commit=commit)

    def _finish(self, who: int, *, commit: bool) -> None:
        session, streams = self.held.pop(who)
        if commit:
            session.commit()
            self.committed.update((stream, str(PEOPLE[who])) for stream in streams)
        session.close()

    def _erase(self, who: int) -> None:
        """A person's names go; the open stream says so."""
        if who in self.held or str(PEOPLE[who]) in self.erased:
            return
        with self.ground.sessions.begin() as session:
            emit(session, an_event("erased", who), by=a_probe(session, who), now=NOW)
        self.committed[OPEN, str(PEOPLE[who])] += 1
        self.erased.add(str(PEOPLE[who]))

    def _relay(self, which: int, fault: str, at: int) -> None:
        """A turn of a relay, which may die between numbering and publishing, or be overtaken by the other."""
        if fault == "dies":
            with self.ground.relay_sessions.begin() as session:
                number_batch(session, OPEN)
            return
        self.bus.cut = at if fault == "cut" else None
        self.bus.refuse = at if fault == "refused" else None
        other = self.relays[1 - which]
        self.bus.meanwhile = (lambda: _idle(other.step())) if fault == "overtaken" else None
        self.relays[which].step()
        self.bus.cut = self.bus.refuse = self.bus.meanwhile = None
        self.away_for -= 1
        self.bus.away = self.away_for > 0

    def _befall(self, what: str, who: int) -> None:
        """An aggregate turns poisonous, all turn sound again, or a person is erased."""
        if what == "poison":
            self.fate.poison.add(PEOPLE[who])
            self.poisoned = True
        elif what == "cure":
            self.fate.poison.clear()
        elif what == "erase":
            self._erase(who)

    @rule(what=st.sampled_from(["wipe", "trim", "away"]))
    def trouble(self, what: str) -> None:
        """Something happens to the bus."""
        if what == "away":
            self.bus.away, self.away_for = True, 3
        else:
            {"wipe": self.bus.wipe, "trim": self.bus.trim}[what]()

    def _read(self, name: str, trick: str, fault: str, between: str) -> None:
        """A turn of a reader, with a lying bus, a death, or others acting in the middle of it."""
        reader = self.readers[name]
        feed = reader.feed
        assert isinstance(feed, FakeFeed)
        self.bus.trick = trick
        self.fate.at_commit = {"killed": Killed, "transient": OSError}.get(fault)
        feed.away = fault == "feed away"
        self._arrange(name, feed, between)
        try:
            self._step(name)
        except Killed:
            self.readers[name] = self._reader(name)
        if fault == "killed after":
            self.readers[name] = self._reader(name)
        self.bus.trick, self.bus.meanwhile = "", None
        self.fate.at_commit = self.fate.inside = feed.meanwhile = None
        feed.away = False

    def _arrange(self, name: str, feed: FakeFeed, between: str) -> None:
        twin = {"first": "second", "second": "first"}.get(name, name)
        acts: dict[str, Callable[[], object]] = {
            "other reader": lambda: self._step(twin),
            "wipe": self.bus.wipe,
            "relay": self.relays[0].step,
            "restore": lambda: self.restore(back=2, rebuilt=True),
        }
        if between == "inside":
            self.fate.inside = lambda: _idle(self._step(twin))
        elif between:
            act = acts[between]
            feed.meanwhile = self.bus.meanwhile = lambda: _idle(act())

    def _step(self, name: str) -> int:
        """One turn; a neighbour being away is waited for, a new epoch stops the reader until it is rebuilt."""
        before = self.epochs
        try:
            return self.readers[name].step()
        except TRANSIENT:
            return 0
        except EpochChanged:
            if before == self.epochs and READERS[name] not in self.oracle.stale():
                raise Broken(f"{name} stopped for no reason") from None
            return 0

    @precondition(lambda self: not self.held and self.epochs < 2)
    @rule(back=st.integers(0, 3), rebuilt=st.booleans())
    def restore(self, back: int, rebuilt: bool) -> None:
        """The registry is restored to an earlier time under a new epoch; readers stop and are made anew."""
        if self.held or self.epochs >= 2:
            return
        self.epochs += 1
        owner = self.ground.owner
        owner.execute("UPDATE feed_meta SET epoch = %s", [uuid4()])
        owner.execute("UPDATE feed_head SET last_seq = greatest(last_seq - %s, 0)", [back])
        owner.execute(
            "DELETE FROM outbox o USING feed_head h WHERE h.stream = o.stream "
            "AND (feed_seq IS NULL OR feed_seq > last_seq)"
        )
        said = owner.execute("SELECT stream, aggregate_id::text, count(*) FROM outbox GROUP BY 1, 2").fetchall()
        self.committed = Counter({(stream, subject): count for stream, subject, count in said})
        gone = owner.execute("SELECT aggregate_id::text FROM outbox WHERE type = 'peyvand.person.erased.v1'").fetchall()
        self.erased = {row[0] for row in gone}
        if rebuilt:
            self.rebuild()

    @precondition(lambda self: self.epochs)
    @rule()
    def rebuild(self) -> None:
        """What readers had made is thrown away; they begin at the floor of the new epoch."""
        self.ground.owner.execute(FORGET)

    @invariant()
    def holds(self) -> None:
        """Every promise, after every step."""
        if hasattr(self, "oracle"):
            self.oracle.check(self.committed)

    def teardown(self) -> None:
        """All faults end; within a bounded number of turns everything is heard or parked."""
        if not hasattr(self, "oracle"):
            return
        failed = sys.exc_info()[0] is not None
        for who in list(self.held):
            self._finish(who, commit=not failed)
        if not failed:
            self._drain()

    def _drain(self) -> None:
        self.bus.away = False
        if self.oracle.stale():
            self.rebuild()
        for _ in range(ROUNDS):
            moved = sum(relay.step() for relay in self.relays) + sum(self._step(name) for name in READERS)
            if not moved and not any(reader.lag() for reader in self.readers.values()):
                break
        seen = self.oracle.check(self.committed)
        self.oracle.check_rest(seen, self.erased, poisoned=self.poisoned, restored=self.epochs > 0)


def _idle(_result: object) -> None:
    """Nothing: a result is thrown away."""
