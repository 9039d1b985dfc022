"""The states of a meeting and the actions that lead from one to the next."""

from enum import StrEnum

from shared.kernel.lifecycle import Lifecycle


class State(StrEnum):
    """Where a meeting stands."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    HELD = "held"
    CANCELLED = "cancelled"
    NOT_HELD = "not_held"
    VOIDED = "voided"


class Action(StrEnum):
    """What may be done with a meeting; each is the last word of its route, or the clock's."""

    DRAFT = "draft"
    SCHEDULE = "schedule"
    RESCHEDULE = "reschedule"
    CANCEL = "cancel"
    ANSWER = "answer"
    REMIND = "remind"
    HOLD = "hold"
    RECORD = "record"
    LAPSE = "lapse"
    RECORD_ATTENDANCE = "record_attendance"
    CORRECT_ATTENDANCE = "correct_attendance"
    CORRECT = "correct"
    VOID = "void"


MEETING = Lifecycle(
    "meeting",
    initial={Action.DRAFT: State.DRAFT},
    table={
        (State.DRAFT, Action.SCHEDULE): State.SCHEDULED,
        (State.DRAFT, Action.RECORD): State.HELD,
        (State.SCHEDULED, Action.RESCHEDULE): State.SCHEDULED,
        (State.SCHEDULED, Action.CANCEL): State.CANCELLED,
        (State.SCHEDULED, Action.ANSWER): State.SCHEDULED,
        (State.SCHEDULED, Action.REMIND): State.SCHEDULED,
        (State.SCHEDULED, Action.HOLD): State.HELD,
        (State.SCHEDULED, Action.LAPSE): State.NOT_HELD,
        (State.HELD, Action.RECORD_ATTENDANCE): State.HELD,
        (State.HELD, Action.CORRECT_ATTENDANCE): State.HELD,
        (State.HELD, Action.CORRECT): State.HELD,
        (State.HELD, Action.VOID): State.VOIDED,
    },
)
