"""A sweep that takes longer than an idle transaction may last keeps its lock and ends well."""

import time
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session, sessionmaker

from shared.kernel.clock import CLOCK_LOCK, Due, know_tenant, sweep
from tests.support.actors import TENANT


@pytest.fixture
def impatient(sessions: sessionmaker[Session]) -> sessionmaker[Session]:
    """Sessions whose server ends a transaction that was idle for half a second."""
    engine = sessions.kw["bind"]
    assert isinstance(engine, Engine)

    @event.listens_for(engine, "connect")
    def hurry(connection: object, _record: object) -> None:
        connection.execute("SET idle_in_transaction_session_timeout = 500")  # type: ignore[attr-defined]
        connection.commit()  # type: ignore[attr-defined]

    return sessions


def test_a_long_sweep_keeps_its_lock(impatient: sessionmaker[Session]) -> None:
    held: list[bool] = []

    def due(_session: Session, _now: datetime, _limit: int) -> Sequence[UUID]:
        return [UUID(int=1)] if not held else []

    def run(session: Session, _row: UUID, _now: datetime) -> None:
        until = time.monotonic() + 1.2
        while time.monotonic() < until:  # work, as the server sees it: many short statements
            session.execute(text("SELECT pg_sleep(0.05)"))
        free = session.execute(text("SELECT pg_try_advisory_xact_lock(:k)"), {"k": CLOCK_LOCK}).scalar_one()
        held.append(not free)

    with impatient.begin() as session:
        know_tenant(session, TENANT)
    assert sweep(impatient, [Due("probe", due, run, lambda _session: None)]) == 1
    assert held == [True]
