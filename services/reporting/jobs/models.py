"""The job row: the truth about a piece of long work; a Celery task is only a nudge to look at it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.db import Fact
from shared.kernel.db import UTC_TIME, scoped_keys


class Job(Fact):
    """One piece of work: who asked for what, how far it is, what came of it."""

    __tablename__ = "jobs"
    __table_args__ = scoped_keys(
        Index("ix_jobs_open", "tenant", "kind", "requested_at", postgresql_where="state IN ('queued', 'running')")
    )
    kind: Mapped[str] = mapped_column(Text, nullable=False)
    state: Mapped[str] = mapped_column(Text, nullable=False)
    progress: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    total: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    params: Mapped[dict[str, Any]] = mapped_column(JSONB, nullable=False, default=dict)
    result: Mapped[dict[str, Any]] = mapped_column(JSONB, nullable=False, default=dict)
    requested_by: Mapped[str] = mapped_column(Text, nullable=False)
    requested_at: Mapped[datetime] = mapped_column(UTC_TIME, nullable=False)
    queued_at: Mapped[datetime] = mapped_column(UTC_TIME, nullable=False)
    finished_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    lease_until: Mapped[datetime | None] = mapped_column(UTC_TIME)
    attempts: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    filename: Mapped[str | None] = mapped_column(Text)
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
