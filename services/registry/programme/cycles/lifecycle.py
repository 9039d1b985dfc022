"""The states of a cycle and of its periods."""

from enum import StrEnum

from shared.kernel.lifecycle import Lifecycle


class State(StrEnum):
    """A cycle is planned, runs, and ends."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


class Action(StrEnum):
    """What can be done with a cycle."""

    PLAN = "plan"
    OPEN = "open"
    ADOPT = "adopt"
    CLOSE = "close"


class PeriodState(StrEnum):
    """A period lies ahead, runs, still takes late entries, or has its figures frozen."""

    UPCOMING = "upcoming"
    OPEN = "open"
    GRACE = "grace"
    CLOSED = "closed"


class PeriodAction(StrEnum):
    """What the clock, or headquarters, does with a period."""

    PLAN = "plan"
    OPEN = "open"
    START_GRACE = "start_grace"
    CLOSE = "close"


CYCLE = Lifecycle(
    "cycle",
    initial={Action.PLAN: State.PLANNED},
    table={
        (State.PLANNED, Action.OPEN): State.OPEN,
        (State.OPEN, Action.ADOPT): State.OPEN,
        (State.OPEN, Action.CLOSE): State.CLOSED,
    },
)

PERIOD = Lifecycle(
    "period",
    initial={PeriodAction.PLAN: PeriodState.UPCOMING},
    table={
        (PeriodState.UPCOMING, PeriodAction.OPEN): PeriodState.OPEN,
        (PeriodState.OPEN, PeriodAction.START_GRACE): PeriodState.GRACE,
        (PeriodState.GRACE, PeriodAction.CLOSE): PeriodState.CLOSED,
    },
)
