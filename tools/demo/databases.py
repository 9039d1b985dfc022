"""The demo's three databases, one per service; nobody reaches a neighbour."""

from collections.abc import Mapping

import psycopg

from shared.kernel.databases import create_database

SERVICES = ("registry", "reporting", "notifications")
REBUILDS = "reporting"
"""Rebuilds its figures in temporary tables; the others need none."""


class ServerRefused(Exception):
    """The administrator's address leads to no server that makes roles and databases for us; the message says why."""


def create_databases(admin_url: str, passwords: Mapping[str, str], *, prefix: str = "peyvand_") -> None:
    """Create or bring up to date all roles and databases. `passwords`: role name to password. Safe to repeat.
    Raises ServerRefused."""
    try:
        for service in SERVICES:
            create_database(
                admin_url, service, passwords, database=f"{prefix}{service}", temporary_tables=service == REBUILDS
            )
    except (psycopg.OperationalError, psycopg.errors.InsufficientPrivilege, psycopg.ProgrammingError) as error:
        said = str(error).strip().splitlines()[0]
        raise ServerRefused(
            f"the administrator's database cannot be used: {said}. Its address must lead to a running PostgreSQL and "
            "a role that may create roles and databases (for a demo: PEYVAND_ADMIN_DATABASE_URL)"
        ) from error
