"""Keeps jobs moving: nudges a Celery worker, does the work itself where nobody comes, asks for the regular checks."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from services.reporting.facts.commands import forget_lags
from services.reporting.jobs.commands import enqueue_job
from services.reporting.jobs.lifecycle import Kind
from services.reporting.jobs.queries import due_jobs, last_finished
from services.reporting.jobs.working import run_due
from shared.kernel.auth import system_actor
from shared.kernel.bus import Consumer
from shared.kernel.clock import business_now, known_tenants, machine_now
from shared.kernel.tenancy import enter

SWEEP_LOCK = 7_105_011
PATIENCE_S = 10
"""How long a queued job waits for a Celery worker before the sweeper does it."""
KEEP_LAGS = timedelta(days=35)
HOURLY, NIGHTLY = timedelta(hours=1), timedelta(hours=24)
ALL = (Kind.EXPORT, Kind.RECONCILE, Kind.REBUILD)


def sweep(
    sessions: sessionmaker[Session],
    consumers: Callable[[], Sequence[Consumer]],
    *,
    nudge: Callable[[], bool] | None = None,
) -> int:
    """One turn: regular checks become jobs, new jobs are announced, old ones are done here. One process at a time."""
    with sessions() as lock_session, lock_session.begin():
        if not lock_session.execute(text("SELECT pg_try_advisory_xact_lock(:k)"), {"k": SWEEP_LOCK}).scalar_one():
            return 0
        waiting = 0
        with sessions.begin() as session:
            tenants = known_tenants(session)
        for tenant in tenants:
            with sessions.begin() as session:
                enter(session, tenant=tenant, province="*")
                enqueue_checks(session, tenant=tenant, machine=machine_now(session))
                waiting += len(due_jobs(session, machine=machine_now(session), kinds=ALL))
    if not waiting:
        return 0
    heard = nudge() if nudge else False
    return run_due(sessions, consumers, kinds=ALL, older_than_s=PATIENCE_S if heard else 0)


def enqueue_checks(session: Session, *, tenant: str, machine: datetime) -> None:
    """Every hour a twentieth of the cells, every night all of them."""
    by, now = system_actor(tenant, "sweeper"), business_now(session)
    whole = last_finished(session, kind=Kind.RECONCILE, whole=True)
    if whole is None or machine - whole >= NIGHTLY:
        enqueue_job(session, kind=Kind.RECONCILE, params={"share": "1"}, by=by, now=now)
        forget_lags(session, before=machine - KEEP_LAGS)
        return
    last = last_finished(session, kind=Kind.RECONCILE, whole=False)
    if last is None or machine - last >= HOURLY:
        enqueue_job(session, kind=Kind.RECONCILE, params={"share": "0.05"}, by=by, now=now)
