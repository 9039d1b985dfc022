"""Verbs of province plans: start, launch, delegate, grant an exception, close; and the plan's watch over its quotas."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.partnership.province_plans import queries
from services.registry.partnership.province_plans.facts import say
from services.registry.partnership.province_plans.lifecycle import ACTIVE, PROVINCE_PLAN, Action
from services.registry.partnership.province_plans.models import DistrictDelegation, ProvincePlan
from services.registry.partnership.province_plans.rules import (
    CycleRules,
    launch_reminder_after,
    may_delegate,
    may_launch,
    may_start,
    may_take_effect,
    open_steps,
)
from services.registry.partnership.quotas import commands as quotas
from services.registry.partnership.quotas import queries as quota_queries
from services.registry.partnership.quotas.rules import REMINDER_HOUR, Limits, next_news_day
from services.registry.programme.holidays.queries import holidays_of
from services.registry.register.territories.queries import TerritoryNotFound, path_of
from shared.contracts.partnership import (
    LaunchReminderDue,
    ProvincePlanClosed,
    ProvincePlanDelegated,
    ProvincePlanLaunched,
    ProvincePlanStarted,
    QuotaBreached,
    QuotaExceptionFact,
    QuotaExceptionGranted,
    QuotaReminderDue,
    QuotaRestored,
)
from shared.kernel.auth import Actor, system_actor
from shared.kernel.problems import Conflict, Refusal, expect, refuse
from shared.values.deadlines import at_local, roll_forward, start_of_day
from shared.values.ids import new_id

ONE_DAY = timedelta(days=1)
HOLIDAY_SPAN = timedelta(days=30)


class ProvincePlanExists(Conflict):
    """This province has a plan for this cycle already."""


def effective_day(
    rules: CycleRules, day: date | None, *, now: datetime, field: str, not_before: date | None = None
) -> date:
    """The given local day, or today; Refused (422) in the future, outside the cycle or before `not_before`."""
    today = rules.today(now)
    chosen = day or today
    cycle = {"cycle_from": rules.from_on, "cycle_to": rules.to_on}
    refuse(may_take_effect(chosen, today=today, **cycle, field=field, not_before=not_before))
    return chosen


def start_plan(
    session: Session,
    *,
    programme: str,
    cycle: str,
    province: str,
    started_on: date | None = None,
    plan_id: UUID | None = None,
    by: Actor,
    now: datetime,
) -> ProvincePlan:
    """A province takes part in a cycle; its quotas and slots are laid out from the pinned definition (I-01).

    A directive still to come only warns. Raises ProvincePlanExists (409, with link); another's province is a 404.
    """
    if by.province not in ("*", province):
        raise TerritoryNotFound
    place = {"tenant": by.tenant, "programme": programme, "cycle": cycle, "province": province}
    existing = queries.find_plan(session, **place)
    if existing is not None:
        if existing.id == plan_id:
            return existing
        raise ProvincePlanExists(link=f"/v1/province-plans/{existing.id}")
    rules = queries.cycle_rules(session, tenant=by.tenant, programme=programme, cycle=cycle)
    on = effective_day(rules, started_on, now=now, field="started_on")
    territory = path_of(session, tenant=by.tenant, code=province)
    plan = ProvincePlan(id=plan_id or new_id(), **place, territory=territory, launch_to=rules.launch_to)
    plan.state, plan.started_on = PROVINCE_PLAN.start(Action.START), on
    session.add(plan)
    session.flush()
    _lay_out(session, plan, rules)
    issued_on = queries.steps_of(session, plan)["T1"]
    plan.warnings = _noted(refuse(may_start(directive_issued_on=issued_on, cycle_open=rules.state == "open")))
    _plan_checks(session, plan, rules, now)
    _plan_launch_reminder(session, plan, rules, rules.today(now) - ONE_DAY, now)
    say(session, ProvincePlanStarted, plan, rules=rules, on=on, now=now)
    return plan


def launch_plan(
    session: Session, *, plan_id: UUID, launched_on: date | None = None, expected: int | None, by: Actor, now: datetime
) -> ProvincePlan:
    """The province runs; open steps and quotas below their minimum are only warnings, kept with the plan (I-05)."""
    plan, rules = _changing(session, plan_id, expected=expected, by=by)
    plan.become(Action.LAUNCH)
    plan.launched_on = effective_day(rules, launched_on, now=now, field="launched_on", not_before=plan.started_on)
    slots = quota_queries.slots_of(session, plan.id, plan.launched_on)
    short_of = [each.quota_id for each in slots if each.established < each.min]
    plan.warnings = _noted(refuse(may_launch(queries.steps_of(session, plan), short_of=short_of)))
    say(session, ProvincePlanLaunched, plan, rules=rules, on=plan.launched_on, now=now)
    return plan


def delegate_plan(
    session: Session,
    *,
    plan_id: UUID,
    district: str,
    from_on: date | None = None,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> ProvincePlan:
    """A district of the province takes part on its behalf (R-033)."""
    plan, rules = _changing(session, plan_id, expected=expected, by=by)
    plan.become(Action.DELEGATE)
    on = effective_day(rules, from_on, now=now, field="from_on", not_before=plan.launched_on)
    known = [each.district for each in queries.list_districts(session, plan)]
    path = path_of(session, tenant=plan.tenant, code=district)
    refuse(may_delegate(district=district, province=plan.province, path=path, known=known))
    session.add(DistrictDelegation(id=new_id(), **scope_of(plan), plan_id=plan.id, district=district, from_on=on))
    session.flush()
    say(session, ProvincePlanDelegated, plan, rules=rules, on=on, now=now, district=district, from_on=on)
    return plan


def grant_exception(
    session: Session,
    *,
    plan_id: UUID,
    quota_id: str,
    limits: Limits,
    until_on: date,
    reason: str,
    by: Actor,
    now: datetime,
) -> ProvincePlan:
    """Headquarters allows other limits until a day (R-038): more slots open, and a breach may be healed."""
    plan, rules = _changing(session, plan_id, expected=None, by=by)
    plan.become(Action.GRANT_EXCEPTION)
    granted = quotas.grant(
        session,
        plan_id=plan.id,
        scope=scope_of(plan),
        quota_id=quota_id,
        limits=limits,
        from_on=rules.today(now),
        until_on=until_on,
        reason=reason,
    )
    exception = QuotaExceptionFact.model_validate(granted, from_attributes=True)
    say(session, QuotaExceptionGranted, plan, rules=rules, on=granted.from_on, now=now, exception=exception)
    check_quotas(session, plan=plan, now=now)
    return plan


def close_plan(
    session: Session, *, plan_id: UUID, closed_on: date | None = None, expected: int | None, by: Actor, now: datetime
) -> ProvincePlan:
    """The plan ends with its cycle; nothing is checked or recalled any more."""
    plan, rules = _changing(session, plan_id, expected=expected, by=by)
    plan.become(Action.CLOSE)
    plan.closed_on = effective_day(rules, closed_on, now=now, field="closed_on", not_before=plan.launched_on)
    plan.quota_check_at = plan.quota_news_at = plan.launch_reminder_at = None
    quotas.silence(session, plan_id=plan.id)
    say(session, ProvincePlanClosed, plan, rules=rules, on=plan.closed_on, now=now, kind="end")
    return plan


def follow_rules(session: Session, *, plan_id: UUID, by: Actor, now: datetime) -> None:
    """Take over the limits of a definition that headquarters adopted for the running cycle (I-01, R-002)."""
    plan, rules = _changing(session, plan_id, expected=None, by=by)
    _lay_out(session, plan, rules)
    check_quotas(session, plan=plan, now=now)


def check_quotas(session: Session, *, plan: ProvincePlan, now: datetime) -> None:
    """Judge the minimum of each quota once the launch window is over; each quota that turns is said by itself (I-05).

    Called by the clock each day and by whatever changes a count; the caller holds the plan's lock.
    """
    rules = queries.rules_for(session, plan)
    today = rules.today(now)
    if plan.state in ACTIVE and today > plan.launch_to:
        plan.become(Action.CHECK_QUOTA)
        for verdict in quotas.judge(session, plan_id=plan.id, today=today, now=now, tz=rules.tz):
            event = QuotaBreached if verdict.turned == "breached" else QuotaRestored
            more = _quota_words(verdict.quota, verdict.holders, verdict.limits, now)
            say(session, event, plan, rules=rules, on=today, now=now, **more)
    _plan_checks(session, plan, rules, now)


def check_quotas_daily(session: Session, *, plan_id: UUID, now: datetime) -> None:
    """The clock's daily check of one plan; nothing happens when it was checked in the meantime."""
    plan = session.get(ProvincePlan, plan_id)
    if plan is not None and plan.quota_check_at is not None and plan.quota_check_at <= now:
        plan = queries.get_plan(session, plan_id, by=system_actor(plan.tenant), lock=True)
        check_quotas(session, plan=plan, now=now)


