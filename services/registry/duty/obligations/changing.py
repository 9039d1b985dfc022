"""What every change of an obligation needs: the days it counts with, its next instant, the event with its state."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Literal, TypeVar

from sqlalchemy.orm import Session

from services.registry.duty.obligations import planning
from services.registry.duty.obligations.definition import BEHAVIOURS, WITHDRAWABLE
from services.registry.duty.obligations.lifecycle import Action, State
from services.registry.duty.obligations.models import Obligation, PastDue
from services.registry.duty.obligations.queries import Proof, find_proof, obligation_fact
from services.registry.programme.cycles.queries import rules_of
from services.registry.programme.holidays.queries import holidays_of
from services.registry.programme.programmes.definition import Definition
from shared.contracts.base import FactHeader
from shared.contracts.duty import ObligationEvent, ObligationFulfilled, ObligationOpened, ObligationReopened
from shared.kernel.outbox import emit
from shared.values.deadlines import local_day
from shared.values.partial_dates import PartialDate

T = TypeVar("T")
# How far before and after the due day working days are looked up: the longest ladder and a long closure.
BEFORE, AFTER = timedelta(days=31), timedelta(days=120)


def tell(session: Session, cls: type[ObligationEvent], obligation: Obligation, *, now: datetime, **extra: Any) -> None:
    """Emit an event of the obligation with its whole state."""
    definition = definition_for(session, obligation)
    on = obligation.fulfilled_on if cls is ObligationFulfilled else None
    kind: Literal["create", "end"] = "end" if obligation.state == State.WAIVED else "create"
    event = cls(
        fact=FactHeader(id=obligation.id, version=(obligation.sequence or 0) + 1, kind=kind),
        effective_on=PartialDate.of_day(definition.system, on or local_day(now, definition.tz)),
        obligation_id=obligation.id,
        obligation=obligation_fact(obligation),
        **extra,
    )
    emit(session, event, by=obligation, now=now)


def definition_for(session: Session, obligation: Obligation) -> Definition:
    """Return the rules its cycle pinned, read once per transaction."""
    place = {"tenant": obligation.tenant, "programme": obligation.programme, "cycle": obligation.cycle}
    return _once(session, ("rules", *place.values()), lambda: rules_of(session, **place))


def work_days(
    session: Session, definition: Definition, *, tenant: str, territory: str, around: date
) -> planning.WorkDays:
    """Return the working days of the assignee's territory around a day, read once per transaction."""
    first, last = around - BEFORE, around + AFTER
    holidays = _once(
        session,
        ("holidays", tenant, territory, around),
        lambda: frozenset(holidays_of(session, tenant=tenant, territory=territory, first=first, last=last)),
    )
    return planning.WorkDays(definition.tz, definition.weekend, holidays)


def forget(session: Session) -> None:
    """Drop what was read before: the rules or the days off have changed."""
    session.info.pop(__name__, None)


def _once(session: Session, key: tuple[object, ...], find: Callable[[], T]) -> T:
    """One answer per transaction: a clock step and a review ask for the same rules and days many times."""
    known: dict[tuple[object, ...], T] = session.info.setdefault(__name__, {})
    if key not in known:
        known[key] = find()
    return known[key]


def days_of(session: Session, obligation: Obligation) -> planning.WorkDays:
    """Return the working days its ladder is counted with."""
    return work_days(
        session,
        definition_for(session, obligation),
        tenant=obligation.tenant,
        territory=obligation.province,
        around=obligation.due_on,
    )


def waiting_steps(session: Session, obligation: Obligation) -> list[planning.Step]:
    """Return the steps still to come for the present due version."""
    ladder = BEHAVIOURS[obligation.template].ladder
    steps = planning.steps_of(ladder, due_on=obligation.due_on, days=days_of(session, obligation))
    return planning.waiting_steps(steps, since=obligation.ladder_from, fired=obligation.fired)


