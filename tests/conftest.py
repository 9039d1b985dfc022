"""Fixtures of all tests: databases per service, sessions that roll back, applications with real databases."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared.kernel.clock import know_tenant
from shared.kernel.db import new_engine, new_sessions
from shared.kernel.tenancy import enter
from tests.support.actors import TENANT, key_pair
from tests.support.database import Database, new_database

NOW = datetime(2020, 10, 12, 6, 0, tzinfo=UTC)
"""Monday 21 Mehr 1399, 09:30 in Tehran: inside the launch window of the demo cycle."""


def pytest_configure(config: pytest.Config) -> None:
    """Marks that carry meaning: requirements and invariants proven by a test."""
    config.addinivalue_line("markers", "requirement(*ids): requirements this test proves")
    config.addinivalue_line("markers", "invariant(*ids): invariants this test proves")
    config.addinivalue_line("markers", "drill: a long exercise of operators; ./peyvand test --drills")


@pytest.fixture
def now() -> datetime:
    """The business instant of a test."""
    return NOW


@pytest.fixture(scope="session")
def registry_database() -> Iterator[Database]:
    """Registry's database of this test process."""
    with new_database("registry") as database:
        yield database


@pytest.fixture(scope="session")
def reporting_database() -> Iterator[Database]:
    """Reporting's database of this test process."""
    with new_database("reporting") as database:
        yield database


@pytest.fixture(scope="session")
def notifications_database() -> Iterator[Database]:
    """Notifications' database of this test process."""
    with new_database("notifications") as database:
        yield database


def _rolled_back(database: Database) -> Iterator[Session]:
    engine = new_engine(database.url, pool_size=1)
    connection = engine.connect()
    outer = connection.begin()
    session = Session(bind=connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
    know_tenant(session, TENANT)
    enter(session, tenant=TENANT, province="*")
    yield session
    session.close()
    outer.rollback()
    connection.close()
    engine.dispose()


@pytest.fixture
def registry_session(registry_database: Database) -> Iterator[Session]:
    """A session as HQ of the demo tenant, rolled back after the test."""
    yield from _rolled_back(registry_database)


@pytest.fixture
def reporting_session(reporting_database: Database) -> Iterator[Session]:
    """A session as HQ of the demo tenant, rolled back after the test."""
    yield from _rolled_back(reporting_database)


@pytest.fixture
def notifications_session(notifications_database: Database) -> Iterator[Session]:
    """A session as HQ of the demo tenant, rolled back after the test."""
    yield from _rolled_back(notifications_database)


def settings_values(database: Database, service: str) -> dict[str, object]:
    """Settings of a service for tests."""
    private, public = key_pair()
    return {
        "environment": "test",
        "database_url": database.url,
        "relay_database_url": database.relay_url,
        "token_private_key": private,
        "token_public_keys": public,
        "demo_clock": True,
        "check_sessions": False,
        "pool_size": 6,
    }


@pytest.fixture(scope="session")
def registry_app(registry_database: Database) -> FastAPI:
    """Registry's application on its test database."""
    from services.registry.app import create_app
    from services.registry.settings import RegistrySettings

    return create_app(RegistrySettings(**settings_values(registry_database, "registry")))


@pytest.fixture
def registry_api(registry_app: FastAPI, registry_database: Database) -> Iterator[TestClient]:
    """HTTP client of registry; what it committed is gone after the test. Business time is NOW."""
    yield from _client(registry_app, registry_database)


@pytest.fixture(scope="session")
def reporting_app(reporting_database: Database) -> FastAPI:
    """Reporting's application on its test database."""
    from services.reporting.app import create_app
    from services.reporting.settings import ReportingSettings

    return create_app(ReportingSettings(**settings_values(reporting_database, "reporting")))


@pytest.fixture
def reporting_api(reporting_app: FastAPI, reporting_database: Database) -> Iterator[TestClient]:
    """HTTP client of reporting; what was committed is gone after the test."""
    yield from _client(reporting_app, reporting_database)


@pytest.fixture(scope="session")
def notifications_app(notifications_database: Database) -> FastAPI:
    """Notifications' application on its test database."""
    from services.notifications.app import create_app
    from services.notifications.settings import NotificationsSettings

    return create_app(NotificationsSettings(**settings_values(notifications_database, "notifications")))


@pytest.fixture
def notifications_api(notifications_app: FastAPI, notifications_database: Database) -> Iterator[TestClient]:
    """HTTP client of notifications; what was committed is gone after the test."""
    yield from _client(notifications_app, notifications_database)


def _client(app: FastAPI, database: Database) -> Iterator[TestClient]:
    from shared.kernel.clock import set_business_now, use_demo_clock

    use_demo_clock(True)

    with app.state.sessions.begin() as session:
        set_business_now(session, now=NOW)
        know_tenant(session, TENANT)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client
    database.truncate()


@pytest.fixture(scope="session")
def registry_engine(registry_database: Database) -> Iterator[Engine]:
    """An engine of registry's test database with the application's role, for tests with real commits."""
    engine = new_engine(registry_database.url, pool_size=12)
    yield engine
    engine.dispose()


@pytest.fixture
def registry_sessions(registry_engine: Engine, registry_database: Database) -> Iterator[object]:
    """Sessions that really commit; all rows are removed after the test."""
    yield new_sessions(registry_engine)
    registry_database.truncate()
