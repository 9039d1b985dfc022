"""Two clocks, never mixed: business time (real, or the demo's row) and machine time (the database's clock)."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import structlog
from sqlalchemy import Boolean, Integer, Text, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column, sessionmaker

from shared.kernel.db import UTC_TIME, KernelTable
from shared.kernel.tenancy import enter

log = structlog.get_logger()
CLOCK_LOCK = 7_105_001
BATCH = 200


class BusinessClock(KernelTable):
    """At most one row, in demo mode only: the business instant, standing still until it is set again."""

    __tablename__ = "business_clock"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    now: Mapped[datetime] = mapped_column(UTC_TIME, nullable=False)
    running: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    set_at: Mapped[datetime] = mapped_column(UTC_TIME, nullable=False)


class Tenant(KernelTable):
    """The tenants this database holds rows of; processes without a person visit them one by one."""

    __tablename__ = "tenants"
    code: Mapped[str] = mapped_column(Text, primary_key=True)


class DemoClockOff(LookupError):
    """The demo clock is not switched on in this process."""


class Clock:
    """Business time of one process; `demo` decides whether the database's row may override the real clock."""

    demo = False


def use_demo_clock(on: bool) -> None:
    """Let the row of the database speak for business time in this process."""
    Clock.demo = on


def machine_now(session: Session) -> datetime:
    """The database's clock: leases, expiry, backoff, lag, heartbeats."""
    now: datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    return now


def business_now(session: Session) -> datetime:
    """Business time: the real clock, or in demo mode the instant that was set."""
    if Clock.demo:
        row = session.execute(select(BusinessClock.now, BusinessClock.running, BusinessClock.set_at)).first()
        if row is not None:
            return row.now + (machine_now(session) - row.set_at) if row.running else row.now
    return datetime.now(UTC)


def set_business_now(session: Session, *, now: datetime, running: bool = False) -> None:
    """Set the demo clock of this database."""
    if not Clock.demo:
        raise DemoClockOff
    values = {"now": now, "running": running, "set_at": machine_now(session)}
    session.execute(
        insert(BusinessClock).values(id=1, **values).on_conflict_do_update(index_elements=["id"], set_=values)
    )


def know_tenant(session: Session, tenant: str) -> None:
    """Remember that this database holds rows of a tenant."""
    session.execute(insert(Tenant).values(code=tenant).on_conflict_do_nothing())


def known_tenants(session: Session) -> list[str]:
    """All tenants of this database."""
    return list(session.scalars(select(Tenant.code).order_by(Tenant.code)))


@dataclass(frozen=True)
class Due:
    """One kind of thing that becomes due: how to find the rows, what to do with one, when the next comes.

    `due(session, now, limit)` lists ids whose instant has come; `run(session, id, now)` handles one in a transaction of its
    own and must check again that it is still due; `next_at(session)` is the earliest instant of an unhandled row, or None.
    All three run within one tenant.
    """

    name: str
    due: Callable[[Session, datetime, int], Sequence[UUID]]
    run: Callable[[Session, UUID, datetime], None]
    next_at: Callable[[Session], datetime | None]


def sweep(sessions: sessionmaker[Session], dues: Sequence[Due], *, stop: threading.Event | None = None) -> int:
    """Handle everything that is due now, each row in its own transaction; returns how many rows were handled.

    One process at a time (advisory lock), so rows are not run twice; run() checks anyway.
    """
    handled = 0
    with sessions() as lock_session, lock_session.begin():
        if not lock_session.execute(text("SELECT pg_try_advisory_xact_lock(:k)"), {"k": CLOCK_LOCK}).scalar_one():
            return 0
        with sessions.begin() as session:
            now, tenants = business_now(session), known_tenants(session)
        for tenant in tenants:
            for due in dues:
                handled += _sweep_one(sessions, due, tenant=tenant, now=now, stop=stop)
    return handled


def _sweep_one(
    sessions: sessionmaker[Session], due: Due, *, tenant: str, now: datetime, stop: threading.Event | None
) -> int:
    with sessions.begin() as session:
        enter(session, tenant=tenant, province="*")
        ids = due.due(session, now, BATCH)
    for row_id in ids:
        if stop is not None and stop.is_set():
            return 0
        with sessions.begin() as session:
            enter(session, tenant=tenant, province="*")
            due.run(session, row_id, now)
        log.info("clock.handled", due=due.name, id=str(row_id))
    return len(ids)


def next_due(session: Session, dues: Sequence[Due]) -> datetime | None:
    """The earliest business instant at which something becomes due, over all tenants."""
    instants: list[datetime] = []
    for tenant in known_tenants(session):
        enter(session, tenant=tenant, province="*")
        instants += [at for due in dues if (at := due.next_at(session)) is not None]
    return min(instants, default=None)
