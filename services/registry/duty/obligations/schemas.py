"""Wire shapes of obligations."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.registry.duty.obligations.lifecycle import OBLIGATION, Action, State
from services.registry.duty.obligations.models import Obligation, PastDue
from shared.kernel.wire import Day, Line, Out, Prose, Wire

BY_PEOPLE = (Action.EXTEND, Action.WAIVE, Action.FULFIL)


class WaiveIn(Wire):
    """Why the assignee is freed of it."""

    reason: Prose


class ExtendIn(Wire):
    """Until when, and why."""

    due_on: Day
    reason: Prose


class AttestIn(Wire):
    """What shows that it was done, and on which day (left out: today)."""

    evidence: Line
    fulfilled_on: Day | None = None


class PastDueOut(Out):
    """A due instant it had before."""

    due_version: int
    due_on: date
    due_at: datetime
    rule_version: int
    moved_at: datetime
    reason: str


class ObligationOut(Out):
    """One due instance of a duty."""

    id: UUID
    version: int
    programme: str
    cycle: str
    province: str
    template: str
    title: dict[str, str]
    level: str
    assignees: list[str]
    period_key: str
    period_label: dict[str, str]
    state: str
    opens_at: datetime
    due_on: date
    due_at: datetime
    due_version: int
    rule_version: int
    rung: str | None
    next_at: datetime | None
    fulfilled_on: date | None
    fulfilled_at: datetime | None
    late: bool | None
    evidence: str | None
    evidence_id: UUID | None
    waived_reason: str | None
    open_actions: list[str]

    @classmethod
    def of(cls, obligation: Obligation) -> "ObligationOut":
        """Show a row."""
        return cls(**_members(obligation))


class WholeObligationOut(ObligationOut):
    """An obligation with the due instants it had before."""

    past_dues: list[PastDueOut]

    @classmethod
    def whole(cls, obligation: Obligation, past: Any) -> "WholeObligationOut":
        """Show a row with its history."""
        dues: list[PastDue] = list(past)
        return cls(**_members(obligation), past_dues=[PastDueOut.model_validate(one) for one in dues])


def _members(obligation: Obligation) -> dict[str, Any]:
    actions = [action for action in OBLIGATION.open(State(obligation.state)) if action in BY_PEOPLE]
    names = {Action.FULFIL: "attest"}
    derived = {"open_actions": [names.get(action, str(action)) for action in actions]}
    return {name: getattr(obligation, name) for name in ObligationOut.model_fields if name not in derived} | derived