def missed_at(session: Session, obligation: Obligation) -> datetime:
    """Return the instant from which it counts as missed."""
    return planning.missed_instant(obligation.due_on, days_of(session, obligation))


def plan_next(session: Session, obligation: Obligation) -> None:
    """Find when the clock has to look at it next; never, once nothing is owed any more."""
    waiting = [step.at for step in waiting_steps(session, obligation)]
    obligation.next_at = {
        State.SCHEDULED: lambda: obligation.opens_at,
        State.OPEN: lambda: min([*waiting, obligation.due_at]),
        State.OVERDUE: lambda: min([*waiting, missed_at(session, obligation)]),
    }.get(State(obligation.state), lambda: None)()


def open_now(session: Session, obligation: Obligation, *, now: datetime) -> None:
    """Let the obligation begin; what fulfilled it before it began counts at once."""
    obligation.become(Action.OPEN)
    plan_next(session, obligation)
    tell(session, ObligationOpened, obligation, now=now)
    look_at_facts(session, obligation, now=now)


def look_at_facts(session: Session, obligation: Obligation, *, now: datetime) -> bool:
    """Fulfil what the facts fulfil, reopen what lost its evidence; says whether anything changed."""
    state = State(obligation.state)
    proof = find_proof(session, obligation) if state not in (State.SCHEDULED, State.WAIVED) else None
    if state in (State.OPEN, State.OVERDUE, State.MISSED) and proof is not None:
        fulfil(session, obligation, proof, now=now)
        return True
    withdrawable = obligation.evidence in WITHDRAWABLE
    if state is State.FULFILLED and withdrawable and proof is None:
        reopen(session, obligation, now=now)
        return True
    if state is State.FULFILLED and withdrawable and proof is not None and proof.ref != obligation.evidence_id:
        # Another meeting takes the place of the withdrawn one; the obligation stays fulfilled.
        obligation.evidence_id = proof.ref
    return False


def fulfil(session: Session, obligation: Obligation, proof: Proof, *, now: datetime) -> None:
    """Mark it fulfilled by a proof; late when that was true only after the due day."""
    obligation.become(Action.FULFIL)
    obligation.fulfilled_on, obligation.fulfilled_at = proof.on, now
    obligation.late = planning.is_late(obligation.due_on, proof.on)
    obligation.evidence, obligation.evidence_id = proof.kind, proof.ref
    plan_next(session, obligation)
    tell(session, ObligationFulfilled, obligation, now=now)


def reopen(session: Session, obligation: Obligation, *, now: datetime) -> None:
    """Take its evidence away: open again, or overdue when the due instant has passed; no past step is made up for."""
    obligation.become(Action.REOPEN if now < obligation.due_at else Action.REOPEN_LATE)
    obligation.fulfilled_on = obligation.fulfilled_at = obligation.late = None
    obligation.evidence = obligation.evidence_id = None
    obligation.ladder_from = now
    plan_next(session, obligation)
    tell(session, ObligationReopened, obligation, now=now, reason="evidence_withdrawn")


def move_due(session: Session, obligation: Obligation, due_on: date, *, reason: str, now: datetime) -> datetime:
    """Give it a later due day: a new due version, the old one kept (I-39); returns the instant it was due before."""
    before = obligation.due_at
    session.add(
        PastDue(
            obligation_id=obligation.id,
            due_version=obligation.due_version,
            due_on=obligation.due_on,
            due_at=obligation.due_at,
            rule_version=obligation.rule_version,
            moved_at=now,
            reason=reason,
            **scope_of(obligation),
        )
    )
    obligation.due_on = due_on
    obligation.due_at = planning.due_instant(due_on, days_of(session, obligation))
    obligation.due_version += 1
    obligation.ladder_from, obligation.fired, obligation.rung = now, [], None
    return before


def scope_of(obligation: Obligation) -> dict[str, str]:
    """Return the scope columns of a row that belongs to the obligation."""
    return {name: getattr(obligation, name) for name in ("tenant", "programme", "cycle", "province", "territory")}