def remind_of_quota(session: Session, *, quota_row_id: UUID, now: datetime) -> None:
    """Say once a week, at 09:00 of the breach's weekday, that a minimum is still broken (N-10)."""
    quota = quota_queries.find_quota(session, quota_row_id)
    if quota is None or quota.reminder_at is None or quota.reminder_at > now:
        return
    plan = queries.get_plan(session, quota.plan_id, by=system_actor(quota.tenant), lock=True)
    rules = queries.rules_for(session, plan)
    today = rules.today(now)
    step, due_at = quotas.count_reminder(session, quota=quota, now=now, tz=rules.tz)
    held = next(each for each in quota_queries.slots_of(session, plan.id, today) if each.quota_id == quota.quota_id)
    more = _quota_words(quota, held.established, Limits(held.min, held.max), now)
    say(session, QuotaReminderDue, plan, rules=rules, on=today, now=now, step=step, due_at=due_at, **more)


def remind_of_launch(session: Session, *, plan_id: UUID, now: datetime) -> None:
    """Say 7 and 2 days before the launch window ends which of T1–T4 are open; silent when all are done (N-12)."""
    plan = session.get(ProvincePlan, plan_id)
    if plan is None or plan.launch_reminder_at is None or plan.launch_reminder_at > now:
        return
    plan = queries.get_plan(session, plan_id, by=system_actor(plan.tenant), lock=True)
    rules = queries.rules_for(session, plan)
    step, due_at, today = plan.launch_reminder_step, plan.launch_reminder_at, rules.today(now)
    _plan_launch_reminder(session, plan, rules, today, now)
    still_open = open_steps(queries.steps_of(session, plan))
    if still_open:
        more: dict[str, Any] = {"step": step, "due_at": due_at, "window_end": plan.launch_to, "open_steps": still_open}
        say(session, LaunchReminderDue, plan, rules=rules, on=today, now=now, **more)


