"""Parked events: retried in their order once the cause is mended, left out by two people only, never forgotten."""

from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from shared.contracts.envelope import Envelope
from shared.contracts.register import PersonRegistered
from shared.kernel import dead_letters
from shared.kernel.bus import POISON_AFTER, Consumer
from shared.kernel.dead_letters import LetterNotFound, Retried, SecondPersonNeeded, retry, skip
from shared.kernel.letters_command import run_letters
from shared.kernel.relay import Relay
from shared.kernel.service import reader_loops
from shared.values.ids import new_id
from tests.integration.shared.probe import hearing
from tests.integration.shared.test_bus import a_reader, drain, heard
from tests.integration.shared.test_outbox_and_relay import write

Failing = dict[UUID, int]
"""Aggregates that cannot be applied, and from which event number on."""


class Poison(Exception):
    """Carries what must not be read by operators."""


def reading(sessions: sessionmaker[Session], failing: Failing) -> Consumer:
    """A reader whose handler fails for some aggregates."""
    subscriber = hearing()

    @subscriber.on(PersonRegistered)
    def on_person_registered(_session: Session, event: PersonRegistered, envelope: Envelope) -> None:
        if envelope.feedseq >= failing.get(event.person_id, 10_000):
            raise Poison("no such column\n[parameters: +989120000000]")

    return a_reader(sessions, subscriber)


@pytest.fixture
def bad() -> UUID:
    """The aggregate that cannot be applied."""
    return new_id()


@pytest.fixture
def failing(bad: UUID) -> Failing:
    """It fails from its first event on."""
    return {bad: 1}


@pytest.fixture
def reader(
    sessions: sessionmaker[Session], relay_sessions: sessionmaker[Session], bad: UUID, failing: Failing
) -> Consumer:
    """Five events are read: 2, 3 and 5 of the bad aggregate are parked."""
    good = new_id()
    for probe_id in (good, bad, bad, good, bad):
        write(sessions, probe_id)
    Relay(relay_sessions, source="registry", name="registry").step()
    consumer = reading(sessions, failing)
    for _ in range(POISON_AFTER + 2):
        consumer.step()
    drain(consumer)
    assert heard(sessions) == [1, 4]
    return consumer


def letters(sessions: sessionmaker[Session]) -> list[tuple[int, str, bool, int]]:
    """Number, state, whether it waits behind another, attempts."""
    rows = text("SELECT feed_seq, state, blocked_by IS NOT NULL, attempts FROM dead_letters ORDER BY feed_seq")
    with sessions.begin() as session:
        return [(row[0], row[1], row[2], row[3]) for row in session.execute(rows)]


def first_letter(sessions: sessionmaker[Session]) -> int:
    """The id of the event that holds the others up."""
    with sessions.begin() as session:
        return int(session.execute(text("SELECT min(id) FROM dead_letters")).scalar_one())


class TestRetry:
    def test_applies_what_was_held_back_in_its_order(
        self, reader: Consumer, sessions: sessionmaker[Session], failing: Failing
    ) -> None:
        failing.clear()
        assert retry(reader) == Retried(applied=3, parked=0)
        assert heard(sessions) == [1, 4, 2, 3, 5]
        assert {state for _, state, _, _ in letters(sessions)} == {"applied"}
        assert retry(reader) == Retried()

    def test_an_unmended_cause_changes_nothing_but_the_count(
        self, reader: Consumer, sessions: sessionmaker[Session]
    ) -> None:
        assert retry(reader) == Retried(applied=0, parked=3)
        assert heard(sessions) == [1, 4]
        assert letters(sessions) == [(2, "parked", False, 2), (3, "parked", True, 1), (5, "parked", True, 1)]

    def test_stops_at_the_next_one_that_fails(
        self, reader: Consumer, sessions: sessionmaker[Session], bad: UUID, failing: Failing
    ) -> None:
        failing[bad] = 3
        assert retry(reader) == Retried(applied=1, parked=2)
        assert heard(sessions) == [1, 4, 2]
        assert letters(sessions) == [(2, "applied", False, 1), (3, "parked", False, 2), (5, "parked", True, 1)]

    def test_takes_only_what_was_chosen(
        self, reader: Consumer, sessions: sessionmaker[Session], failing: Failing
    ) -> None:
        failing.clear()
        assert retry(reader, fingerprint="another cause") == Retried()
        assert retry(reader, tenant="another-tenant") == Retried()
        assert retry(reader, letter_id=first_letter(sessions)) == Retried(applied=3, parked=0)

    def test_later_events_flow_again(
        self,
        reader: Consumer,
        sessions: sessionmaker[Session],
        relay_sessions: sessionmaker[Session],
        bad: UUID,
        failing: Failing,
    ) -> None:
        failing.clear()
        retry(reader)
        write(sessions, bad)
        Relay(relay_sessions, source="registry", name="registry").step()
        drain(reader)
        assert heard(sessions)[-1] == 6

    def test_a_new_release_retries_by_itself_at_its_start(
        self, reader: Consumer, sessions: sessionmaker[Session], failing: Failing
    ) -> None:
        failing.clear()
        (loop,) = reader_loops([reading(sessions, failing)])
        loop.step()
        assert heard(sessions) == [1, 4, 2, 3, 5]


class TestSkip:
    def test_needs_two_people(self, reader: Consumer, sessions: sessionmaker[Session]) -> None:
        letter = first_letter(sessions)
        with sessions.begin() as session:
            assert skip(session, tenant="ir-seo", letter_id=letter, reason="twice entered", by="one").state == "parked"
        with sessions.begin() as session, pytest.raises(SecondPersonNeeded):
            skip(session, tenant="ir-seo", letter_id=letter, reason="twice entered", by="one")
        with sessions.begin() as session:
            left_out = skip(session, tenant="ir-seo", letter_id=letter, reason="agreed", by="two")
            assert (left_out.state, left_out.skipped_by, left_out.reason) == ("skipped", "one, two", "twice entered")

    def test_what_waited_behind_it_is_retried(
        self, reader: Consumer, sessions: sessionmaker[Session], bad: UUID, failing: Failing
    ) -> None:
        letter = first_letter(sessions)
        for person in ("one", "two"):
            with sessions.begin() as session:
                skip(session, tenant="ir-seo", letter_id=letter, reason="twice entered", by=person)
        failing.clear()
        assert retry(reader) == Retried(applied=2, parked=0)
        assert heard(sessions) == [1, 4, 3, 5]

    def test_another_tenant_does_not_know_it(self, reader: Consumer, sessions: sessionmaker[Session]) -> None:
        with sessions.begin() as session, pytest.raises(LetterNotFound):
            skip(session, tenant="another-tenant", letter_id=first_letter(sessions), reason="x", by="one")


class TestAtTheMachine:
    def test_lists_retries_and_skips(
        self,
        reader: Consumer,
        sessions: sessionmaker[Session],
        failing: Failing,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        assert run_letters(["list"], [reader]) == 0
        listed = capsys.readouterr().out
        assert [line.split()[2] for line in listed.splitlines()] == ["#2", "#3", "#5"]
        assert "no such column" in listed
        assert "+98912" not in listed, "what a database says after its first line may be personal"
        assert run_letters(["retry"], [reader]) == 1
        failing.clear()
        assert run_letters(["retry"], [reader]) == 0
        assert capsys.readouterr().out.splitlines()[-1] == "applied 3, still parked 0"
        with sessions.begin() as session:
            assert session.scalars(dead_letters.waiting()).all() == []
