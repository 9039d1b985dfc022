"""The states of an agency's record."""

from enum import StrEnum

from shared.kernel.lifecycle import Lifecycle


class State(StrEnum):
    """A record is in use until it goes into another."""

    ACTIVE = "active"
    MERGED = "merged"


class Action(StrEnum):
    """What can be done with an agency's record."""

    REGISTER = "register"
    CHANGE_PROFILE = "change_profile"
    MERGE = "merge"


AGENCY = Lifecycle(
    "agency",
    initial={Action.REGISTER: State.ACTIVE},
    table={
        (State.ACTIVE, Action.CHANGE_PROFILE): State.ACTIVE,
        (State.ACTIVE, Action.MERGE): State.MERGED,
    },
)
