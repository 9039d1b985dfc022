"""The states of a delivery: the truth about one message to one person by one channel (I6)."""

from enum import StrEnum

from shared.kernel.lifecycle import Lifecycle


class State(StrEnum):
    """Where a delivery stands."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    DATA = "data"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    EXPIRED = "expired"
    SUPPRESSED = "suppressed"


class Action(StrEnum):
    """What happens to a delivery."""

    PLAN = "plan"
    WITHHOLD = "withhold"
    CLAIM = "claim"
    MARK = "mark"
    RELEASE = "release"
    ACCEPT = "accept"
    DOUBT = "doubt"
    REFUSE = "refuse"
    EXPIRE = "expire"
    RESEND = "resend"


OPEN = (State.PLANNED, State.CLAIMED, State.DATA)

DELIVERY = Lifecycle[State, Action](
    "delivery",
    initial={Action.PLAN: State.PLANNED, Action.WITHHOLD: State.SUPPRESSED},
    table={
        (State.PLANNED, Action.CLAIM): State.CLAIMED,
        (State.PLANNED, Action.WITHHOLD): State.SUPPRESSED,
        (State.PLANNED, Action.EXPIRE): State.EXPIRED,
        # A lease that ran out before the mark, or a provider that clearly did not take it: safe to repeat.
        (State.CLAIMED, Action.RELEASE): State.PLANNED,
        (State.CLAIMED, Action.WITHHOLD): State.SUPPRESSED,
        (State.CLAIMED, Action.EXPIRE): State.EXPIRED,
        (State.CLAIMED, Action.REFUSE): State.FAILED,
        (State.CLAIMED, Action.MARK): State.DATA,
        (State.DATA, Action.ACCEPT): State.SENT,
        (State.DATA, Action.RELEASE): State.PLANNED,
        (State.DATA, Action.REFUSE): State.FAILED,
        (State.DATA, Action.DOUBT): State.UNKNOWN,
        # After a restore: what was due since the backup may have left without a trace here.
        (State.PLANNED, Action.DOUBT): State.UNKNOWN,
        (State.CLAIMED, Action.DOUBT): State.UNKNOWN,
        # A late answer or a look-up by our reference ends the doubt.
        (State.UNKNOWN, Action.ACCEPT): State.SENT,
        (State.UNKNOWN, Action.REFUSE): State.FAILED,
        (State.UNKNOWN, Action.RELEASE): State.PLANNED,
        (State.UNKNOWN, Action.RESEND): State.PLANNED,
        (State.FAILED, Action.RESEND): State.PLANNED,
        (State.EXPIRED, Action.RESEND): State.PLANNED,
    },
)
