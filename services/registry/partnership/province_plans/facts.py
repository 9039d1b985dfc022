"""A province plan as its events carry it."""

from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from services.registry.partnership.province_plans.models import ProvincePlan
from services.registry.partnership.province_plans.queries import steps_of
from services.registry.partnership.province_plans.rules import CycleRules
from services.registry.partnership.quotas import queries as quotas
from shared.contracts.base import FactHeader
from shared.contracts.partnership import ProvincePlanEvent, ProvincePlanFact, QuotaExceptionFact
from shared.kernel.outbox import emit
from shared.values.partial_dates import PartialDate


def plan_fact(session: Session, plan: ProvincePlan) -> ProvincePlanFact:
    """The plan whole: state, steps, slots, exceptions and flags."""
    holdings, found = quotas.holdings_of(session, plan.id), quotas.list_quotas(session, plan.id)
    return ProvincePlanFact(
        plan_id=plan.id,
        state=plan.state,
        started_on=plan.started_on,
        launched_on=plan.launched_on,
        closed_on=plan.closed_on,
        steps=steps_of(session, plan),
        slots_used={quota.quota_id: len(holdings.get(quota.subject, [])) for quota in found},
        exceptions=tuple(
            QuotaExceptionFact.model_validate(each, from_attributes=True)
            for each in quotas.exemptions_of(session, plan.id)
        ),
        breached={quota.quota_id: quota.breached_at is not None for quota in found},
    )


def say(
    session: Session,
    event: type[ProvincePlanEvent],
    plan: ProvincePlan,
    *,
    rules: CycleRules,
    on: date,
    now: datetime,
    kind: Literal["create", "end"] = "create",
    **more: Any,
) -> None:
    """Emit an event of a plan with the whole plan in it; its fact version is the event's sequence."""
    said = event(
        fact=FactHeader(id=plan.id, version=(plan.sequence or 0) + 1, kind=kind, supersedes=plan.sequence or None),
        effective_on=PartialDate.of_day(rules.definition.system, on),
        plan_id=plan.id,
        plan=plan_fact(session, plan),
        **more,
    )
    emit(session, said, by=plan, now=now)
