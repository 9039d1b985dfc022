"""Tables of quotas: the quota of a plan, its slots, its exceptions."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKeyConstraint, Index, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.db import Fact
from shared.kernel.db import UTC_TIME, scoped_keys


def _of_plan() -> ForeignKeyConstraint:
    """A row of a plan lies in the plan's own tenant and province (I-09, I-50)."""
    return ForeignKeyConstraint(
        ["tenant", "province", "plan_id"], ["province_plans.tenant", "province_plans.province", "province_plans.id"]
    )


class Quota(Fact):
    """A quota of the plan: the usual limits, since when the minimum is broken, and when that is said again."""

    __tablename__ = "quotas"
    __table_args__ = scoped_keys(
        UniqueConstraint("tenant", "plan_id", "subject"),
        Index("ix_quotas_reminder", "reminder_at", postgresql_where="reminder_at IS NOT NULL"),
        _of_plan(),
    )

    plan_id: Mapped[UUID] = mapped_column(Uuid)
    quota_id: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    min: Mapped[int]
    max: Mapped[int]
    breached_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    reminder_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    reminders_sent: Mapped[int] = mapped_column(default=0)


class Slot(Fact):
    """A place for one holder. The rows 1…max exist from the start, so two takers of the last one meet on its row."""

    __tablename__ = "province_plan_slots"
    __table_args__ = scoped_keys(
        UniqueConstraint("tenant", "plan_id", "subject", "slot_no"),
        Index("uq_province_plan_slots_holder", "tenant", "plan_id", "subject", "holder_id", unique=True),
        CheckConstraint("(holder_id IS NULL) = (taken_on IS NULL)", name="taken_with_day"),
        CheckConstraint("holder_id IS NOT NULL OR established_on IS NULL", name="established_when_taken"),
        _of_plan(),
    )

    plan_id: Mapped[UUID] = mapped_column(Uuid)
    subject: Mapped[str] = mapped_column(Text)
    slot_no: Mapped[int]
    holder_id: Mapped[UUID | None] = mapped_column(Uuid)
    taken_on: Mapped[date | None] = mapped_column(Date)
    established_on: Mapped[date | None] = mapped_column(Date)


class QuotaException(Fact):
    """Other limits for the days `from_on` to `until_on`, both inclusive, granted by headquarters."""

    __tablename__ = "quota_exceptions"
    __table_args__ = scoped_keys(Index("ix_quota_exceptions_plan", "tenant", "plan_id"), _of_plan())

    plan_id: Mapped[UUID] = mapped_column(Uuid)
    quota_id: Mapped[str] = mapped_column(Text)
    min: Mapped[int]
    max: Mapped[int]
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text)
