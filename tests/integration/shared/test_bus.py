"""Readers: the cursor moves with the effect; duplicates, kills, gaps, poison and two readers are harmless (I4)."""

import threading
from uuid import UUID

import pytest
import redis
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from shared.contracts.envelope import Envelope
from shared.contracts.register import PersonRegistered
from shared.kernel.bus import POISON_AFTER, Consumer, Subscriber
from shared.kernel.feed import LocalFeed
from shared.kernel.relay import Relay, stream_key
from shared.values.ids import new_id
from tests.integration.shared.probe import hearing
from tests.integration.shared.test_outbox_and_relay import STREAM, write
from tests.support.database import REDIS


def a_reader(sessions: sessionmaker[Session], subscriber: Subscriber, bus: redis.Redis | None = None) -> Consumer:
    """A reader of the probe's stream from its own journal, with or without the bus."""
    feed = LocalFeed(sessions, STREAM, "registry")
    return Consumer(subscriber, sessions, source="registry", stream=STREAM, feed=feed, bus=bus, block_ms=20)


def heard(sessions: sessionmaker[Session]) -> list[int]:
    """The numbers that were heard, in order."""
    with sessions.begin() as session:
        return [row[0] for row in session.execute(text("SELECT feedseq FROM heard ORDER BY n"))]


def drain(consumer: Consumer) -> None:
    """Turn a reader until it has nothing left."""
    while consumer.lag():
        consumer.step()


class Killed(BaseException):
    """Stands for kill -9: nothing may catch it."""


class TestConsumer:
    def test_hears_each_event_once_however_often_it_turns(
        self, sessions: sessionmaker[Session], relay_sessions: sessionmaker[Session]
    ) -> None:
        for _ in range(30):
            write(sessions, new_id())
        Relay(relay_sessions, source="registry", name="registry").step()
        for _ in range(3):
            drain(a_reader(sessions, hearing()))
        assert heard(sessions) == list(range(1, 31))

    def test_killed_before_and_after_its_commit(
        self, sessions: sessionmaker[Session], relay_sessions: sessionmaker[Session]
    ) -> None:
        for _ in range(10):
            write(sessions, new_id())
        Relay(relay_sessions, source="registry", name="registry").step()
        dying = hearing()

        @dying.after_batch
        def die(_session: Session, _envelopes: object) -> None:
            raise Killed

        with pytest.raises(Killed):
            a_reader(sessions, dying).step()
        assert heard(sessions) == []  # before the commit: effect and cursor rolled back together
        a_reader(sessions, hearing()).step()  # this one commits; the next process begins at its cursor
        drain(a_reader(sessions, hearing()))
        assert heard(sessions) == list(range(1, 11))

    def test_two_readers_of_one_partition(
        self, sessions: sessionmaker[Session], relay_sessions: sessionmaker[Session]
    ) -> None:
        for _ in range(60):
            write(sessions, new_id())
        Relay(relay_sessions, source="registry", name="registry").step()
        threads = [threading.Thread(target=drain, args=(a_reader(sessions, hearing()),)) for _ in range(2)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert heard(sessions) == list(range(1, 61))

    def test_a_counter_outside_the_cursor_counts_twice(
        self, sessions: sessionmaker[Session], relay_sessions: sessionmaker[Session]
    ) -> None:
        """The naive variant, seen red: an effect committed apart from its cursor is repeated after a kill."""
        write(sessions, new_id())
        Relay(relay_sessions, source="registry", name="registry").step()
        naive = Subscriber("naive")

        @naive.on(PersonRegistered)
        def on_person_registered(_session: Session, event: PersonRegistered, _envelope: Envelope) -> None:
            with sessions.begin() as apart:
                apart.execute(
                    text(
                        "INSERT INTO counted VALUES (:s, 1) "
                        "ON CONFLICT (subject) DO UPDATE SET total = counted.total + 1"
                    ),
                    {"s": event.person_id},
                )
            if kills:
                kills.pop()
                raise Killed

        kills = [True]
        with pytest.raises(Killed):
            a_reader(sessions, naive).step()
        drain(a_reader(sessions, naive))
        with sessions.begin() as session:
            assert session.execute(text("SELECT total FROM counted")).scalar_one() == 2

    def test_redis_wiped_and_restarted_empty_is_refilled_from_the_feed(
        self, sessions: sessionmaker[Session], relay_sessions: sessionmaker[Session]
    ) -> None:
        bus = redis.Redis.from_url(REDIS, protocol=2)
        relay = Relay(relay_sessions, source="registry", name="registry", bus=bus)
        reader = a_reader(sessions, hearing(), bus)
        with relay_sessions.begin() as session:
            key = stream_key(STREAM, session.execute(text("SELECT epoch FROM feed_meta")).scalar_one())
        bus.delete(key)
        for round_no in range(3):
            for _ in range(70):  # more than the tail that is published after a wipe
                write(sessions, new_id())
            relay.step()
            if round_no == 1:
                bus.delete(key)
                relay.step()
            drain(reader)
        with sessions.begin() as session:
            gaps = session.execute(text("SELECT gaps FROM consumer_cursors WHERE reader = 'probe'")).scalar_one()
        bus.delete(key)
        assert heard(sessions) == list(range(1, 211))
        assert gaps > 0

    def test_poison_parks_its_aggregate_only(
        self, sessions: sessionmaker[Session], relay_sessions: sessionmaker[Session]
    ) -> None:
        bad, good = new_id(), new_id()
        for probe_id in (good, bad, good, bad, good):
            write(sessions, probe_id)
        Relay(relay_sessions, source="registry", name="registry").step()
        poisoned: list[UUID] = [bad]
        subscriber = hearing()

        @subscriber.on(PersonRegistered)
        def on_person_registered(_session: Session, event: PersonRegistered, _envelope: Envelope) -> None:
            if event.person_id in poisoned:
                raise ZeroDivisionError

        reader = a_reader(sessions, subscriber)
        for _ in range(POISON_AFTER + 2):
            reader.step()
        drain(reader)
        with sessions.begin() as session:
            parked = session.execute(
                text("SELECT feed_seq, blocked_by IS NOT NULL FROM dead_letters ORDER BY feed_seq")
            ).all()
            pos = session.execute(text("SELECT pos FROM consumer_cursors")).scalar_one()
        assert heard(sessions) == [1, 3, 5]
        assert [tuple(row) for row in parked] == [(2, False), (4, True)]
        assert pos == len(heard(sessions)) + len(parked)
