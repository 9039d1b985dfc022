"""The states of a job."""

from enum import StrEnum

from shared.kernel.lifecycle import Lifecycle


class State(StrEnum):
    """Where a job stands; done and failed are final."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Action(StrEnum):
    """What may happen to a job."""

    ENQUEUE = "enqueue"
    CLAIM = "claim"
    FINISH = "finish"
    FAIL = "fail"
    GIVE_BACK = "give_back"


class Kind(StrEnum):
    """What a job does."""

    EXPORT = "export"
    RECONCILE = "reconcile"
    REBUILD = "rebuild"


JOB = Lifecycle(
    "job",
    initial={Action.ENQUEUE: State.QUEUED},
    table={
        (State.QUEUED, Action.CLAIM): State.RUNNING,
        (State.RUNNING, Action.CLAIM): State.RUNNING,
        (State.RUNNING, Action.GIVE_BACK): State.QUEUED,
        (State.RUNNING, Action.FINISH): State.DONE,
        (State.RUNNING, Action.FAIL): State.FAILED,
        (State.QUEUED, Action.FAIL): State.FAILED,
    },
)
