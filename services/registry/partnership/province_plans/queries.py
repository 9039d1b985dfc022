"""Questions about province plans, each guarded by the asking actor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.registry.governance.directives import queries as directives
from services.registry.governance.letters import queries as letters
from services.registry.partnership.province_plans.lifecycle import ACTIVE, PROVINCE_PLAN, Action, State
from services.registry.partnership.province_plans.models import DistrictDelegation, ProvincePlan
from services.registry.partnership.province_plans.rules import CycleRules
from services.registry.partnership.quotas import queries as quotas
from services.registry.partnership.quotas.rules import Exemption
from services.registry.programme.cycles.queries import cycle_named
from services.registry.programme.programmes.queries import definition_of
from shared.kernel.auth import Actor
from shared.kernel.problems import NotFound
from shared.kernel.tenancy import within


class ProvincePlanNotFound(NotFound):
    """No such province plan."""


@dataclass(frozen=True)
class PlanView:
    """A plan with its steps, slots, exceptions and districts."""

    plan: ProvincePlan
    steps: dict[str, date | None]
    slots: list[quotas.SlotsView]
    exceptions: list[Exemption]
    districts: Sequence[DistrictDelegation]
    open_actions: list[str]


class OfCycle(Protocol):
    """Anything that belongs to a cycle of a programme."""

    tenant: str
    programme: str
    cycle: str


def cycle_rules(session: Session, *, tenant: str, programme: str, cycle: str) -> CycleRules:
    """The pinned definition and the days of a cycle; 404 when there is no such cycle."""
    found = cycle_named(session, tenant=tenant, programme=programme, cycle=cycle)
    definition = definition_of(session, tenant=tenant, programme=programme, version=found.definition_version)
    return CycleRules(definition=definition, from_on=found.from_on, to_on=found.to_on, state=found.state)


def rules_for(session: Session, row: OfCycle) -> CycleRules:
    """The rules of the cycle a row belongs to."""
    return cycle_rules(session, tenant=row.tenant, programme=row.programme, cycle=row.cycle)


def get_plan(session: Session, plan_id: UUID, *, by: Actor, lock: bool = False) -> ProvincePlan:
    """The plan; ProvincePlanNotFound (404) when there is none within the actor's reach.

    With `lock` the row is held until the transaction ends: everything that moves a plan's slots waits for it, so the
    order of locks is always plan, slot, holder.
    """
    statement = select(ProvincePlan).where(ProvincePlan.id == plan_id, within(ProvincePlan, by))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    plan = session.scalar(statement)
    if plan is None:
        raise ProvincePlanNotFound
    return plan


def find_plan(session: Session, *, tenant: str, programme: str, cycle: str, province: str) -> ProvincePlan | None:
    """The plan of a province in a cycle, None when it has not started."""
    return session.scalar(
        select(ProvincePlan).where(
            ProvincePlan.tenant == tenant,
            ProvincePlan.programme == programme,
            ProvincePlan.cycle == cycle,
            ProvincePlan.province == province,
        )
    )


def list_plans(
    session: Session,
    *,
    by: Actor,
    programme: str | None = None,
    cycle: str | None = None,
    province: str | None = None,
    state: str | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> Sequence[ProvincePlan]:
    """Plans within the actor's reach in the order of their ids, one more than the limit."""
    wanted = select(ProvincePlan).where(within(ProvincePlan, by)).order_by(ProvincePlan.id).limit(limit + 1)
    filters = {"programme": programme, "cycle": cycle, "province": province, "state": state}
    for name, value in filters.items():
        if value is not None:
            wanted = wanted.where(getattr(ProvincePlan, name) == value)
    return session.scalars(wanted if after is None else wanted.where(ProvincePlan.id > after)).all()


def list_districts(session: Session, plan: ProvincePlan) -> Sequence[DistrictDelegation]:
    """The districts a plan delegated to, by code."""
    return session.scalars(
        select(DistrictDelegation).where(DistrictDelegation.plan_id == plan.id).order_by(DistrictDelegation.district)
    ).all()


def steps_of(session: Session, plan: ProvincePlan) -> dict[str, date | None]:
    """T1–T4 with the day each was done: directive issued, letter to the province, selection, establishment (K-08)."""
    place = {"tenant": plan.tenant, "programme": plan.programme, "cycle": plan.cycle}
    return {
        "T1": directives.issued_on(session, **place),
        "T2": letters.sent_on(session, **place, province=plan.province, subject_code="directive_notice"),
        **quotas.selection_steps(session, plan.id),
    }


def plan_view(session: Session, plan: ProvincePlan, *, day: date) -> PlanView:
    """The plan with everything people see of it, limits as of a local day."""
    return PlanView(
        plan=plan,
        steps=steps_of(session, plan),
        slots=quotas.slots_of(session, plan.id, day),
        exceptions=quotas.exemptions_of(session, plan.id),
        districts=list_districts(session, plan),
        open_actions=open_actions_of(plan),
    )


def open_actions_of(plan: ProvincePlan) -> list[str]:
    """What may be done with the plan now; the quota check is the clock's."""
    return [str(each) for each in PROVINCE_PLAN.open(State(plan.state)) if each is not Action.CHECK_QUOTA]


def plans_to_check(session: Session, now: datetime, limit: int) -> Sequence[UUID]:
    """Plans whose daily quota check is due."""
    return session.scalars(
        select(ProvincePlan.id)
        .where(ProvincePlan.state.in_(ACTIVE), ProvincePlan.quota_check_at <= now)
        .order_by(ProvincePlan.quota_check_at, ProvincePlan.id)
        .limit(limit)
    ).all()


def next_quota_check(session: Session) -> datetime | None:
    """The next instant at which a check can bring news; the quiet daily ones ride along with any wake-up."""
    return session.scalar(select(func.min(ProvincePlan.quota_news_at)).where(ProvincePlan.state.in_(ACTIVE)))


def plans_to_remind(session: Session, now: datetime, limit: int) -> Sequence[UUID]:
    """Plans whose next launch reminder is due."""
    return session.scalars(
        select(ProvincePlan.id)
        .where(ProvincePlan.state.in_(ACTIVE), ProvincePlan.launch_reminder_at <= now)
        .order_by(ProvincePlan.launch_reminder_at, ProvincePlan.id)
        .limit(limit)
    ).all()


def next_launch_reminder(session: Session) -> datetime | None:
    """The next instant at which a launch reminder is due."""
    return session.scalar(select(func.min(ProvincePlan.launch_reminder_at)).where(ProvincePlan.state.in_(ACTIVE)))
