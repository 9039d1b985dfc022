"""The states of a secretariat and the actions that lead from one to the next."""

from enum import StrEnum

from shared.kernel.lifecycle import Lifecycle


class State(StrEnum):
    """Where a secretariat stands."""

    NOMINATED = "nominated"
    ASSESSED = "assessed"
    NOT_SELECTED = "not_selected"
    SELECTED = "selected"
    APPOINTED = "appointed"
    ESTABLISHED = "established"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    COMPLETED = "completed"


class Action(StrEnum):
    """What may be done with a secretariat; each is the last word of its route."""

    NOMINATE = "nominate"
    ASSESS = "assess"
    SELECT = "select"
    PASS_OVER = "pass-over"  # noqa: S105 - no password
    ISSUE_APPOINTMENT = "issue-appointment"
    ESTABLISH = "establish"
    CHANGE_OFFICER = "change-officer"
    SUSPEND = "suspend"
    RESUME = "resume"
    REVOKE = "revoke"
    COMPLETE = "complete"


# From selection on a secretariat holds one of the province's slots (I-03, I-06).
HOLDING = (State.SELECTED, State.APPOINTED, State.ESTABLISHED, State.SUSPENDED)

SECRETARIAT = Lifecycle(
    "secretariat",
    initial={Action.NOMINATE: State.NOMINATED},
    table={
        (State.NOMINATED, Action.ASSESS): State.ASSESSED,
        (State.ASSESSED, Action.SELECT): State.SELECTED,
        (State.ASSESSED, Action.PASS_OVER): State.NOT_SELECTED,
        (State.SELECTED, Action.ISSUE_APPOINTMENT): State.APPOINTED,
        (State.APPOINTED, Action.ESTABLISH): State.ESTABLISHED,
        (State.ESTABLISHED, Action.CHANGE_OFFICER): State.ESTABLISHED,
        (State.ESTABLISHED, Action.SUSPEND): State.SUSPENDED,
        (State.SUSPENDED, Action.RESUME): State.ESTABLISHED,
        (State.ESTABLISHED, Action.COMPLETE): State.COMPLETED,
        **{(state, Action.REVOKE): State.REVOKED for state in HOLDING},
    },
)
