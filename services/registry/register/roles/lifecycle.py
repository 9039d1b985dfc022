"""The states of a role assignment."""

from enum import StrEnum

from shared.kernel.lifecycle import Lifecycle


class State(StrEnum):
    """A role is held until it is ended."""

    ACTIVE = "active"
    ENDED = "ended"


class Action(StrEnum):
    """What can be done with an assignment."""

    ASSIGN = "assign"
    END = "end"


ROLE_ASSIGNMENT = Lifecycle(
    "role_assignment",
    initial={Action.ASSIGN: State.ACTIVE},
    table={(State.ACTIVE, Action.END): State.ENDED},
)
