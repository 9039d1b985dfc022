"""Questions about jobs."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, func, or_, select, text
from sqlalchemy.orm import Session

from services.reporting.jobs.lifecycle import Kind, State
from services.reporting.jobs.models import Job
from shared.kernel.auth import Actor
from shared.kernel.problems import Conflict, NotFound
from shared.kernel.tenancy import within


class JobNotFound(NotFound):
    """No such job."""


class ExportNotFound(NotFound):
    """No such export."""


class ExportNotReady(Conflict):
    """The export is not finished yet."""


def find_job(session: Session, *, job_id: UUID, by: Actor) -> Job | None:
    """A job within the actor's reach: national roles see all, a province its own."""
    query = select(Job).where(Job.id == job_id, within(Job, by))
    if not by.national:
        query = query.where(Job.province == by.province)
    return session.scalars(query).one_or_none()


def get_job(session: Session, *, job_id: UUID, by: Actor) -> Job:
    """A job, or JobNotFound."""
    job = find_job(session, job_id=job_id, by=by)
    if job is None:
        raise JobNotFound
    return job


def get_export(session: Session, *, export_id: UUID, by: Actor) -> Job:
    """An export, or ExportNotFound."""
    job = find_job(session, job_id=export_id, by=by)
    if job is None or job.kind != Kind.EXPORT:
        raise ExportNotFound
    return job


def content_of(export: Job) -> tuple[str, bytes]:
    """File name and bytes of a finished export; raises ExportNotReady."""
    if export.state != State.DONE or export.content is None:
        raise ExportNotReady(state=export.state)
    return export.filename or "export.csv", export.content


def list_jobs(session: Session, *, by: Actor, kinds: Sequence[Kind], limit: int = 50) -> list[Job]:
    """The newest jobs within the actor's reach."""
    query = select(Job).where(within(Job, by), Job.kind.in_(kinds)).order_by(Job.id.desc()).limit(limit)
    if not by.national:
        query = query.where(Job.province == by.province)
    return list(session.scalars(query))


def hold_exports(session: Session, *, requested_by: str) -> None:
    """Until the transaction ends nobody else counts or asks for this person's exports."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"export {requested_by}"}
    )


def times_of_exports(session: Session, *, requested_by: str, since: datetime) -> list[datetime]:
    """When this person's exports since a moment were asked for (machine time), the oldest first."""
    wanted = (Job.requested_by == requested_by, Job.kind == Kind.EXPORT, Job.queued_at > since)
    return list(session.scalars(select(Job.queued_at).where(*wanted).order_by(Job.queued_at)))


def due_jobs(session: Session, *, machine: datetime, kinds: Sequence[Kind], older_than_s: int = 0) -> list[UUID]:
    """Jobs nobody works on: queued (for a while), or running with a lease that has ended."""
    query = (
        select(Job.id)
        .where(
            Job.kind.in_(kinds),
            or_(
                and_(Job.state == State.QUEUED, Job.queued_at <= machine - timedelta(seconds=older_than_s)),
                and_(Job.state == State.RUNNING, Job.lease_until < machine),
            ),
        )
        .order_by(Job.id)
        .limit(20)
    )
    return list(session.scalars(query))


def last_finished(session: Session, *, kind: Kind, whole: bool) -> datetime | None:
    """When a job of a kind was last asked for (machine time); `whole` asks for full ones alone."""
    query = select(func.max(Job.queued_at)).where(Job.kind == kind)
    if whole:
        query = query.where(Job.params["share"].astext == "1")
    return session.execute(query).scalar_one()
