"""The scope that begins a transaction in one message, and connections that are asked only when there is a reason."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from shared.kernel.db import looking, new_engine, new_sessions
from shared.kernel.tenancy import enter
from tests.support.database import Database

SCOPE = text("SELECT current_setting('peyvand.tenant', true), current_setting('peyvand.province', true)")


@pytest.fixture
def single(probe_database: Database) -> Iterator[sessionmaker[Session]]:
    """Sessions of one connection."""
    engine = new_engine(probe_database.url, pool_size=1)
    yield new_sessions(engine)
    engine.dispose()


def test_a_scope_with_any_letters_in_it_holds_until_the_transaction_ends(single: sessionmaker[Session]) -> None:
    for tenant in ("IR", "it's \\ one; --"):
        with single.begin() as session:
            enter(session, tenant=tenant, province="*")
            assert tuple(session.execute(SCOPE).one()) == (tenant, "*")
            enter(session, tenant=tenant, province="IR-03")
            assert tuple(session.execute(SCOPE).one()) == (tenant, "IR-03")
    with single.begin() as session:
        assert tuple(session.execute(SCOPE).one()) == ("", "")


def test_only_a_transaction_that_says_so_is_committed_without_waiting_for_the_disk(
    single: sessionmaker[Session],
) -> None:
    seen = []
    for durable in (False, True):
        with single.begin() as session:
            enter(session, tenant="IR", province="*", durable=durable)
            seen.append(session.execute(text("SHOW synchronous_commit")).scalar_one())

    assert seen == ["off", "on"]


def test_a_look_leaves_no_transaction_and_no_other_manners_behind(single: sessionmaker[Session]) -> None:
    with looking(single) as session:
        assert session.execute(text("SELECT 1")).scalar_one() == 1
    with single.begin() as session:
        enter(session, tenant="IR", province="*")
        assert tuple(session.execute(SCOPE).one()) == ("IR", "*")


def _end(single: sessionmaker[Session], url: str) -> None:
    with single.begin() as session:
        pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))


def test_a_connection_that_ended_in_the_pool_is_replaced(
    single: sessionmaker[Session], probe_database: Database
) -> None:
    _end(single, probe_database.url)

    with single.begin() as session:
        enter(session, tenant="IR", province="*")
        assert session.execute(text("SELECT 1")).scalar_one() == 1


def test_a_connection_that_ends_within_a_transaction_is_a_database_away(
    single: sessionmaker[Session], probe_database: Database
) -> None:
    with pytest.raises(OperationalError), single.begin() as session:
        pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with psycopg.connect(probe_database.url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
        enter(session, tenant="IR", province="*")
