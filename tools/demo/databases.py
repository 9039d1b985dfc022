"""The demo's three databases, one per service; nobody reaches a neighbour."""

from collections.abc import Mapping

from shared.kernel.databases import create_database

SERVICES = ("registry", "reporting", "notifications")
REBUILDS = "reporting"
"""Rebuilds its figures in temporary tables; the others need none."""


def create_databases(admin_url: str, passwords: Mapping[str, str], *, prefix: str = "peyvand_") -> None:
    """Create or bring up to date all roles and databases. `passwords`: role name to password. Safe to repeat."""
    for service in SERVICES:
        create_database(
            admin_url, service, passwords, database=f"{prefix}{service}", temporary_tables=service == REBUILDS
        )
