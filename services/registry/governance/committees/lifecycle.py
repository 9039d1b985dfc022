"""The states of a committee and of one of its seats."""

from enum import StrEnum

from shared.kernel.lifecycle import Lifecycle


class State(StrEnum):
    """A committee has one state: it exists from its constitution on."""

    ACTIVE = "active"


class Action(StrEnum):
    """What can be done with a committee as a whole."""

    CONSTITUTE = "constitute"
    NAME_SECRETARY = "name_secretary"


class SeatState(StrEnum):
    """A seat is either empty or held by one person."""

    VACANT = "vacant"
    FILLED = "filled"


class SeatAction(StrEnum):
    """What can be done with one seat."""

    CREATE = "create"
    FILL = "fill"
    NAME_DELEGATE = "name_delegate"
    VACATE = "vacate"


COMMITTEE = Lifecycle(
    "committee",
    table={(State.ACTIVE, Action.NAME_SECRETARY): State.ACTIVE},
    initial={Action.CONSTITUTE: State.ACTIVE},
)

SEAT = Lifecycle(
    "committee_seat",
    table={
        (SeatState.VACANT, SeatAction.FILL): SeatState.FILLED,
        (SeatState.FILLED, SeatAction.NAME_DELEGATE): SeatState.FILLED,
        (SeatState.FILLED, SeatAction.VACATE): SeatState.VACANT,
    },
    initial={SeatAction.CREATE: SeatState.VACANT},
)
