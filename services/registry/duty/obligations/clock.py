"""What becomes due of obligations: their opening, reminders, the due instant, the rungs of the ladder, and the miss."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.duty.obligations import planning
from services.registry.duty.obligations.changing import (
    definition_for,
    look_at_facts,
    missed_at,
    open_now,
    plan_next,
    tell,
    waiting_steps,
)
from services.registry.duty.obligations.lifecycle import TIMED, Action, State
from services.registry.duty.obligations.models import Obligation
from services.registry.duty.obligations.queries import due_obligations, meeting_ahead, next_obligation_due
from shared.contracts.duty import ObligationEscalated, ObligationMissed, ObligationOverdue, ObligationReminderDue
from shared.kernel.clock import Due
from shared.values.deadlines import local_day


def pass_obligation_instant(session: Session, obligation_id: UUID, now: datetime) -> None:
    """Do all that has become due of one obligation, in its order; each step only once per due version."""
    obligation = session.get(Obligation, obligation_id, with_for_update=True)
    while obligation is not None and _is_due(obligation, now):
        if obligation.state == State.SCHEDULED:
            open_now(session, obligation, now=now)
        elif obligation.state == State.OPEN:
            _pass_open(session, obligation, now=now)
        else:
            _pass_overdue(session, obligation, now=now)


def _is_due(obligation: Obligation, now: datetime) -> bool:
    return obligation.state in TIMED and obligation.next_at is not None and obligation.next_at <= now


def _pass_open(session: Session, obligation: Obligation, *, now: datetime) -> None:
    """Remind, or let the due instant pass; what the facts fulfil meanwhile is fulfilled and not complained of."""
    if look_at_facts(session, obligation, now=now):
        return
    if now >= obligation.due_at:
        # Reminders that a standstill swallowed are of no use any more.
        obligation.fired = [*obligation.fired, *_codes(session, obligation, before_due=True)]
        obligation.become(Action.PASS_DUE)
        plan_next(session, obligation)
        tell(session, ObligationOverdue, obligation, now=now)
        return
    step = _fire(session, obligation, now=now)
    if step is None or meeting_ahead(session, obligation):
        plan_next(session, obligation)
        return
    obligation.become(Action.REMIND)
    obligation.rung = step.code
    plan_next(session, obligation)
    tell(session, ObligationReminderDue, obligation, now=now, step=step.code, due_version=obligation.due_version)


def _pass_overdue(session: Session, obligation: Obligation, *, now: datetime) -> None:
    """Climb the ladder, or count it as missed thirty days after the due instant."""
    if look_at_facts(session, obligation, now=now):
        return
    late = planning.days_late(obligation.due_on, local_day(now, definition_for(session, obligation).tz))
    if now >= missed_at(session, obligation):
        obligation.become(Action.MISS)
        plan_next(session, obligation)
        tell(session, ObligationMissed, obligation, now=now, days_late=late)
        return
    step = _fire(session, obligation, now=now)
    if step is None:
        plan_next(session, obligation)
        return
    obligation.become(Action.ESCALATE)
    obligation.rung = step.code
    plan_next(session, obligation)
    tell(
        session,
        ObligationEscalated,
        obligation,
        now=now,
        step=step.code,
        due_version=obligation.due_version,
        target_roles=step.roles,
        days_late=late,
    )


def _fire(session: Session, obligation: Obligation, *, now: datetime) -> planning.Step | None:
    """The highest step reached, all reached ones marked as fired."""
    step, codes = planning.reached_step(waiting_steps(session, obligation), now=now)
    obligation.fired = [*obligation.fired, *codes]
    return step


def _codes(session: Session, obligation: Obligation, *, before_due: bool) -> list[str]:
    return [step.code for step in waiting_steps(session, obligation) if step.before_due == before_due]


DUE = [Due("obligations", due_obligations, pass_obligation_instant, next_obligation_due)]
