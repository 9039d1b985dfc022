"""Every pair of state and action of a delivery: allowed as the table says, refused otherwise."""

import pytest

from services.notifications.messages.lifecycle import DELIVERY, Action, State
from shared.kernel.lifecycle import IllegalTransition

FINAL = (State.SENT, State.SUPPRESSED)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", Action)
def test_only_the_tables_ways_are_open(state: State, action: Action) -> None:
    if (state, action) in DELIVERY.table:
        assert DELIVERY.after(state, action) is DELIVERY.table[state, action]
    else:
        with pytest.raises(IllegalTransition):
            DELIVERY.after(state, action)


def test_what_was_sent_or_held_stays_so() -> None:
    assert all(DELIVERY.open(state) == () for state in FINAL)


def test_nothing_reaches_a_provider_without_the_mark() -> None:
    ways_to_sent = {state for (state, action), target in DELIVERY.table.items() if target is State.SENT and action}

    assert ways_to_sent == {State.DATA, State.UNKNOWN}
    assert {state for (state, _), target in DELIVERY.table.items() if target is State.DATA} == {State.CLAIMED}
