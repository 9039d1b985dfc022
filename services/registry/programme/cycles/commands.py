"""What can be done with cycles: open, adopt newer rules, close; and how the clock moves their periods."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.programme.cycles.lifecycle import CYCLE, PERIOD, Action, PeriodAction, PeriodState
from services.registry.programme.cycles.models import Cycle, CyclePeriod
from services.registry.programme.cycles.queries import (
    find_cycle,
    get_cycle,
    get_period,
    periods_of_cycle,
    rules_of,
)
from services.registry.programme.cycles.rules import (
    closes_at,
    ends_at,
    label_of,
    may_adopt,
    may_close,
    may_cover,
    opens_at,
)
from services.registry.programme.holidays.commands import seed_holidays
from services.registry.programme.holidays.queries import holidays_of
from services.registry.programme.programmes.commands import quota_rules
from services.registry.programme.programmes.definition import Definition
from services.registry.programme.programmes.queries import get_programme, get_version, read_version
from shared.contracts.programme import (
    CycleClosed,
    CycleDefinitionAdopted,
    CycleFact,
    CycleOpened,
    MonthFact,
    PeriodClosed,
    PeriodEvent,
    PeriodFact,
    PeriodGraceStarted,
    PeriodOpened,
)
from shared.kernel.auth import Actor
from shared.kernel.outbox import emit
from shared.kernel.problems import Conflict, Refusal, Refused, expect, refuse
from shared.values.calendars import CalendarError, from_gregorian
from shared.values.ids import derived_id
from shared.values.periods import CycleRange, months_of, quarters_of

AFTER_CYCLE = timedelta(days=120)
"""Reports of the last period fall due after the cycle; days off are known that far."""


class CycleExists(Conflict):
    """This cycle is open already."""


def _span_of(definition: Definition, year: int) -> CycleRange:
    try:
        return definition.cycle_of(year)
    except CalendarError as error:
        raise Refused([Refusal(error.code, field="year", params=error.params)]) from error


def open_cycle(
    session: Session, *, cycle_id: UUID | None = None, programme_id: UUID, year: int, by: Actor, now: datetime
) -> Cycle:
    """Open the cycle that begins in a year of the programme's calendar and pin the newest rules (R-001, I-01, I-02).

    Days off of its years are written when they are not known yet. CycleExists when it was opened before, unless with
    the same id: then that cycle is returned.
    """
    programme = get_programme(session, programme_id, by=by)
    definition = read_version(get_version(session, programme=programme, number=programme.current_number))
    span = _span_of(definition, year)
    existing = find_cycle(session, tenant=by.tenant, programme=programme.code, cycle=label_of(span))
    if existing is not None:
        if existing.id == cycle_id:
            return existing
        raise CycleExists(link=f"/v1/cycles/{existing.id}")
    refuse(may_cover(quarters_of(span), start=span.start, end=span.end))
    seed_holidays(session, definition=definition, first=span.start, last=span.end + AFTER_CYCLE, now=now)
    cycle = Cycle(
        # The same in every registry that feeds one headquarters: a cycle is the nation's.
        id=cycle_id or derived_id(by.tenant, "cycle", f"{programme.code}/{label_of(span)}"),
        tenant=by.tenant,
        programme=programme.code,
        cycle=label_of(span),
        programme_id=programme.id,
        calendar=definition.system,
        tz=definition.tz,
        from_on=span.start,
        to_on=span.end,
        definition_version=definition.version,
        state=CYCLE.start(Action.PLAN),
    )
    session.add(cycle)
    session.flush()
    periods = _plan_periods(session, cycle)
    cycle.become(Action.OPEN)
    emit(session, CycleOpened(cycle_id=cycle.id, cycle=cycle_fact(cycle, periods, definition)), by=cycle, now=now)
    return cycle


def _plan_periods(session: Session, cycle: Cycle) -> list[CyclePeriod]:
    planned = []
    for quarter in quarters_of(cycle.range):
        period = CyclePeriod(
            id=derived_id(cycle.tenant, "period", f"{cycle.id}/{quarter.ordinal}"),
            tenant=cycle.tenant,
            programme=cycle.programme,
            cycle=cycle.cycle,
            cycle_id=cycle.id,
            ordinal=quarter.ordinal,
            names=quarter.label.root,
            from_on=quarter.start,
            to_on=quarter.end,
            state=PERIOD.start(PeriodAction.PLAN),
            next_at=opens_at(quarter.start, tz=cycle.tz),
        )
        session.add(period)
        planned.append(period)
    session.flush()
    return planned


def adopt_definition(
    session: Session, *, cycle_id: UUID, expected: int, number: int, reason: str, by: Actor, now: datetime
) -> Cycle:
    """Let a running cycle follow another version of the rules; nothing else ever changes the pinned version (I-01)."""
    cycle = _locked(session, cycle_id, expected=expected, by=by)
    programme = get_programme(session, cycle.programme_id, by=by)
    definition = read_version(get_version(session, programme=programme, number=number))
    refuse(may_adopt(pinned=cycle.definition_version, wanted=number))
    cycle.become(Action.ADOPT)
    cycle.definition_version = number
    cycle.reason = reason
    fact = cycle_fact(cycle, periods_of_cycle(session, cycle), definition)
    emit(session, CycleDefinitionAdopted(cycle_id=cycle.id, cycle=fact, reason=reason), by=cycle, now=now)
    return cycle


def close_cycle(
    session: Session, *, cycle_id: UUID, expected: int, reason: str | None, by: Actor, now: datetime
) -> Cycle:
    """End a cycle whose periods are all closed, or force it with a reason."""
    cycle = _locked(session, cycle_id, expected=expected, by=by)
    periods = periods_of_cycle(session, cycle)
    refuse(may_close([period.state for period in periods], reason=reason), conflict=True)
    cycle.become(Action.CLOSE)
    cycle.reason = reason
    fact = cycle_fact(cycle, periods, _rules(session, cycle))
    emit(session, CycleClosed(cycle_id=cycle.id, cycle=fact, reason=reason), by=cycle, now=now)
    return cycle


def close_period(
    session: Session, *, cycle_id: UUID, period_id: UUID, expected: int, reason: str, by: Actor, now: datetime
) -> CyclePeriod:
    """Close a period in grace before the clock does."""
    cycle = get_cycle(session, cycle_id, by=by)
    session.refresh(cycle, with_for_update=True)
    period = get_period(session, cycle, period_id)
    expect(period, expected)
    _move(session, cycle, period, PeriodAction.CLOSE, reason=reason, now=now)
    return period


def advance_period(session: Session, *, period_id: UUID, now: datetime) -> CyclePeriod | None:
    """Move a period on when its instant has come: open it, start its grace, or close it; None when nothing is due.

    The last closing instant is computed anew first, because a changed holiday may have moved it later.
    """
    period = session.get(CyclePeriod, period_id)
    if period is None:
        return None
    cycle = session.get_one(Cycle, period.cycle_id, with_for_update=True)
    session.refresh(period)
    if period.next_at is None or period.next_at > now:
        return None
    if period.state == PeriodState.GRACE:
        period.next_at = max(period.next_at, _closing(session, cycle, period))
        if period.next_at > now:
            return None
    action = {
        PeriodState.UPCOMING: PeriodAction.OPEN,
        PeriodState.OPEN: PeriodAction.START_GRACE,
        PeriodState.GRACE: PeriodAction.CLOSE,
    }[PeriodState(period.state)]
    _move(session, cycle, period, action, reason=None, now=now)
    return period


def _move(
    session: Session, cycle: Cycle, period: CyclePeriod, action: PeriodAction, *, reason: str | None, now: datetime
) -> None:
    period.become(action)
    period.reason = reason
    if period.state == PeriodState.OPEN:
        period.next_at = ends_at(period.to_on, tz=cycle.tz)
    else:
        period.next_at = _closing(session, cycle, period) if period.state == PeriodState.GRACE else None
    session.flush()
    fact = cycle_fact(cycle, periods_of_cycle(session, cycle), _rules(session, cycle))
    told = period_fact(period)
    event: PeriodEvent
    if action is PeriodAction.OPEN:
        event = PeriodOpened(cycle_id=cycle.id, cycle=fact, period=told)
    elif action is PeriodAction.START_GRACE:
        event = PeriodGraceStarted(cycle_id=cycle.id, cycle=fact, period=told)
    else:
        event = PeriodClosed(cycle_id=cycle.id, cycle=fact, period=told, reason=reason)
    emit(session, event, by=cycle, now=now)


def _closing(session: Session, cycle: Cycle, period: CyclePeriod) -> datetime:
    last = period.to_on + AFTER_CYCLE
    days_off = holidays_of(session, tenant=cycle.tenant, territory="", first=period.to_on, last=last)
    return closes_at(period.to_on, definition=_rules(session, cycle), holidays=days_off)


def _rules(session: Session, cycle: Cycle) -> Definition:
    return rules_of(session, tenant=cycle.tenant, programme=cycle.programme, cycle=cycle.cycle)


def _locked(session: Session, cycle_id: UUID, *, expected: int, by: Actor) -> Cycle:
    cycle = get_cycle(session, cycle_id, by=by)
    session.refresh(cycle, with_for_update=True)
    expect(cycle, expected)
    return cycle


def cycle_fact(cycle: Cycle, periods: Sequence[CyclePeriod], definition: Definition) -> CycleFact:
    """The whole state of a cycle, as events carry it."""
    launch = definition.windows["launch"].bounds(cycle.range) if "launch" in definition.windows else None
    launch_from, launch_to = launch or (cycle.from_on, cycle.to_on)
    return CycleFact(
        cycle_id=cycle.id,
        label=cycle.label,
        from_on=cycle.from_on,
        to_on=cycle.to_on,
        definition_version=cycle.definition_version,
        launch_from=launch_from,
        launch_to=launch_to,
        periods=tuple(period_fact(period) for period in periods),
        months=tuple(_month_facts(cycle, periods)),
        state=cycle.state,
        calendar=cycle.calendar,
        tz=cycle.tz,
        quotas=quota_rules(definition),
    )


def period_fact(period: CyclePeriod) -> PeriodFact:
    """The whole state of a period, as events carry it."""
    return PeriodFact(
        period_id=period.id,
        ordinal=period.ordinal,
        label=period.names,
        from_on=period.from_on,
        to_on=period.to_on,
        state=period.state,
        version=period.version,
    )


def _month_facts(cycle: Cycle, periods: Sequence[CyclePeriod]) -> list[MonthFact]:
    return [
        MonthFact(
            key=_month_key(cycle, month.start),
            from_on=month.start,
            to_on=month.end,
            period_ordinal=next(p.ordinal for p in periods if p.from_on <= month.start <= p.to_on),
        )
        for month in months_of(cycle.range)
    ]


def _month_key(cycle: Cycle, day: date) -> str:
    year, month, _ = from_gregorian(cycle.range.calendar, day)
    return f"{year}-{month:02d}"
