"""The sequencer and the publisher: nothing lost, order kept, numbers dense (I2, I3, I5)."""

import random
import threading
from uuid import UUID

import pytest
import redis
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from shared.kernel.outbox import emit
from shared.kernel.relay import Relay, number_batch, publish_batch, stream_key
from shared.values.ids import new_id
from tests.conftest import NOW
from tests.integration.shared.probe import Probe, said
from tests.support.database import REDIS
from tests.support.wait import eventually

STREAM = "peyvand.registry"


def write(
    sessions: sessionmaker[Session], probe_id: UUID, *, roll_back: bool = False, hold: threading.Event | None = None
) -> None:
    """One change with its event; may be rolled back, may hold its transaction open until told."""
    with sessions() as session:
        session.begin()
        emit(session, said(Probe(session, probe_id)), by=Probe(session, probe_id), now=NOW)
        if hold is not None:
            hold.wait(5)
        if roll_back:
            session.rollback()
        else:
            session.commit()


WAITING = """
SELECT count(*) FROM pg_stat_activity
 WHERE state = 'idle in transaction' AND datname = current_database() AND query LIKE 'INSERT INTO outbox%'
"""


def count(sessions: sessionmaker[Session], statement: str) -> int:
    """A count in a transaction of its own."""
    with sessions.begin() as session:
        return int(session.execute(text(statement)).scalar_one())


def numbered(sessions: sessionmaker[Session]) -> list[tuple[int, UUID, int]]:
    """(feed_seq, aggregate, sequence) of all numbered rows in order."""
    with sessions.begin() as session:
        rows = session.execute(
            text("SELECT feed_seq, aggregate_id, sequence FROM outbox WHERE feed_seq IS NOT NULL ORDER BY feed_seq")
        )
        return [(row[0], row[1], row[2]) for row in rows]


