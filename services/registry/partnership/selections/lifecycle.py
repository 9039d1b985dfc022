"""Where an agency of the pool stands in one cycle."""

from enum import StrEnum

from shared.kernel.lifecycle import Lifecycle


class State(StrEnum):
    """In the pool, or selected for this cycle."""

    IN_POOL = "in_pool"
    SELECTED = "selected"


class Action(StrEnum):
    """What may be done with an agency of the pool."""

    SELECT = "select"
    DESELECT = "deselect"


# An agency of the pool has no row until it is first selected.
SELECTION = Lifecycle(
    "selection",
    initial={Action.SELECT: State.SELECTED},
    table={
        (State.IN_POOL, Action.SELECT): State.SELECTED,
        (State.SELECTED, Action.DESELECT): State.IN_POOL,
    },
)
