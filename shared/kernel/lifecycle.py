"""A lifecycle is one frozen table: (state, action) → next state."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from shared.kernel.problems import Conflict

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


class IllegalTransition(Conflict):
    """This action is not open from the present state."""


class Lifecycle(Generic[S, A]):
    """The states of one noun and the only ways between them.

    `initial` maps the creating action to the first state; `table` maps (state, action) to the next state. An action
    that
    leaves the state unchanged is listed with the same state.
    """

    def __init__(self, noun: str, *, initial: Mapping[A, S], table: Mapping[tuple[S, A], S]) -> None:
        self.noun = noun
        self.initial = dict(initial)
        self.table = dict(table)

    def start(self, action: A) -> S:
        """The first state after a creating action."""
        if action not in self.initial:
            raise IllegalTransition(
                detail=f"{self.noun}: {action} does not create one", open_actions=list(self.initial)
            )
        return self.initial[action]

    def open(self, state: S) -> tuple[A, ...]:
        """The actions allowed from a state, in the table's order."""
        return tuple(action for (of, action) in self.table if of == state)

    def after(self, state: S, action: A) -> S:
        """The next state; raises IllegalTransition (409) naming the open actions."""
        following = self.table.get((state, action))
        if following is None:
            allowed = [str(each) for each in self.open(state)]
            raise IllegalTransition(
                detail=f"{self.noun}: {action} is not open from {state}; open: {', '.join(allowed) or 'nothing'}",
                state=str(state),
                open_actions=allowed,
            )
        return following

    def mermaid(self) -> str:
        """The table as a Mermaid state diagram for the generated papers."""
        lines = ["stateDiagram-v2"]
        lines += [f"    [*] --> {state}: {action}" for action, state in self.initial.items()]
        lines += [f"    {of} --> {to}: {action}" for (of, action), to in self.table.items()]
        return "\n".join(lines)
