"""The states of a school."""

from enum import StrEnum

from shared.kernel.lifecycle import Lifecycle


class State(StrEnum):
    """A school works until it is closed or goes into another."""

    ACTIVE = "active"
    MERGED = "merged"
    CLOSED = "closed"


class Action(StrEnum):
    """What can be done with a school."""

    REGISTER = "register"
    CHANGE_PROFILE = "change_profile"
    MERGE = "merge"
    CLOSE = "close"


SCHOOL = Lifecycle(
    "school",
    initial={Action.REGISTER: State.ACTIVE},
    table={
        (State.ACTIVE, Action.CHANGE_PROFILE): State.ACTIVE,
        (State.ACTIVE, Action.MERGE): State.MERGED,
        (State.ACTIVE, Action.CLOSE): State.CLOSED,
    },
)
