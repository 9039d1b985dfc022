"""Faults of PostgreSQL: restarts, kills, ended sessions, long transactions, poison in the journal (C8, C18, C22)."""

import json
import random
import signal
import uuid
from typing import Any

import psycopg

from tools.chaos.faults.bench import Bench, Fault
from tools.chaos.world import wait_for
from tools.demo.plan import TENANT

SERVICES = ("registry", "reporting", "notifications")
PLANT = """
INSERT INTO outbox (stream, event_id, type, aggregate_type, aggregate_id, sequence, tenant, programme, cycle, province,
                    territory, actor, occurred_at, data)
VALUES ('peyvand.registry', %s, %s, 'chaos', %s, 1, %s, '', '', 'IR-03', '', '{"role": "system"}', now(), %s::jsonb)
"""


def _answers(bench: Bench) -> bool:
    try:
        return bool(bench.world.sql("registry", "SELECT 1"))
    except psycopg.OperationalError:
        return False


def restart(bench: Bench, _dice: random.Random) -> bool:
    """The fast shutdown; the bench starts it again."""
    return bench.kill("postgres", signal.SIGINT) and wait_for(lambda: _answers(bench), 60, every=0.2)


def crash(bench: Bench, _dice: random.Random) -> bool:
    """kill -9 of the postmaster, and recovery."""
    return bench.kill("postgres") and wait_for(lambda: _answers(bench), 60, every=0.2)


def end_sessions(bench: Bench, dice: random.Random) -> bool:
    """pg_terminate_backend of everybody in one database."""
    try:
        ended = bench.world.sql(
            dice.choice(SERVICES),
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        return bool(ended[0][0])
    except psycopg.OperationalError:
        return False


def long_transaction(bench: Bench, dice: random.Random) -> bool:
    """A writer that holds a transaction open, in this database or in another; the feed must not wait for it."""
    service = dice.choice(("registry", "registry", "reporting"))
    try:
        with psycopg.connect(bench.world.dsn(service), connect_timeout=3) as connection:
            connection.execute("SET idle_in_transaction_session_timeout = 0")
            connection.execute("CREATE TEMPORARY TABLE held (n int)")
            connection.execute("SELECT pg_current_xact_id()")
            before = _head(bench)
            bench.hold(dice.uniform(3, 8))
            moved = _head(bench) > before
            connection.rollback()
        return moved
    except psycopg.OperationalError:
        return False


def _head(bench: Bench) -> int:
    found: Any = bench.world.sql("registry", "SELECT last_seq FROM feed_head WHERE stream = 'peyvand.registry'")
    return int(found[0][0])


def poison(bench: Bench, dice: random.Random) -> bool:
    """An event no reader can apply: parked by each, once; or of a type nobody knows: passed by."""
    junk: dict[str, Any] = dice.choice(({}, {"meeting": 7}, {"junk": "x" * 1_000_000}, {"fact": None, "meeting": []}))
    kind = dice.choice(("peyvand.meeting.held.v1", "peyvand.meeting.held.v1", "peyvand.chaos.noted.v1"))
    try:
        bench.world.sql("registry", PLANT, uuid.uuid4(), kind, uuid.uuid4(), TENANT, json.dumps(junk))
    except psycopg.OperationalError:
        return False
    bench.planted += 1
    return True


FAULTS = (
    Fault("C8", "restart PostgreSQL", 6, restart, "postgres"),
    Fault("C8", "kill postmaster", 6, crash, "postgres"),
    Fault("C8", "end all sessions of a database", 55, end_sessions),
    Fault("C18", "poison in the journal", 20, poison),
    Fault("C22", "long transaction", 16, long_transaction, "long transaction"),
)
