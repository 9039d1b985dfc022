"""Tables of province plans: the plan and the districts it delegated to."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, ForeignKeyConstraint, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.db import Fact
from services.registry.partnership.province_plans.lifecycle import PROVINCE_PLAN, Action, State
from shared.kernel.db import UTC_TIME, scoped_keys


class ProvincePlan(Fact):
    """One province in one cycle; `launch_to` is the launch window's last local day, copied from the pinned definition.

    `quota_check_at` is the next daily check, `quota_news_at` the next one that can find something without a write
    before it: the end of the launch window, the end of an exception.
    """

    __tablename__ = "province_plans"
    __table_args__ = scoped_keys(UniqueConstraint("tenant", "programme", "cycle", "province"))

    state: Mapped[str] = mapped_column(Text)
    started_on: Mapped[date] = mapped_column(Date)
    launched_on: Mapped[date | None] = mapped_column(Date)
    closed_on: Mapped[date | None] = mapped_column(Date)
    launch_to: Mapped[date] = mapped_column(Date)
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    quota_check_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    quota_news_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    launch_reminder_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    launch_reminder_step: Mapped[str | None] = mapped_column(Text)

    def become(self, action: Action) -> None:
        """Go where the action leads; IllegalTransition when it is not open."""
        self.state = PROVINCE_PLAN.after(State(self.state), action)


class DistrictDelegation(Fact):
    """A district that takes part on the province's behalf."""

    __tablename__ = "district_delegations"
    __table_args__ = scoped_keys(
        UniqueConstraint("tenant", "plan_id", "district"),
        ForeignKeyConstraint(
            ["tenant", "province", "plan_id"],
            ["province_plans.tenant", "province_plans.province", "province_plans.id"],
        ),
    )

    plan_id: Mapped[UUID] = mapped_column(Uuid)
    district: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date] = mapped_column(Date)
