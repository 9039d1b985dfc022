"""The states of a directive, of an addressee's copy and of a reminder."""

from enum import StrEnum

from shared.kernel.lifecycle import Lifecycle


class State(StrEnum):
    """Where a directive stands."""

    DRAFT = "draft"
    APPROVED = "approved"
    ISSUED = "issued"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


class Action(StrEnum):
    """What can be done with a directive."""

    DRAFT = "draft"
    REVISE = "revise"
    COMMENT = "comment"
    APPROVE = "approve"
    ISSUE = "issue"
    ACKNOWLEDGE = "acknowledge"
    SUPERSEDE = "supersede"
    REVOKE = "revoke"


DIRECTIVE = Lifecycle(
    "directive",
    table={
        (State.DRAFT, Action.REVISE): State.DRAFT,
        (State.DRAFT, Action.COMMENT): State.DRAFT,
        (State.DRAFT, Action.APPROVE): State.APPROVED,
        (State.APPROVED, Action.ISSUE): State.ISSUED,
        (State.ISSUED, Action.ACKNOWLEDGE): State.ISSUED,
        (State.ISSUED, Action.SUPERSEDE): State.SUPERSEDED,
        (State.ISSUED, Action.REVOKE): State.REVOKED,
    },
    initial={Action.DRAFT: State.DRAFT},
)


class CopyState(StrEnum):
    """Whether an addressed office has acknowledged its copy."""

    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"


class CopyAction(StrEnum):
    """What can be done with an addressee's copy."""

    DELIVER = "deliver"
    ACKNOWLEDGE = "acknowledge"


COPY = Lifecycle(
    "directive_copy",
    table={(CopyState.DELIVERED, CopyAction.ACKNOWLEDGE): CopyState.ACKNOWLEDGED},
    initial={CopyAction.DELIVER: CopyState.DELIVERED},
)


class ReminderState(StrEnum):
    """Whether a reminder still waits for its hour."""

    WAITING = "waiting"
    GIVEN = "given"
    DROPPED = "dropped"


class ReminderAction(StrEnum):
    """What can be done with a reminder."""

    PLAN = "plan"
    GIVE = "give"
    DROP = "drop"


REMINDER = Lifecycle(
    "directive_reminder",
    table={
        (ReminderState.WAITING, ReminderAction.GIVE): ReminderState.GIVEN,
        (ReminderState.WAITING, ReminderAction.DROP): ReminderState.DROPPED,
    },
    initial={ReminderAction.PLAN: ReminderState.WAITING},
)
