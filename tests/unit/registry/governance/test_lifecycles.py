"""Every state against every action of the governance wing: allowed as the table says, refused otherwise."""

from enum import StrEnum
from typing import Any

import pytest

from services.registry.governance.authorisations.lifecycle import AUTHORISATION
from services.registry.governance.authorisations.lifecycle import Action as AuthorisationAction
from services.registry.governance.authorisations.lifecycle import State as AuthorisationState
from services.registry.governance.committees.lifecycle import SEAT, SeatAction, SeatState
from services.registry.governance.directives.lifecycle import (
    COPY,
    DIRECTIVE,
    REMINDER,
    CopyAction,
    CopyState,
    ReminderAction,
    ReminderState,
)
from services.registry.governance.directives.lifecycle import Action as DirectiveAction
from services.registry.governance.directives.lifecycle import State as DirectiveState
from services.registry.governance.letters.lifecycle import LETTER
from services.registry.governance.letters.lifecycle import Action as LetterAction
from services.registry.governance.letters.lifecycle import State as LetterState
from services.registry.register.accounts.lifecycle import ACCOUNT
from services.registry.register.accounts.lifecycle import Action as AccountAction
from services.registry.register.accounts.lifecycle import State as AccountState
from shared.kernel.lifecycle import IllegalTransition, Lifecycle

ALL: list[tuple[Lifecycle[Any, Any], type[StrEnum], type[StrEnum]]] = [
    (AUTHORISATION, AuthorisationState, AuthorisationAction),
    (SEAT, SeatState, SeatAction),
    (DIRECTIVE, DirectiveState, DirectiveAction),
    (COPY, CopyState, CopyAction),
    (REMINDER, ReminderState, ReminderAction),
    (LETTER, LetterState, LetterAction),
    (ACCOUNT, AccountState, AccountAction),
]


@pytest.mark.parametrize(("lifecycle", "states", "actions"), ALL, ids=lambda each: getattr(each, "noun", ""))
def test_only_what_the_table_lists_is_open(
    lifecycle: Lifecycle[Any, Any], states: type[StrEnum], actions: type[StrEnum]
) -> None:
    for state in states:
        for action in actions:
            if (state, action) in lifecycle.table:
                assert lifecycle.after(state, action) in states
            else:
                with pytest.raises(IllegalTransition):
                    lifecycle.after(state, action)


def test_every_state_can_be_reached() -> None:
    for lifecycle, states, _ in ALL:
        reached = set(lifecycle.initial.values()) | set(lifecycle.table.values())
        assert reached == set(states), lifecycle.noun


@pytest.mark.requirement("R-021")
def test_an_unanswered_letter_may_still_be_answered() -> None:
    assert LETTER.after(LetterState.UNANSWERED, LetterAction.REGISTER_ANSWER) == LetterState.ANSWERED
