"""A database with the probe's tables, and a way to read everything it says."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

import shared.kernel.cursors
import shared.kernel.idempotency
import shared.kernel.outbox
import shared.kernel.relay  # noqa: F401 - each declares kernel tables
from shared.kernel.db import KernelTable, new_engine, new_sessions
from tests.integration.shared.probe import DDL
from tests.support.database import Database, create_all, new_database


@pytest.fixture(scope="session")
def probe_database() -> Iterator[Database]:
    """A database with the kernel's tables and the probe's, nothing else."""
    with new_database("registry", suffix="_probe", from_models=False) as database:
        engine = create_engine(database.owner_url.replace("postgresql://", "postgresql+psycopg://", 1))
        create_all(engine, "registry", [KernelTable.metadata])
        engine.dispose()
        with psycopg.connect(database.owner_url, autocommit=True) as connection:
            connection.execute(DDL)
        yield database


@pytest.fixture
def sessions(probe_database: Database) -> Iterator[sessionmaker[Session]]:
    """Sessions that really commit; every row is gone afterwards."""
    engine = new_engine(probe_database.url, pool_size=12)
    yield new_sessions(engine)
    engine.dispose()
    probe_database.truncate()


@pytest.fixture
def relay_sessions(probe_database: Database) -> Iterator[sessionmaker[Session]]:
    """Sessions of the relay's role."""
    engine = new_engine(probe_database.relay_url, pool_size=8)
    yield new_sessions(engine)
    engine.dispose()
