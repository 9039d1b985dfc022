"""What a backup's manifest says of itself is true of the snapshot it holds."""

import psycopg
from psycopg import IsolationLevel

from tests.support.database import Database
from tests.support.loss import instant
from tools.operate.manifest import measure


def test_what_was_written_after_the_snapshot_is_younger_than_the_instant_it_tells(registry_database: Database) -> None:
    """Else one would believe a write to be in the set that is not (the instant was asked for after the dump began)."""
    try:
        with psycopg.connect(registry_database.owner_url) as saving:
            saving.isolation_level = IsolationLevel.REPEATABLE_READ
            saving.execute("SELECT pg_export_snapshot()")
            with psycopg.connect(registry_database.owner_url) as writing:
                row = writing.execute(
                    "INSERT INTO tenants VALUES ('late') RETURNING clock_timestamp()::text"
                ).fetchone()
            told = measure(saving)
        assert row is not None
        assert told.tables["tenants"][0] == 0
        assert instant(told.at) < instant(str(row[0]))
    finally:
        registry_database.truncate()