def scope_of(row: Any) -> dict[str, str]:
    """The scope columns a row of the same province and cycle shares (I-09)."""
    return {name: getattr(row, name) for name in ("tenant", "programme", "cycle", "province", "territory")}


def _changing(session: Session, plan_id: UUID, *, expected: int | None, by: Actor) -> tuple[ProvincePlan, CycleRules]:
    plan = queries.get_plan(session, plan_id, by=by, lock=True)
    expect(plan, expected)
    return plan, queries.rules_for(session, plan)


def _lay_out(session: Session, plan: ProvincePlan, rules: CycleRules) -> None:
    wanted = [(quota.id, str(quota.subject), Limits(quota.min, quota.max)) for quota in rules.definition.quotas]
    quotas.lay_out(session, plan_id=plan.id, scope=scope_of(plan), quotas=wanted)


def _noted(warnings: Sequence[Refusal]) -> list[dict[str, Any]]:
    return [
        {"code": each.code, "params": {name: str(value) for name, value in each.params.items()}} for each in warnings
    ]


def _quota_words(quota: Any, holders: int, limits: Limits, now: datetime) -> dict[str, Any]:
    said = {"quota_id": quota.quota_id, "subject": quota.subject, "holders": holders, "checked_at": now}
    return {**said, "min": limits.min, "max": limits.max}


def _plan_checks(session: Session, plan: ProvincePlan, rules: CycleRules, now: datetime) -> None:
    today = rules.today(now)
    plan.quota_check_at = start_of_day(max(plan.launch_to, today) + ONE_DAY, rules.tz)
    exemptions = quota_queries.exemptions_of(session, plan.id)
    news = next_news_day(today, launch_to=plan.launch_to, exemptions=exemptions)
    plan.quota_news_at = start_of_day(news, rules.tz) if news is not None else None
    session.flush()


def _plan_launch_reminder(session: Session, plan: ProvincePlan, rules: CycleRules, after: date, now: datetime) -> None:
    """Set the next launch reminder after a day: 09:00, on a day off 09:00 of the next working day (N-12)."""
    upcoming = launch_reminder_after(after, plan.launch_to)
    plan.launch_reminder_step, plan.launch_reminder_at = None, None
    if upcoming is not None:
        step, day = upcoming
        off = holidays_of(session, tenant=plan.tenant, territory=plan.province, first=day, last=day + HOLIDAY_SPAN)
        day = roll_forward(day, rules.definition.weekend, off)
        plan.launch_reminder_step, plan.launch_reminder_at = step, at_local(day, REMINDER_HOUR, rules.tz)
    session.flush()
