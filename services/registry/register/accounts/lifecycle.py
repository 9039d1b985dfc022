"""The states of an account and of a session."""

from enum import StrEnum

from shared.kernel.lifecycle import Lifecycle


class State(StrEnum):
    """Whether a person may sign in."""

    ACTIVE = "active"
    DISABLED = "disabled"
    ERASED = "erased"


class Action(StrEnum):
    """What can be done with an account."""

    CREATE = "create"
    CHANGE_PASSWORD = "change_password"  # noqa: S105 - the name of an action
    DISABLE = "disable"
    ENABLE = "enable"
    ERASE = "erase"


ACCOUNT = Lifecycle(
    "account",
    table={
        (State.ACTIVE, Action.CHANGE_PASSWORD): State.ACTIVE,
        (State.ACTIVE, Action.DISABLE): State.DISABLED,
        (State.DISABLED, Action.ENABLE): State.ACTIVE,
        (State.ACTIVE, Action.ERASE): State.ERASED,
        (State.DISABLED, Action.ERASE): State.ERASED,
    },
    initial={Action.CREATE: State.ACTIVE},
)
