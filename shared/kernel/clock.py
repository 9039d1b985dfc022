"""Two clocks, never mixed: business time (real, or the demo's row) and machine time (the database's clock)."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import structlog
from sqlalchemy import Boolean, Integer, Text, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column, sessionmaker

from shared.kernel.db import UTC_TIME, KernelTable
from shared.kernel.metrics import CLOCK_FAILED, CLOCK_HANDLED
from shared.kernel.problems import Problem
from shared.kernel.tenancy import enter
from shared.kernel.tracing import in_trace

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
            now: datetime = row.now + (machine_now(session) - row.set_at) if row.running else row.now
            return now
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

    `due(session, now, limit)` lists ids whose instant has come; `run(session, id, now)` handles one in a transaction
    of its
    own and must check again that it is still due; `next_at(session)` is the earliest instant of an unhandled row, or
    None.
    All three run within one tenant.
    """

    name: str
    due: Callable[[Session, datetime, int], Sequence[UUID]]
    run: Callable[[Session, UUID, datetime], None]
    next_at: Callable[[Session], datetime | None]


FINGERPRINT = text(
    "SELECT (SELECT now FROM business_clock), (SELECT max(id) FROM outbox), "
    "floor(extract(epoch FROM clock_timestamp()))::bigint"
)


@dataclass
class Sweeper:
    """The clock's loop: looks once, and sweeps only when time or facts have moved since nothing was due."""

    sessions: sessionmaker[Session]
    dues: Sequence[Due]
    seen: object = None

    def step(self) -> int:
        """Handle what is due; returns how many rows were handled."""
        with self.sessions.begin() as session:
            looked = tuple(session.execute(FINGERPRINT).one())
        if looked == self.seen:
            return 0
        handled = sweep(self.sessions, self.dues)
        self.seen = None if handled else looked
        return handled


def sweep(sessions: sessionmaker[Session], dues: Sequence[Due], *, stop: threading.Event | None = None) -> int:
    """Handle everything that is due now, each row in its own transaction; returns how many rows were handled.

    One process at a time (advisory lock), so rows are not run twice; run() checks anyway.
    """
    handled = 0
    with sessions() as lock_session, lock_session.begin():
        if not lock_session.execute(text("SELECT pg_try_advisory_xact_lock(:k)"), {"k": CLOCK_LOCK}).scalar_one():
            return 0
        # The lock waits idle while the rows are handled; a sweep of many rows must not lose it, and die of that.
        lock_session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        with sessions.begin() as session:
            now, tenants = business_now(session), known_tenants(session)
        for tenant in tenants:
            with sessions.begin() as session:
                enter(session, tenant=tenant, province="*")
                found = [(due, row_id) for due in dues for row_id in due.due(session, now, BATCH)]
            for due, row_id in found:
                if stop is not None and stop.is_set():
                    return handled
                with in_trace(None):  # what the clock starts is followed like a request
                    handled += _run(sessions, due, row_id, tenant=tenant, now=now)
    return handled


def _run(sessions: sessionmaker[Session], due: Due, row_id: UUID, *, tenant: str, now: datetime) -> int:
    """One due row in its own transaction; one that cannot be handled stays due, says so, and holds up no other."""
    try:
        with sessions.begin() as session:
            enter(session, tenant=tenant, province="*")
            due.run(session, row_id, now)
    except (Problem, IntegrityError, DataError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        log.exception("clock.failed", due=due.name, id=str(row_id))
        CLOCK_FAILED.labels(due.name).inc()
        return 0
    CLOCK_HANDLED.labels(due.name).inc()
    log.info("clock.handled", due=due.name, id=str(row_id))
    return 1


def next_due(session: Session, dues: Sequence[Due]) -> datetime | None:
    """The earliest business instant at which something becomes due, over all tenants."""
    instants: list[datetime] = []
    for tenant in known_tenants(session):
        enter(session, tenant=tenant, province="*")
        instants += [at for due in dues if (at := due.next_at(session)) is not None]
    return min(instants, default=None)
