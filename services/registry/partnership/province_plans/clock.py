"""What the clock does with province plans: daily quota checks, weekly quota reminders, launch reminders."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.partnership.province_plans import commands, queries
from services.registry.partnership.quotas import queries as quotas
from shared.kernel.clock import Due


def _check(session: Session, plan_id: UUID, now: datetime) -> None:
    commands.check_quotas_daily(session, plan_id=plan_id, now=now)


def _remind_of_quota(session: Session, quota_row_id: UUID, now: datetime) -> None:
    commands.remind_of_quota(session, quota_row_id=quota_row_id, now=now)


def _remind_of_launch(session: Session, plan_id: UUID, now: datetime) -> None:
    commands.remind_of_launch(session, plan_id=plan_id, now=now)


DUE = [
    Due("province_plans.check_quotas", due=queries.plans_to_check, run=_check, next_at=queries.next_quota_check),
    Due(
        "province_plans.remind_of_quota",
        due=quotas.quotas_to_remind,
        run=_remind_of_quota,
        next_at=quotas.next_reminder_at,
    ),
    Due(
        "province_plans.remind_of_launch",
        due=queries.plans_to_remind,
        run=_remind_of_launch,
        next_at=queries.next_launch_reminder,
    ),
]
