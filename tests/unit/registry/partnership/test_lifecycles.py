"""Every state × every action of the partnership wing's lifecycles: the table as it stands in the specification."""

from enum import StrEnum
from typing import Any

import pytest

from services.registry.partnership.pairings.lifecycle import OPEN, PAIRING
from services.registry.partnership.pairings.lifecycle import Action as PairingAction
from services.registry.partnership.pairings.lifecycle import State as PairingState
from services.registry.partnership.province_plans.lifecycle import PROVINCE_PLAN
from services.registry.partnership.province_plans.lifecycle import Action as PlanAction
from services.registry.partnership.province_plans.lifecycle import State as PlanState
from services.registry.partnership.secretariats.lifecycle import HOLDING, SECRETARIAT
from services.registry.partnership.secretariats.lifecycle import Action as SecretariatAction
from services.registry.partnership.secretariats.lifecycle import State as SecretariatState
from services.registry.partnership.selections.lifecycle import SELECTION
from services.registry.partnership.selections.lifecycle import Action as SelectionAction
from services.registry.partnership.selections.lifecycle import State as SelectionState
from shared.kernel.lifecycle import IllegalTransition, Lifecycle

# noun → "state action next"; '—' in the specification is the same state.
EXPECTED = {
    "pairing": """
        proposed invite invited · invited accept accepted · invited decline declined · accepted establish established
        established suspend suspended · suspended resume established · established complete completed
        proposed dissolve dissolved · invited dissolve dissolved · accepted dissolve dissolved
        established dissolve dissolved · suspended dissolve dissolved
        proposed correct proposed · invited correct invited · accepted correct accepted · declined correct declined
        established correct established · suspended correct suspended · dissolved correct dissolved
        completed correct completed
        proposed void voided · invited void voided · accepted void voided · declined void voided
        established void voided · suspended void voided · dissolved void voided
    """,
    "secretariat": """
        nominated assess assessed · assessed select selected · assessed pass-over not_selected
        selected issue-appointment appointed · appointed establish established
        established change-officer established · established suspend suspended · suspended resume established
        selected revoke revoked · appointed revoke revoked · established revoke revoked · suspended revoke revoked
        established complete completed
    """,
    "province_plan": """
        not_started start preparing · preparing launch running · running delegate running · running close closed
        preparing select-agency preparing · running select-agency running
        preparing deselect-agency preparing · running deselect-agency running
        preparing grant-exception preparing · running grant-exception running
        preparing check-quota preparing · running check-quota running
    """,
    "selection": "in_pool select selected · selected deselect in_pool",
}
NOUNS: list[tuple[Lifecycle[Any, Any], type[StrEnum], type[StrEnum]]] = [
    (PAIRING, PairingState, PairingAction),
    (SECRETARIAT, SecretariatState, SecretariatAction),
    (PROVINCE_PLAN, PlanState, PlanAction),
    (SELECTION, SelectionState, SelectionAction),
]


def expected_of(noun: str) -> dict[tuple[str, str], str]:
    """The specification's table of a noun."""
    words = EXPECTED[noun].replace("·", " ").split()
    return {(words[n], words[n + 1]): words[n + 2] for n in range(0, len(words), 3)}


CASES = [(lifecycle, state, action) for lifecycle, states, actions in NOUNS for state in states for action in actions]


class TestLifecycles:
    """The tables are the specification, and nothing else is open."""

    @pytest.mark.parametrize(("lifecycle", "state", "action"), CASES, ids=lambda each: str(getattr(each, "noun", each)))
    def test_leads_where_the_specification_says_or_names_what_is_open(
        self, lifecycle: Lifecycle[Any, Any], state: StrEnum, action: StrEnum
    ) -> None:
        following = expected_of(lifecycle.noun).get((str(state), str(action)))
        if following is not None:
            assert str(lifecycle.after(state, action)) == following
            return
        with pytest.raises(IllegalTransition) as refused:
            lifecycle.after(state, action)
        open_actions = {to for (of, to) in expected_of(lifecycle.noun) if of == str(state)}
        assert set(refused.value.extra["open_actions"]) == open_actions

    def test_has_the_states_that_hold_something(self) -> None:
        assert {str(state) for state in OPEN} == {"proposed", "invited", "accepted", "established", "suspended"}
        assert {str(state) for state in HOLDING} == {"selected", "appointed", "established", "suspended"}

    @pytest.mark.parametrize(("lifecycle", "states", "actions"), NOUNS, ids=lambda each: str(getattr(each, "noun", "")))
    def test_reaches_every_state_from_its_beginning(
        self, lifecycle: Lifecycle[Any, Any], states: type[StrEnum], actions: type[StrEnum]
    ) -> None:
        reached = set(lifecycle.initial.values())
        for _ in states:
            reached |= {to for (of, _), to in lifecycle.table.items() if of in reached}
        without_a_row = {"not_started"}
        assert {str(state) for state in states} - without_a_row == {str(state) for state in reached}
