"""Every state of an obligation with every action."""

import pytest

from services.registry.duty.obligations.lifecycle import OBLIGATION, Action, State
from shared.kernel.lifecycle import IllegalTransition

ALLOWED = {
    (State.SCHEDULED, Action.OPEN): State.OPEN,
    (State.OPEN, Action.REMIND): State.OPEN,
    (State.OPEN, Action.PASS_DUE): State.OVERDUE,
    (State.OPEN, Action.FULFIL): State.FULFILLED,
    (State.OPEN, Action.EXTEND): State.OPEN,
    (State.OPEN, Action.WAIVE): State.WAIVED,
    (State.OVERDUE, Action.REMIND): State.OVERDUE,
    (State.OVERDUE, Action.ESCALATE): State.OVERDUE,
    (State.OVERDUE, Action.MISS): State.MISSED,
    (State.OVERDUE, Action.FULFIL): State.FULFILLED,
    (State.OVERDUE, Action.EXTEND): State.OPEN,
    (State.OVERDUE, Action.WAIVE): State.WAIVED,
    (State.MISSED, Action.FULFIL): State.FULFILLED,
    (State.FULFILLED, Action.REOPEN): State.OPEN,
    (State.FULFILLED, Action.REOPEN_LATE): State.OVERDUE,
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", Action)
def test_leads_where_the_table_says_and_nowhere_else(state: State, action: Action) -> None:
    if (state, action) in ALLOWED:
        assert OBLIGATION.after(state, action) == ALLOWED[state, action]
    else:
        with pytest.raises(IllegalTransition):
            OBLIGATION.after(state, action)


def test_begins_scheduled() -> None:
    assert OBLIGATION.start(Action.DERIVE) == State.SCHEDULED
