"""Every state of a meeting with every action."""

import pytest

from services.registry.gathering.meetings.lifecycle import MEETING, Action, State
from shared.kernel.lifecycle import IllegalTransition

ALLOWED = {
    (State.DRAFT, Action.SCHEDULE): State.SCHEDULED,
    (State.DRAFT, Action.RECORD): State.HELD,
    (State.SCHEDULED, Action.RESCHEDULE): State.SCHEDULED,
    (State.SCHEDULED, Action.CANCEL): State.CANCELLED,
    (State.SCHEDULED, Action.ANSWER): State.SCHEDULED,
    (State.SCHEDULED, Action.REMIND): State.SCHEDULED,
    (State.SCHEDULED, Action.HOLD): State.HELD,
    (State.SCHEDULED, Action.LAPSE): State.NOT_HELD,
    (State.HELD, Action.RECORD_ATTENDANCE): State.HELD,
    (State.HELD, Action.CORRECT_ATTENDANCE): State.HELD,
    (State.HELD, Action.CORRECT): State.HELD,
    (State.HELD, Action.VOID): State.VOIDED,
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", Action)
def test_leads_where_the_table_says_and_nowhere_else(state: State, action: Action) -> None:
    if (state, action) in ALLOWED:
        assert MEETING.after(state, action) == ALLOWED[state, action]
    else:
        with pytest.raises(IllegalTransition):
            MEETING.after(state, action)


def test_begins_as_a_draft() -> None:
    assert MEETING.start(Action.DRAFT) == State.DRAFT
