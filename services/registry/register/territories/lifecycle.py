"""The states of a territory."""

from enum import StrEnum

from shared.kernel.lifecycle import Lifecycle


class State(StrEnum):
    """A territory stays; its names and validity may change."""

    ACTIVE = "active"


class Action(StrEnum):
    """What can be done with a territory."""

    REGISTER = "register"
    CHANGE = "change"


TERRITORY = Lifecycle(
    "territory", initial={Action.REGISTER: State.ACTIVE}, table={(State.ACTIVE, Action.CHANGE): State.ACTIVE}
)
