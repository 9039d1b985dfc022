"""A service's database and its three roles: the owner migrates, the application reads and writes, the relay numbers."""

from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

DUTIES = ("owner", "app", "relay")


def address(admin_url: str, database: str, role: str, password: str) -> str:
    """The address of one role in one database of the administrator's server."""
    parts = urlsplit(admin_url)
    host = parts.hostname or "127.0.0.1"
    port = f":{parts.port}" if parts.port else ""
    return urlunsplit(("postgresql", f"{role}:{password}@{host}{port}", f"/{database}", parts.query, ""))


def create_database(
    admin_url: str, service: str, passwords: Mapping[str, str], *, database: str, temporary_tables: bool = False
) -> None:
    """Create or bring up to date a service's roles and database. `passwords`: role name to password. Safe to repeat.
    Needs a role that may create roles and databases; it need not be a superuser."""
    owner = f"{service}_owner"
    with psycopg.connect(admin_url, autocommit=True) as connection:
        for duty in DUTIES:
            _create_role(connection, f"{service}_{duty}", passwords[f"{service}_{duty}"])
        _create_database(connection, database, owner)
    with psycopg.connect(address(admin_url, database, owner, passwords[owner])) as connection:
        _grant(connection, database, service, temporary_tables=temporary_tables)


def _create_role(connection: psycopg.Connection[tuple[object, ...]], role: str, password: str) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    if known is None:
        rights = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT PASSWORD {}"
        command = sql.SQL("CREATE ROLE {} " + rights).format(sql.Identifier(role), sql.Literal(password))
    else:
        command = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
    connection.execute(command)


def _create_database(connection: psycopg.Connection[tuple[object, ...]], database: str, owner: str) -> None:
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone():
        return
    # An administrator who is not a superuser must be a member of the owner to give a database away.
    connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(owner)))
    command = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'")
    connection.execute(command.format(sql.Identifier(database), sql.Identifier(owner)))


def _grant(
    connection: psycopg.Connection[tuple[object, ...]], database: str, service: str, *, temporary_tables: bool
) -> None:
    """Run as the owner: close the doors PostgreSQL leaves open, then open those of the application and the relay."""
    names = {
        "database": sql.Identifier(database),
        "app": sql.Identifier(f"{service}_app"),
        "relay": sql.Identifier(f"{service}_relay"),
    }
    for command in (
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {database} TO {app}, {relay}",
        *(["GRANT TEMPORARY ON DATABASE {database} TO {app}"] if temporary_tables else []),
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO {app}, {relay}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {app}",
    ):
        connection.execute(sql.SQL(command).format(**names))


def grant_tables(owner_url: str, service: str) -> None:
    """After a migration, as the owner: the journal is append-only for the application, and the relay may number it."""
    names = {"app": sql.Identifier(f"{service}_app"), "relay": sql.Identifier(f"{service}_relay")}
    with psycopg.connect(owner_url) as connection:
        for command in (
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {app}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app}",
            "REVOKE UPDATE, DELETE ON outbox FROM {app}",
            "REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {app}",
            "GRANT SELECT ON outbox, feed_meta TO {relay}",
            "GRANT UPDATE (feed_seq, data) ON outbox TO {relay}",
            "GRANT SELECT, UPDATE ON feed_head TO {relay}",
        ):
            connection.execute(sql.SQL(command).format(**names))
