"""Commands of jobs: enqueue, claim with a lease, tell progress, end."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.reporting.jobs.lifecycle import JOB, Action, Kind, State
from services.reporting.jobs.models import Job
from services.reporting.jobs.queries import find_job, hold_exports, times_of_exports
from shared.kernel.auth import Actor, Grant
from shared.kernel.clock import machine_now
from shared.kernel.problems import TooMany
from shared.values.ids import new_id

LEASE = timedelta(minutes=10)
AN_HOUR = timedelta(hours=1)
MAX_ATTEMPTS = 5


class TooManyExports(TooMany):
    """Too many exports in one hour."""


def allow_export(session: Session, *, by: Actor, most: int) -> None:
    """TooManyExports when a person has asked for `most` in the last hour (machine time); parallel asks add up."""
    hold_exports(session, requested_by=by.principal)
    machine = machine_now(session)
    times = times_of_exports(session, requested_by=by.principal, since=machine - AN_HOUR)
    if len(times) >= most:
        ends = (times[-most] if most else machine) + AN_HOUR
        raise TooManyExports(most=most, retry_after=int((ends - machine).total_seconds()) + 1)


def enqueue_job(
    session: Session, *, kind: Kind, params: dict[str, Any], by: Actor, now: datetime, job_id: UUID | None = None
) -> Job:
    """Ask for a piece of work; asking again with the same id gives the row that is there.

    The asker's roles are kept: the work sees what they could see, and the row is the record of every export.
    """
    if job_id is not None:
        there = find_job(session, job_id=job_id, by=by)
        if there is not None:
            return there
    roles = [{"role": grant.role, "province": grant.province} for grant in by.roles]
    job = Job(
        id=job_id or new_id(),
        tenant=by.tenant,
        province="" if by.national else by.province,
        kind=kind,
        state=JOB.start(Action.ENQUEUE),
        params=params | {"roles": roles, "person_id": str(by.person_id) if by.person_id else None},
        requested_by=by.principal,
        requested_at=now,
        queued_at=machine_now(session),
    )
    session.add(job)
    session.flush()
    return job


def asker_of(job: Job) -> Actor:
    """The actor a job works for."""
    person = job.params.get("person_id")
    roles = tuple(Grant(each["role"], each["province"]) for each in job.params["roles"])
    return Actor(person_id=UUID(person) if person else None, tenant=job.tenant, roles=roles, name=job.requested_by)


def claim_job(session: Session, *, job_id: UUID) -> Job | None:
    """Take a job that nobody works on; None when another was faster. Too many attempts end it as failed."""
    machine = machine_now(session)
    job = session.scalars(select(Job).where(Job.id == job_id).with_for_update(skip_locked=True)).one_or_none()
    if job is None or job.state in (State.DONE, State.FAILED):
        return None
    if job.state == State.RUNNING and job.lease_until is not None and job.lease_until > machine:
        return None
    if job.attempts >= MAX_ATTEMPTS:
        fail_job(session, job_id=job_id, attempt=job.attempts, code="too_many_attempts")
        return None
    job.state = JOB.after(State(job.state), Action.CLAIM)
    job.attempts += 1
    job.lease_until = machine + LEASE
    session.flush()
    return job


def _held(session: Session, job_id: UUID, attempt: int) -> Job | None:
    """The job, if this attempt still holds it: a worker past its lease changes nothing."""
    job = session.scalars(select(Job).where(Job.id == job_id).with_for_update()).one_or_none()
    if job is None or job.attempts != attempt or job.state in (State.DONE, State.FAILED):
        return None
    return job


def report_progress(session: Session, *, job_id: UUID, attempt: int, done: int, total: int) -> None:
    """Say how far it is, and hold it a while longer."""
    job = _held(session, job_id, attempt)
    if job is not None:
        job.progress, job.total, job.lease_until = done, total, machine_now(session) + LEASE


def finish_job(
    session: Session,
    *,
    job_id: UUID,
    attempt: int,
    result: dict[str, Any],
    filename: str | None = None,
    content: bytes | None = None,
) -> None:
    """It is done."""  # fmt: skip
    job = _held(session, job_id, attempt)
    if job is None:
        return
    job.state = JOB.after(State(job.state), Action.FINISH)
    job.result, job.filename, job.content = result, filename, content
    job.progress = job.total = max(job.total, 1)
    job.finished_at, job.lease_until = machine_now(session), None


def fail_job(session: Session, *, job_id: UUID, attempt: int, code: str) -> None:
    """It cannot be done; the code says why."""
    job = _held(session, job_id, attempt)
    if job is None:
        return
    job.state = JOB.after(State(job.state), Action.FAIL)
    job.result = {"error": code}
    job.finished_at, job.lease_until = machine_now(session), None


def give_back_job(session: Session, *, job_id: UUID, attempt: int) -> None:
    """A neighbour is away: let it be tried again later."""
    job = _held(session, job_id, attempt)
    if job is None:
        return
    job.state = JOB.after(State(job.state), Action.GIVE_BACK)
    job.queued_at, job.lease_until = machine_now(session), None
