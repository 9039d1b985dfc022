"""JSON door of exports, checks and rebuilds."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from services.reporting.jobs import commands, queries
from services.reporting.jobs.commands import TooManyExports
from services.reporting.jobs.lifecycle import Kind
from services.reporting.jobs.queries import ExportNotFound, ExportNotReady, JobNotFound
from services.reporting.jobs.schemas import ExportIn, JobIn, JobOut, JobsOut
from services.reporting.kpis.cycles import CycleNotFound
from services.reporting.kpis.definition import Level
from services.reporting.kpis.queries import KpiNotFound, current_cycle, get_kpi
from services.reporting.kpis.reach import TerritoryNotFound, as_reader, reach_of
from shared.kernel.auth import Actor
from shared.kernel.disk import DiskFull, needs_room
from shared.kernel.http import ActorDep, LangDep, NowDep, SessionDep, answer, new_router, problems, require

exports = new_router("exports")
jobs = new_router("jobs")
MAY_EXPORT = ("hq_officer", "hq_viewer", "province_officer")
MAY_OPERATE = ("hq_officer", "tenant_administrator")


def _check(session: Session, wanted: ExportIn, by: Actor) -> datetime | None:
    """Refuse now what could only fail later; returns the knowledge instant."""
    cycle = current_cycle(session, tenant=by.tenant, programme=wanted.programme, cycle=wanted.cycle)
    reach_of(session, by=by, territory=wanted.territory, level=Level.PROVINCE)
    for code in wanted.codes:
        get_kpi(code)
    if wanted.known_at is None or isinstance(wanted.known_at, datetime):
        return wanted.known_at
    return cycle.end_of(wanted.known_at)


@exports.post(
    "",
    status_code=202,
    responses=problems(KpiNotFound, CycleNotFound, TerritoryNotFound, DiskFull, TooManyExports),
    dependencies=[require(*MAY_EXPORT), needs_room],
)
def enqueue_export(
    wanted: ExportIn,
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    lang: LangDep,
    response: Response,
) -> JobOut:
    """Ask for a CSV of figures; it is written as soon as a worker or the sweeper comes."""
    reader = as_reader(actor)
    known_at = _check(session, wanted, reader)
    commands.allow_export(session, by=reader, most=request.app.state.settings.exports_per_hour)
    params = wanted.params(lang=lang, known_at=known_at)
    job = commands.enqueue_job(session, kind=Kind.EXPORT, params=params, by=reader, now=now, job_id=wanted.id)
    answer(response, job)
    return JobOut.of(job)


@exports.get("", dependencies=[require(*MAY_EXPORT)])
def list_exports(session: SessionDep, actor: ActorDep) -> JobsOut:
    """The newest exports within reach."""
    found = queries.list_jobs(session, by=as_reader(actor), kinds=[Kind.EXPORT])
    return JobsOut(items=[JobOut.of(job) for job in found])


@exports.get("/{export_id}", responses=problems(ExportNotFound), dependencies=[require(*MAY_EXPORT)])
def get_export(export_id: UUID, session: SessionDep, actor: ActorDep, response: Response) -> JobOut:
    """How far an export is."""
    job = queries.get_export(session, export_id=export_id, by=as_reader(actor))
    answer(response, job)
    return JobOut.of(job)


@exports.get(
    "/{export_id}/download",
    response_class=Response,
    responses={
        **problems(ExportNotFound, ExportNotReady),
        200: {"content": {"text/csv": {}}, "description": "The file"},
    },
    dependencies=[require(*MAY_EXPORT)],
)
def download_export(export_id: UUID, request: Request, session: SessionDep, actor: ActorDep) -> Response:
    """The file of a finished export."""
    name, content = queries.content_of(queries.get_export(session, export_id=export_id, by=as_reader(actor)))
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


@jobs.post("", status_code=202, dependencies=[require(*MAY_OPERATE)])
def enqueue_job(wanted: JobIn, session: SessionDep, actor: ActorDep, now: NowDep, response: Response) -> JobOut:
    """Ask for a reconciliation of all figures, or for a rebuild from the feeds."""
    job = commands.enqueue_job(
        session, kind=Kind(wanted.kind), params={"share": "1"}, by=actor, now=now, job_id=wanted.id
    )
    answer(response, job)
    return JobOut.of(job)


@jobs.get("", dependencies=[require(*MAY_OPERATE)])
def list_jobs(session: SessionDep, actor: ActorDep) -> JobsOut:
    """The newest checks and rebuilds with what they found."""
    found = queries.list_jobs(session, by=actor, kinds=[Kind.RECONCILE, Kind.REBUILD])
    return JobsOut(items=[JobOut.of(job) for job in found])


@jobs.get("/{job_id}", responses=problems(JobNotFound), dependencies=[require(*MAY_OPERATE)])
def get_job(job_id: UUID, session: SessionDep, actor: ActorDep, response: Response) -> JobOut:
    """How far a check or a rebuild is, and what it found."""
    job = queries.get_job(session, job_id=job_id, by=actor)
    answer(response, job)
    return JobOut.of(job)


router = APIRouter()
router.include_router(exports)
router.include_router(jobs)
