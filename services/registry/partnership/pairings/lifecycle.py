"""The states of a pairing and the actions that lead from one to the next."""

from enum import StrEnum

from shared.kernel.lifecycle import Lifecycle


class State(StrEnum):
    """Where a pairing stands."""

    PROPOSED = "proposed"
    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ESTABLISHED = "established"
    SUSPENDED = "suspended"
    DISSOLVED = "dissolved"
    COMPLETED = "completed"
    VOIDED = "voided"


class Action(StrEnum):
    """What may be done with a pairing; each is the last word of its route."""

    PROPOSE = "propose"
    INVITE = "invite"
    ACCEPT = "accept"
    DECLINE = "decline"
    ESTABLISH = "establish"
    SUSPEND = "suspend"
    RESUME = "resume"
    DISSOLVE = "dissolve"
    COMPLETE = "complete"
    CORRECT = "correct"
    VOID = "void"


# An open pairing occupies its secretariat and its agency (I-08).
OPEN = (State.PROPOSED, State.INVITED, State.ACCEPTED, State.ESTABLISHED, State.SUSPENDED)

# A voided pairing never counted: there is nothing left in it to correct.
CORRECTABLE = tuple(state for state in State if state is not State.VOIDED)
VOIDABLE = tuple(state for state in CORRECTABLE if state is not State.COMPLETED)

PAIRING = Lifecycle(
    "pairing",
    initial={Action.PROPOSE: State.PROPOSED},
    table={
        (State.PROPOSED, Action.INVITE): State.INVITED,
        (State.INVITED, Action.ACCEPT): State.ACCEPTED,
        (State.INVITED, Action.DECLINE): State.DECLINED,
        (State.ACCEPTED, Action.ESTABLISH): State.ESTABLISHED,
        (State.ESTABLISHED, Action.SUSPEND): State.SUSPENDED,
        (State.SUSPENDED, Action.RESUME): State.ESTABLISHED,
        (State.ESTABLISHED, Action.COMPLETE): State.COMPLETED,
        # However far it has come: revoking a secretariat dissolves its open pairing.
        **{(state, Action.DISSOLVE): State.DISSOLVED for state in OPEN},
        **{(state, Action.CORRECT): state for state in CORRECTABLE},
        **{(state, Action.VOID): State.VOIDED for state in VOIDABLE},
    },
)
