"""Real PostgreSQL for tests: one database per service and test process, with the unprivileged roles of production."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql
from sqlalchemy import Engine, MetaData, create_engine, text
from sqlalchemy.orm import Session

from shared.kernel.relay import open_feed
from shared.kernel.tenancy import policies_of, scoped_tables

ADMIN = os.environ.get("PEYVAND_TEST_ADMIN_URL", "postgresql://postgres@127.0.0.1:55432/postgres")
REDIS = os.environ.get("PEYVAND_TEST_REDIS_URL", "redis://127.0.0.1:56379/0")
PASSWORD = "only-for-tests"


@dataclass(frozen=True)
class Database:
    """URLs of one test database: application role (no rights beyond rows), relay role, owner."""

    name: str
    url: str
    relay_url: str
    owner_url: str

    def truncate(self) -> None:
        """Empty all tables but keep the feed's epoch."""
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            tables = [
                row[0]
                for row in connection.execute(
                    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' "
                    "AND tablename NOT IN ('alembic_version', 'feed_meta', 'feed_head')"
                )
            ]
            if tables:
                joined = sql.SQL(", ").join(sql.Identifier(table) for table in tables)
                connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(joined))
            connection.execute("UPDATE feed_head SET last_seq = 0")


def _with(url: str, *, user: str | None = None, password: str | None = None, database: str) -> str:
    parts = urlsplit(url)
    host = f"{parts.hostname}:{parts.port or 5432}"
    login = f"{user}:{password}@" if user else (parts.netloc.rpartition("@")[0] + "@" if "@" in parts.netloc else "")
    return urlunsplit(("postgresql", f"{login}{host}", f"/{database}", parts.query, ""))


def _roles(connection: psycopg.Connection) -> None:
    for role in ("peyvand_test_app", "peyvand_test_relay"):
        try:
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB PASSWORD {}").format(
                    sql.Identifier(role), sql.Literal(PASSWORD)
                )
            )
        except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            continue


GRANTS = """
GRANT USAGE ON SCHEMA public TO peyvand_test_app, peyvand_test_relay;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO peyvand_test_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO peyvand_test_app;
REVOKE UPDATE, DELETE, TRUNCATE ON outbox FROM peyvand_test_app;
GRANT SELECT ON outbox, feed_meta TO peyvand_test_relay;
GRANT UPDATE (feed_seq, data) ON outbox TO peyvand_test_relay;
GRANT SELECT, UPDATE ON feed_head TO peyvand_test_relay;
"""


def create_all(engine: Engine, service: str, metadata: list[MetaData]) -> None:
    """Tables, row-level security and feed of a service, straight from its models."""
    with engine.begin() as connection:
        for each in metadata:
            each.create_all(connection)
        for each in metadata:
            for table in scoped_tables(each):
                for statement in policies_of(table.name):
                    connection.execute(text(statement))
        connection.execute(text(GRANTS))
        open_feed(Session(bind=connection), service)


@contextmanager
def new_database(service: str, *, suffix: str = "", from_models: bool = True) -> Iterator[Database]:
    """A fresh database of a service, dropped afterwards. `from_models=False` leaves it empty for migrations."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"t_{os.getpid()}_{worker}_{service}{suffix}"
    with psycopg.connect(ADMIN, autocommit=True) as admin:
        _roles(admin)
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    database = Database(
        name=name,
        url=_with(ADMIN, user="peyvand_test_app", password=PASSWORD, database=name),
        relay_url=_with(ADMIN, user="peyvand_test_relay", password=PASSWORD, database=name),
        owner_url=_with(ADMIN, database=name),
    )
    try:
        if from_models:
            engine = create_engine(database.owner_url.replace("postgresql://", "postgresql+psycopg://", 1))
            create_all(engine, service, import_module(f"services.{service}.tables").all_metadata())
            engine.dispose()
        yield database
    finally:
        with psycopg.connect(ADMIN, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
