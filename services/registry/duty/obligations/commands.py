"""Verbs of obligations: derive them from a cycle or a plan, look at the facts again, extend, waive, attest."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.duty.obligations import planning, rules
from services.registry.duty.obligations.changing import (
    days_of,
    definition_for,
    forget,
    fulfil,
    look_at_facts,
    move_due,
    open_now,
    plan_next,
    tell,
    work_days,
)
from services.registry.duty.obligations.definition import BEHAVIOURS
from services.registry.duty.obligations.lifecycle import OBLIGATION, Action, State
from services.registry.duty.obligations.models import Obligation
from services.registry.duty.obligations.queries import Proof, get_obligation, moveable_obligations
from services.registry.gathering.meetings.definition import cadence_key
from services.registry.programme.cycles.queries import cycle_named, rules_of
from services.registry.programme.programmes.definition import Definition
from services.registry.programme.programmes.parts import DutyTemplate
from services.registry.register.territories.queries import path_of
from shared.contracts.duty import ObligationExtended, ObligationWaived
from shared.kernel.auth import Actor
from shared.kernel.problems import expect, refuse
from shared.values.deadlines import local_day, start_of_day
from shared.values.ids import derived_id


def derive_obligations(
    session: Session, *, tenant: str, programme: str, cycle: str, province: str = "", now: datetime
) -> list[Obligation]:
    """Open what a cycle (or with `province` a province's plan) obliges to; doing it again adds nothing.

    One instance per template, period and place; only templates the pinned definition obliges.
    """
    definition = rules_of(session, tenant=tenant, programme=programme, cycle=cycle)
    level = "province" if province else "national"
    duties = [
        duty
        for duty in (*definition.duties, *definition.steps)
        if duty.obliges and duty.level == level and duty.code in BEHAVIOURS
    ]
    scope = {"tenant": tenant, "programme": programme, "cycle": cycle, "province": province}
    scope["territory"] = path_of(session, tenant=tenant, code=province or definition.country)
    span = cycle_named(session, tenant=tenant, programme=programme, cycle=cycle).range
    derived = []
    for duty in duties:
        window = definition.windows[duty.window].bounds(span) if duty.window else None
        spans = rules.spans_of(duty.per, cycle=span, window=window)
        for one in rules.still_ahead(spans, since=local_day(now, definition.tz)):
            obligation = _derive(session, duty, one, scope=scope, definition=definition, now=now)
            if obligation is None:
                continue
            session.add(obligation)
            session.flush()
            if now >= obligation.opens_at:
                open_now(session, obligation, now=now)
            else:
                plan_next(session, obligation)
            derived.append(obligation)
    return derived


def _derive(
    session: Session,
    duty: DutyTemplate,
    span: rules.Span,
    *,
    scope: dict[str, str],
    definition: Definition,
    now: datetime,
) -> Obligation | None:
    """The instance of a duty for a span, not stored yet; None when it is there already."""
    code = ":".join((scope["programme"], scope["cycle"], duty.code, scope["province"], span.key))
    identity = derived_id(scope["tenant"], "obligation", code)
    if session.get(Obligation, identity) is not None:
        return None
    days = work_days(session, definition, tenant=scope["tenant"], territory=scope["province"], around=span.last)
    due_on = planning.due_day(span.last, rolls=span.rolls, days=days)
    return Obligation(
        id=identity,
        **scope,
        template=duty.code,
        title=duty.names.root,
        level=duty.level,
        assignees=list(duty.assignees),
        period_key=span.key,
        period_label=span.label,
        cadence_key=_cadence_key(duty.code, scope["province"], span),
        state=OBLIGATION.start(Action.DERIVE),
        opens_at=start_of_day(span.first, definition.tz),
        due_on=due_on,
        due_at=planning.due_instant(due_on, days),
        due_version=1,
        rule_version=definition.version,
        ladder_from=now,
        fired=[],
        version=1,
        sequence=0,
    )


def _cadence_key(code: str, province: str, span: rules.Span) -> str | None:
    """The cadence of meetings that fulfils it, when meetings do."""
    kind = BEHAVIOURS[code].meeting_kind
    return cadence_key(kind, province=province, month=span.month, period=span.period) if kind else None


def review_obligations(session: Session, *, obligations: Sequence[Obligation], now: datetime) -> None:
    """Look at the facts again for some obligations: fulfil or reopen what changed."""
    for obligation in obligations:
        look_at_facts(session, obligation, now=now)


def replan_obligations(session: Session, *, tenant: str, province: str, now: datetime) -> None:
    """Count again after a changed list of holidays: only what is not over, only later, cadences never (7.4)."""
    forget(session)
    for obligation in moveable_obligations(session, tenant=tenant, province=province):
        days = days_of(session, obligation)
        rolls = obligation.cadence_key is None
        due_on = planning.due_day(obligation.due_on, rolls=rolls, days=days)
        if due_on > obligation.due_on and obligation.state in (State.SCHEDULED, State.OPEN):
            before = move_due(session, obligation, due_on, reason="holidays_changed", now=now)
            plan_next(session, obligation)
            if obligation.state == State.OPEN:
                obligation.become(Action.EXTEND)
                tell(session, ObligationExtended, obligation, now=now, before_due_at=before, reason="holidays_changed")
        else:
            plan_next(session, obligation)


def extend_obligation(
    session: Session,
    *,
    obligation_id: UUID,
    due_on: date,
    reason: str,
    expected: int | None = None,
    by: Actor,
    now: datetime,
) -> Obligation:
    """Give the assignee more time: a later due day in a new due version; the ladder restarts from it (I-39)."""
    obligation = get_obligation(session, obligation_id, by=by)
    expect(obligation, expected)
    definition = definition_for(session, obligation)
    cycle = cycle_named(session, tenant=obligation.tenant, programme=obligation.programme, cycle=obligation.cycle)
    found = rules.may_extend(
        level=obligation.level,
        reach=_reach(by),
        due_on=obligation.due_on,
        new_due_on=due_on,
        today=local_day(now, definition.tz),
        last_day=cycle.to_on,
    )
    refuse(found)
    obligation.become(Action.EXTEND)
    before = move_due(session, obligation, due_on, reason=reason, now=now)
    plan_next(session, obligation)
    tell(session, ObligationExtended, obligation, now=now, before_due_at=before, reason=reason)
    return obligation


def waive_obligation(
    session: Session, *, obligation_id: UUID, reason: str, expected: int | None = None, by: Actor, now: datetime
) -> Obligation:
    """Free the assignee of it, for a reason; it no longer counts as due (K-45)."""
    obligation = get_obligation(session, obligation_id, by=by)
    expect(obligation, expected)
    refuse(rules.may_waive(level=obligation.level, reach=_reach(by)))
    obligation.become(Action.WAIVE)
    obligation.waived_reason = reason
    plan_next(session, obligation)
    tell(session, ObligationWaived, obligation, now=now, reason=reason)
    return obligation


def attest_obligation(
    session: Session,
    *,
    obligation_id: UUID,
    fulfilled_on: date | None = None,
    evidence: str,
    expected: int | None = None,
    by: Actor,
    now: datetime,
) -> Obligation:
    """Declare it fulfilled with evidence that no event carries; late when that day is after the due day."""
    obligation = get_obligation(session, obligation_id, by=by)
    expect(obligation, expected)
    today = local_day(now, definition_for(session, obligation).tz)
    day = fulfilled_on or today
    refuse(rules.may_attest(level=obligation.level, reach=_reach(by), fulfilled_on=day, today=today))
    fulfil(session, obligation, Proof(evidence, day), now=now)
    return obligation


def _reach(by: Actor) -> rules.Reach:
    """The level the actor decides at."""
    if by.has("hq_officer", "system") and by.national:
        return "national"
    return "province" if by.has("province_officer") else "none"