class TestSequencer:
    @pytest.mark.requirement("R-164")
    def test_loses_nothing_with_eight_writers_rollbacks_and_slow_commits(
        self, sessions: sessionmaker[Session], relay_sessions: sessionmaker[Session]
    ) -> None:
        aggregates = [new_id() for _ in range(6)]
        committed: list[UUID] = []
        slow = threading.Event()
        done = threading.Event()

        def writer(seed: int) -> None:
            rng = random.Random(seed)
            for _ in range(25):
                probe_id, fails = rng.choice(aggregates), rng.random() < 0.2
                write(sessions, probe_id, roll_back=fails)
                if not fails:
                    committed.append(probe_id)
            if seed == 0:
                lonely = new_id()
                write(sessions, lonely, hold=slow)
                committed.append(lonely)

        def sequencer() -> None:
            relay = Relay(relay_sessions, source="registry", name="registry")
            while not done.is_set():
                relay.step()

        numbering = threading.Thread(target=sequencer)
        numbering.start()
        writers = [threading.Thread(target=writer, args=(seed,)) for seed in range(8)]
        for each in writers:
            each.start()
        for each in writers[1:]:
            each.join()
        slow.set()
        writers[0].join()
        done.set()
        numbering.join()
        Relay(relay_sessions, source="registry", name="registry").step()

        rows = numbered(sessions)
        assert len(rows) == len(committed)
        assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
        for aggregate in {*aggregates}:
            counts = [row[2] for row in rows if row[1] == aggregate]
            assert counts == list(range(1, len(counts) + 1))

    def test_a_reader_by_row_id_loses_what_the_sequencer_keeps(self, sessions: sessionmaker[Session]) -> None:
        """The naive variant, seen red: an id cursor passes a slow commit by for ever."""
        hold = threading.Event()
        slow, fast = new_id(), new_id()
        thread = threading.Thread(target=write, args=(sessions, slow), kwargs={"hold": hold})
        thread.start()
        eventually(lambda: count(sessions, WAITING) == 1)
        write(sessions, fast)
        with sessions.begin() as session:
            cursor = session.execute(text("SELECT max(id) FROM outbox")).scalar_one()
        hold.set()
        thread.join()
        with sessions.begin() as session:
            late = session.execute(text("SELECT count(*) FROM outbox WHERE id > :c"), {"c": cursor}).scalar_one()
            unseen = session.execute(
                text("SELECT count(*) FROM outbox WHERE aggregate_id = :s"), {"s": slow}
            ).scalar_one()
        assert (late, unseen) == (0, 1)

    def test_four_relays_number_and_publish_once(
        self, sessions: sessionmaker[Session], relay_sessions: sessionmaker[Session]
    ) -> None:
        bus = redis.Redis.from_url(REDIS, protocol=2)
        for _ in range(120):
            write(sessions, new_id())
        relays = [Relay(relay_sessions, source="registry", name="registry", bus=bus) for _ in range(4)]

        def turn(relay: Relay) -> None:
            while relay.step():
                continue

        threads = [threading.Thread(target=turn, args=(relay,)) for relay in relays]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        with relay_sessions.begin() as session:
            key = stream_key(STREAM, session.execute(text("SELECT epoch FROM feed_meta")).scalar_one())
        ids = [int(entry[0].decode().split("-")[0]) for entry in bus.xrange(key)]
        bus.delete(key)
        assert [row[0] for row in numbered(sessions)] == list(range(1, 121))
        assert ids == list(range(ids[0], 121)) and len(set(ids)) == len(ids)

    def test_dying_between_numbering_and_publishing_publishes_later(
        self, sessions: sessionmaker[Session], relay_sessions: sessionmaker[Session]
    ) -> None:
        bus = redis.Redis.from_url(REDIS, protocol=2)
        write(sessions, new_id())
        with relay_sessions.begin() as session:
            assert number_batch(session, STREAM) == 1
        # The process that numbered is gone; another one publishes.
        assert publish_batch(relay_sessions, bus, STREAM, name="registry") == 1
        assert publish_batch(relay_sessions, bus, STREAM, name="registry") == 0
        with relay_sessions.begin() as session:
            bus.delete(stream_key(STREAM, session.execute(text("SELECT epoch FROM feed_meta")).scalar_one()))

    @pytest.mark.requirement("R-164")
    def test_rollback_leaves_no_event(self, sessions: sessionmaker[Session]) -> None:
        write(sessions, new_id(), roll_back=True)
        with sessions.begin() as session:
            assert session.execute(text("SELECT count(*) FROM outbox")).scalar_one() == 0

    def test_works_with_redis_absent(
        self, sessions: sessionmaker[Session], relay_sessions: sessionmaker[Session]
    ) -> None:
        write(sessions, new_id())
        nowhere = redis.Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2)
        relay = Relay(relay_sessions, source="registry", name="registry", bus=nowhere)
        assert relay.step() == 1
        assert [row[0] for row in numbered(sessions)] == [1]

    def test_no_transaction_waits_for_redis(
        self, sessions: sessionmaker[Session], relay_sessions: sessionmaker[Session]
    ) -> None:
        """A Redis whose name cannot be looked up takes longer than a transaction may idle."""
        idle = text(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = current_user AND datname = current_database() "
            "AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()"
        )
        waiting: list[int] = []

        class Slow(redis.Redis):
            """Looks at the database whenever it is asked."""

            def execute_command(self, *words: object, **options: object) -> object:
                with relay_sessions.begin() as session:
                    waiting.append(session.execute(idle).scalar_one())
                return super().execute_command(*words, **options)

        bus = Slow.from_url(REDIS, protocol=2)
        write(sessions, new_id())
        Relay(relay_sessions, source="registry", name="registry", bus=bus).step()
        with relay_sessions.begin() as session:
            key = stream_key(STREAM, session.execute(text("SELECT epoch FROM feed_meta")).scalar_one())
        bus.delete(key)
        assert waiting and set(waiting) == {0}
