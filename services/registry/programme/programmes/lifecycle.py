"""The states of one version of a programme definition."""

from enum import StrEnum

from shared.kernel.lifecycle import Lifecycle


class State(StrEnum):
    """A version is in force for new cycles until a newer one is published."""

    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class Action(StrEnum):
    """What can be done with a version."""

    PUBLISH = "publish"
    SUPERSEDE = "supersede"


PROGRAMME_VERSION = Lifecycle(
    "programme_version",
    initial={Action.PUBLISH: State.PUBLISHED},
    table={(State.PUBLISHED, Action.SUPERSEDE): State.SUPERSEDED},
)
