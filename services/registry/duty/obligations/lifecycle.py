"""The states of an obligation and the actions that lead from one to the next."""

from enum import StrEnum

from shared.kernel.lifecycle import Lifecycle


class State(StrEnum):
    """Where an obligation stands."""

    SCHEDULED = "scheduled"
    OPEN = "open"
    OVERDUE = "overdue"
    MISSED = "missed"
    FULFILLED = "fulfilled"
    WAIVED = "waived"


class Action(StrEnum):
    """What may happen to an obligation; people extend, waive and attest, the clock and the listener do the rest."""

    DERIVE = "derive"
    OPEN = "open"
    REMIND = "remind"
    PASS_DUE = "pass_due"  # noqa: S105 - no password
    ESCALATE = "escalate"
    MISS = "miss"
    FULFIL = "fulfil"
    EXTEND = "extend"
    WAIVE = "waive"
    REOPEN = "reopen"
    REOPEN_LATE = "reopen_late"


# Still owed: the assignee can act on it.
OWED = (State.OPEN, State.OVERDUE)
# What the clock has to look at.
TIMED = (State.SCHEDULED, State.OPEN, State.OVERDUE)

OBLIGATION = Lifecycle(
    "obligation",
    initial={Action.DERIVE: State.SCHEDULED},
    table={
        (State.SCHEDULED, Action.OPEN): State.OPEN,
        (State.OPEN, Action.REMIND): State.OPEN,
        (State.OPEN, Action.PASS_DUE): State.OVERDUE,
        (State.OVERDUE, Action.REMIND): State.OVERDUE,
        (State.OVERDUE, Action.ESCALATE): State.OVERDUE,
        (State.OVERDUE, Action.MISS): State.MISSED,
        (State.OPEN, Action.FULFIL): State.FULFILLED,
        (State.OVERDUE, Action.FULFIL): State.FULFILLED,
        (State.MISSED, Action.FULFIL): State.FULFILLED,
        **{(state, Action.EXTEND): State.OPEN for state in OWED},
        **{(state, Action.WAIVE): State.WAIVED for state in OWED},
        # Withdrawn evidence leads back to where the clock has got by then.
        (State.FULFILLED, Action.REOPEN): State.OPEN,
        (State.FULFILLED, Action.REOPEN_LATE): State.OVERDUE,
    },
)
