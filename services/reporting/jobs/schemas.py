"""Wire shapes of exports and other jobs."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from services.reporting.jobs.models import Job
from services.reporting.kpis.schemas import Known
from shared.kernel.wire import Code, Day, Out, Wire


class ExportIn(Wire):
    """Which figures to export; without codes all of them."""

    id: UUID | None = None
    codes: Annotated[list[Code], Field(max_length=60)] = []
    programme: Code | None = None
    cycle: Code | None = None
    territory: Code | None = None
    at: Day | None = None
    known_at: Known = None

    def params(self, *, lang: str, known_at: datetime | None) -> dict[str, Any]:
        """What the job is told."""
        at: date | None = self.at
        return {
            "codes": [code.upper() for code in self.codes], "programme": self.programme, "cycle": self.cycle,
            "territory": self.territory, "at": at.isoformat() if at else None,
            "known_at": known_at.isoformat() if known_at else None, "lang": lang,
        }  # fmt: skip


class JobIn(Wire):
    """A check or a rebuild that somebody asks for."""

    id: UUID | None = None
    kind: Literal["reconcile", "rebuild"]


class JobOut(Out):
    """How far a job is and what came of it."""

    id: UUID
    kind: str
    state: str
    progress: int
    total: int
    result: dict[str, Any]
    requested_by: str
    requested_at: datetime
    finished_at: datetime | None
    attempts: int
    filename: str | None
    open_actions: list[str]
    download: str | None

    @classmethod
    def of(cls, job: Job) -> "JobOut":
        """The job as its asker sees it."""
        done = job.state == "done" and job.filename is not None
        return cls(
            id=job.id, kind=job.kind, state=job.state, progress=job.progress, total=job.total, result=job.result,
            requested_by=job.requested_by, requested_at=job.requested_at, finished_at=job.finished_at,
            attempts=job.attempts, filename=job.filename, open_actions=["download"] if done else [],
            download=f"/v1/exports/{job.id}/download" if done else None,
        )  # fmt: skip


class JobsOut(Out):
    """The newest jobs."""

    items: list[JobOut]
