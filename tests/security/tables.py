"""Asking PostgreSQL about tables under row-level security, as their owner and as the application."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import psycopg
from psycopg import sql

from shared.kernel.tenancy import scoped_tables
from tests.security.conftest import House
from tests.support.actors import TENANT
from tests.support.database import Database

SCOPED = """
SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
       coalesce((SELECT array_agg(p.cmd ORDER BY p.cmd) FROM pg_policies p WHERE p.tablename = c.relname), '{}'),
       coalesce((SELECT bool_and(p.with_check IS NOT NULL) FROM pg_policies p
                 WHERE p.tablename = c.relname AND p.cmd IN ('INSERT', 'UPDATE')), false)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
  AND 2 = (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('tenant', 'province')
           AND NOT a.attisdropped)
ORDER BY 1
"""


@contextmanager
def as_owner(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """The owner's connection."""
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        yield connection


def exempt(service: str) -> set[str]:
    """Tables whose models say that row-level security is not theirs, with the reason beside it."""
    metadata = import_module(f"services.{service}.tables").all_metadata()
    both = {
        table.name for each in metadata for table in each.sorted_tables if {"tenant", "province"} <= set(table.c.keys())
    }
    return both - {table.name for each in metadata for table in scoped_tables(each)}


def enter_as(app: psycopg.Connection[Any], province: str, tenant: str = TENANT) -> None:
    """Set the scope of the transaction as a request does."""
    app.execute(
        "SELECT set_config('peyvand.tenant', %s, true), set_config('peyvand.province', %s, true)", [tenant, province]
    )


def count(app: psycopg.Connection[Any], table: str, province: str | None = None) -> int:
    """Rows that are seen, of one province or of all."""
    where = sql.SQL("" if province is None else " WHERE province = %s")
    counted = app.execute(
        sql.SQL("SELECT count(*) FROM {}{}").format(sql.Identifier(table), where), [province] if province else []
    ).fetchone()
    return int(counted[0]) if counted else 0


def locked_tables(house: House) -> list[str]:
    """All tables of a service under row-level security."""
    with as_owner(house.database) as owner:
        return [table for (table, *_) in owner.execute(SCOPED).fetchall() if table not in exempt(house.service)]


def rows_of(house: House) -> dict[str, int]:
    """How many rows each table of tenants holds."""
    with as_owner(house.database) as owner:
        return {table: count(owner, table) for table in locked_tables(house)}
