"""A reader at its feed's head is current, however old its last event; one behind is not."""

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from services.reporting.facts.currency import note_current
from services.reporting.kpis.freshness import list_sources
from tests.integration.reporting.conftest import Fold
from tests.integration.reporting.history import TABRIZ, History, hijri


def age(sessions: sessionmaker[Session]) -> int:
    """Seconds since the reader was known to be current."""
    with sessions.begin() as session:
        return list_sources(session)[0].age_seconds


def test_silence_is_not_age_but_being_behind_is(fold: Fold, sessions: sessionmaker[Session]) -> None:
    told = History()
    told.open_cycle(hijri(7, 1))
    consumer = fold(told)
    with sessions.begin() as session:
        session.execute(text("UPDATE consumer_cursors SET moved_at = clock_timestamp() - interval '2 hours'"))
    assert age(sessions) >= 7200
    note_current(sessions, [consumer])
    assert age(sessions) < 60
    with sessions.begin() as session:
        session.execute(text("UPDATE consumer_cursors SET moved_at = clock_timestamp() - interval '2 hours'"))
    told.plan(TABRIZ, hijri(7, 6))
    note_current(sessions, [consumer])
    assert age(sessions) >= 7200
