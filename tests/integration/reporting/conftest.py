"""Fixtures of reporting's tests: committing sessions, and a reader that folds a history."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy.orm import Session, sessionmaker

from services.reporting.background import subscriber
from shared.kernel.bus import Consumer
from shared.kernel.db import new_engine, new_sessions
from tests.integration.reporting.history import History
from tests.support.database import Database

Fold = Callable[[History], Consumer]


@pytest.fixture(scope="session")
def reporting_engine(reporting_database: Database) -> Iterator[object]:
    """An engine with the application's role."""
    engine = new_engine(reporting_database.url, pool_size=4)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(reporting_engine, reporting_database: Database) -> Iterator[sessionmaker[Session]]:
    """Sessions that really commit; all rows are removed after the test."""
    yield new_sessions(reporting_engine)
    reporting_database.truncate()


@pytest.fixture
def fold(sessions: sessionmaker[Session]) -> Fold:
    """Let the real reader read a history to its end."""

    def read(history: History) -> Consumer:
        consumer = Consumer(subscriber(), sessions, history.source, f"peyvand.{history.source}", history)
        while consumer.step():
            pass
        return consumer

    return read
