"""The states of an authorisation."""

from enum import StrEnum

from shared.kernel.lifecycle import Lifecycle


class State(StrEnum):
    """Where an authorisation stands."""

    REQUESTED = "requested"
    TABLED = "tabled"
    GRANTED = "granted"
    REFUSED = "refused"
    EXPIRED = "expired"


class Action(StrEnum):
    """What can be done with an authorisation; `remind` and `expire` are the clock's."""

    REQUEST = "request"
    TABLE = "table"
    GRANT = "grant"
    REFUSE = "refuse"
    REMIND = "remind"
    EXPIRE = "expire"


AUTHORISATION = Lifecycle(
    "authorisation",
    table={
        (State.REQUESTED, Action.TABLE): State.TABLED,
        (State.TABLED, Action.GRANT): State.GRANTED,
        (State.TABLED, Action.REFUSE): State.REFUSED,
        (State.GRANTED, Action.REMIND): State.GRANTED,
        (State.GRANTED, Action.EXPIRE): State.EXPIRED,
    },
    initial={Action.REQUEST: State.REQUESTED},
)
