"""The states of an office."""

from enum import StrEnum

from shared.kernel.lifecycle import Lifecycle


class State(StrEnum):
    """An office stays; its names and place may change."""

    ACTIVE = "active"


class Action(StrEnum):
    """What can be done with an office."""

    REGISTER = "register"
    CHANGE = "change"


OFFICE = Lifecycle(
    "office", initial={Action.REGISTER: State.ACTIVE}, table={(State.ACTIVE, Action.CHANGE): State.ACTIVE}
)
