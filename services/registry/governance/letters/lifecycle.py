"""The states of a letter."""

from enum import StrEnum

from shared.kernel.lifecycle import Lifecycle


class State(StrEnum):
    """Where a letter stands; an unanswered letter may still be answered."""

    DRAFTED = "drafted"
    SENT = "sent"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"


class Action(StrEnum):
    """What can be done with a letter; `mark_unanswered` and `remind` are the clock's."""

    DRAFT = "draft"
    REVISE = "revise"
    SEND = "send"
    REGISTER_ANSWER = "register_answer"
    MARK_UNANSWERED = "mark_unanswered"
    REMIND = "remind"


LETTER = Lifecycle(
    "letter",
    table={
        (State.DRAFTED, Action.REVISE): State.DRAFTED,
        (State.DRAFTED, Action.SEND): State.SENT,
        (State.SENT, Action.REGISTER_ANSWER): State.ANSWERED,
        (State.SENT, Action.MARK_UNANSWERED): State.UNANSWERED,
        (State.UNANSWERED, Action.REMIND): State.UNANSWERED,
        (State.UNANSWERED, Action.REGISTER_ANSWER): State.ANSWERED,
    },
    initial={Action.DRAFT: State.DRAFTED},
)
