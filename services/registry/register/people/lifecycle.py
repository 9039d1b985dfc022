"""The states of a person's record."""

from enum import StrEnum

from shared.kernel.lifecycle import Lifecycle


class State(StrEnum):
    """A person is known until their names and contacts are erased."""

    ACTIVE = "active"
    ERASED = "erased"


class Action(StrEnum):
    """What can be done with a person's record."""

    REGISTER = "register"
    CHANGE_CONTACTS = "change_contacts"
    CHANGE_PREFERENCES = "change_preferences"
    ERASE = "erase"


PERSON = Lifecycle(
    "person",
    initial={Action.REGISTER: State.ACTIVE},
    table={
        (State.ACTIVE, Action.CHANGE_CONTACTS): State.ACTIVE,
        (State.ACTIVE, Action.CHANGE_PREFERENCES): State.ACTIVE,
        (State.ACTIVE, Action.ERASE): State.ERASED,
    },
)
