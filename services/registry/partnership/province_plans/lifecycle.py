"""The states of a province plan."""

from enum import StrEnum

from shared.kernel.lifecycle import Lifecycle


class State(StrEnum):
    """Where a province plan stands."""

    NOT_STARTED = "not_started"
    PREPARING = "preparing"
    RUNNING = "running"
    CLOSED = "closed"


class Action(StrEnum):
    """What may be done with a province plan."""

    START = "start"
    LAUNCH = "launch"
    DELEGATE = "delegate"
    SELECT_AGENCY = "select-agency"
    DESELECT_AGENCY = "deselect-agency"
    GRANT_EXCEPTION = "grant-exception"
    CHECK_QUOTA = "check-quota"
    CLOSE = "close"


ACTIVE = (State.PREPARING, State.RUNNING)

# A province that has not started has no plan; starting creates it.
PROVINCE_PLAN = Lifecycle(
    "province_plan",
    initial={Action.START: State.PREPARING},
    table={
        (State.NOT_STARTED, Action.START): State.PREPARING,
        (State.PREPARING, Action.LAUNCH): State.RUNNING,
        (State.RUNNING, Action.DELEGATE): State.RUNNING,
        (State.RUNNING, Action.CLOSE): State.CLOSED,
        **{(state, Action.SELECT_AGENCY): state for state in ACTIVE},
        **{(state, Action.DESELECT_AGENCY): state for state in ACTIVE},
        **{(state, Action.GRANT_EXCEPTION): state for state in ACTIVE},
        **{(state, Action.CHECK_QUOTA): state for state in ACTIVE},
    },
)
