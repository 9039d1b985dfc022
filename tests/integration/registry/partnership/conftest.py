"""An open cycle with the administrations of two provinces, made once per module; each test starts from it afresh."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from shared.kernel.clock import know_tenant
from shared.kernel.db import new_engine
from shared.kernel.tenancy import enter
from tests.support.actors import TENANT
from tests.support.database import Database
from tests.support.registry_world import a_world, an_office

BEFORE = datetime(2020, 9, 21, 6, 0, tzinfo=UTC)


def prepare(session: Session) -> None:
    """Open the cycle of 1399 and register the offices."""
    know_tenant(session, TENANT)
    enter(session, tenant=TENANT, province="*")
    a_world(session, now=BEFORE)
    enter(session, tenant=TENANT, province="*")
    an_office(session, now=BEFORE, province="IR", kind="headquarters")
    for province in ("IR-03", "IR-21"):
        an_office(session, now=BEFORE, province=province)


@pytest.fixture(scope="module")
def opened(registry_database: Database) -> Iterator[Connection]:
    """A connection in whose transaction the cycle is open; rolled back after the module."""
    engine = new_engine(registry_database.url, pool_size=1)
    with engine.connect() as connection:
        outer = connection.begin()
        session = Session(bind=connection, join_transaction_mode="create_savepoint")
        prepare(session)
        session.commit()
        session.close()
        yield connection
        outer.rollback()
    engine.dispose()


@pytest.fixture
def session(opened: Connection) -> Iterator[Session]:
    """A session as HQ of the demo tenant in which the cycle is open."""
    savepoint = opened.begin_nested()
    session = Session(bind=opened, expire_on_commit=False, join_transaction_mode="create_savepoint")
    enter(session, tenant=TENANT, province="*")
    yield session
    session.close()
    savepoint.rollback()
