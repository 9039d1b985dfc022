"""The three services on databases made by their migrations, each with one of everything in a province."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from uuid import UUID

import psycopg
import pytest
import structlog
from fastapi import FastAPI
from starlette.testclient import TestClient

from shared.kernel.migrate import upgrade
from tests.conftest import settings_values
from tests.security import world
from tests.security.routes import SERVICES, Operation, operations_of
from tests.support.database import GRANTS, Database, new_database


@dataclass(frozen=True)
class House:
    """One running service: its database, application, client, things by the names of their addresses, document."""

    service: str
    database: Database
    app: FastAPI
    client: TestClient
    things: dict[str, UUID | str]
    document: dict[str, Any]


@contextmanager
def migrated(service: str, suffix: str) -> Iterator[Database]:
    """A database as production makes it: migrated by its owner, used by a role without rights of its own."""
    with new_database(service, suffix=suffix, from_models=False) as database:
        upgrade(service, database.owner_url)
        with psycopg.connect(database.owner_url, autocommit=True) as owner:
            owner.execute(GRANTS)
        yield database


def app_on(database: Database, service: str, **changes: Any) -> FastAPI:
    """The application of a service on a database."""
    settings = getattr(import_module(f"services.{service}.settings"), f"{service.capitalize()}Settings")
    app: FastAPI = import_module(f"services.{service}.app").create_app(
        settings(**settings_values(database, service) | changes)
    )
    return app


@contextmanager
def open_house(service: str, suffix: str) -> Iterator[House]:
    """A service with its things."""
    with migrated(service, suffix) as database:
        app = app_on(database, service)
        things = world.NAMES[service] | getattr(world, f"settle_{service}")(app)
        with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
            yield House(service, database, app, client, things, app.openapi())
        app.state.engine.dispose()


@pytest.fixture(scope="session", autouse=True)
def _plain_logs() -> Iterator[None]:
    """A fault's trace is short, as in production: the colourful one takes a minute to draw."""
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
        logger_factory=structlog.ReturnLoggerFactory(),
    )
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def houses() -> Iterator[dict[str, House]]:
    """All three services; tests here do not change what they find, so one set serves all."""
    with ExitStack() as stack:
        yield {service: stack.enter_context(open_house(service, "_security")) for service in SERVICES}


def all_operations() -> list[Operation]:
    """Every route of the three applications, without a database behind them."""
    nowhere = Database("", *["postgresql://nobody@127.0.0.1:1/none"] * 3)
    return [each for service in SERVICES for each in operations_of(app_on(nowhere, service), service)]
