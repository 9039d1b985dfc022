"""Two at once: real threads, real commits, one slot."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from services.registry.partnership.pairings.commands import propose_pairing
from services.registry.partnership.pairings.models import Pairing
from services.registry.partnership.quotas.commands import take_slot
from services.registry.partnership.quotas.models import Slot
from services.registry.partnership.secretariats.commands import select_secretariat
from services.registry.partnership.selections.commands import select_agency
from shared.kernel.problems import Problem
from shared.kernel.tenancy import enter
from shared.values.ids import new_id
from tests.integration.registry.partnership.conftest import prepare
from tests.support.actors import TABRIZ, TENANT
from tests.support.partnership_world import MEHR_21, a_plan, a_secretariat, a_selection
from tests.support.registry_world import an_agency

Sessions = sessionmaker[Session]


def at_once(sessions: Sessions, *verbs: Callable[[Session], object]) -> list[str]:
    """Run verbs in transactions of their own that begin together; 'done' or the problem's slug of each."""
    barrier, answers = Barrier(len(verbs)), ["?"] * len(verbs)

    def run(number: int) -> None:
        try:
            with sessions.begin() as session:
                enter(session, tenant=TENANT, province="IR-03")
                barrier.wait(timeout=10)
                verbs[number](session)
            answers[number] = "done"
        except Problem as problem:
            answers[number] = type(problem).slug()

    threads = [Thread(target=run, args=(number,)) for number in range(len(verbs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return sorted(answers)


def history(sessions: Sessions, make: Callable[[Session], object]) -> None:
    """Commit a history."""
    with sessions.begin() as session:
        prepare(session)
        make(session)


class TestLastSlot:
    """Of two takers of the last slot one gets it and the other a 409."""

    @pytest.mark.invariant("I-03")
    @pytest.mark.requirement("R-034")
    def test_goes_to_one_of_two_secretariats(self, registry_sessions: Sessions) -> None:
        waiting: list[Any] = []

        def nine_taken(session: Session) -> None:
            plan = a_plan(session)
            for _ in range(9):
                slot: dict[str, Any] = {"plan_id": plan.id, "subject": "secretariat", "holder_id": new_id()}
                take_slot(session, **slot, on=MEHR_21.date(), today=MEHR_21.date())
            waiting.extend(a_secretariat(session, upto="assessed").secretariat.id for _ in range(2))

        history(registry_sessions, nine_taken)

        def select_it(secretariat_id: Any) -> Callable[[Session], object]:
            values: dict[str, Any] = {"decision_ref": "1", "expected": None, "by": TABRIZ, "now": MEHR_21}
            return lambda session: select_secretariat(session, secretariat_id=secretariat_id, **values)

        assert at_once(registry_sessions, *map(select_it, waiting)) == ["done", "quota_max_reached"]
        assert self.used(registry_sessions) == 10

    @pytest.mark.invariant("I-04")
    @pytest.mark.requirement("R-036")
    def test_goes_to_one_of_two_agencies(self, registry_sessions: Sessions) -> None:
        plans: list[Any] = []
        agencies: list[Any] = []

        def nine_taken(session: Session) -> None:
            plans.append(a_plan(session).id)
            for _ in range(9):
                a_selection(session)
            agencies.extend(an_agency(session, now=MEHR_21).id for _ in range(2))

        history(registry_sessions, nine_taken)

        def select_it(agency_id: Any) -> Callable[[Session], object]:
            values: dict[str, Any] = {"plan_id": plans[0], "decision_ref": "1", "by": TABRIZ, "now": MEHR_21}
            return lambda session: select_agency(session, agency_id=agency_id, **values)

        assert at_once(registry_sessions, *map(select_it, agencies)) == ["done", "quota_max_reached"]
        assert self.used(registry_sessions) == 10

    @pytest.mark.invariant("I-03")
    def test_is_guarded_by_its_row_even_without_the_plans_lock(self, registry_sessions: Sessions) -> None:
        plans: list[Any] = []

        def nine_taken(session: Session) -> None:
            plan = a_plan(session)
            plans.append(plan.id)
            for _ in range(9):
                slot: dict[str, Any] = {"plan_id": plan.id, "subject": "secretariat", "holder_id": new_id()}
                take_slot(session, **slot, on=MEHR_21.date(), today=MEHR_21.date())

        history(registry_sessions, nine_taken)

        def take_it(session: Session) -> object:
            slot: dict[str, Any] = {"plan_id": plans[0], "subject": "secretariat", "holder_id": new_id()}
            return take_slot(session, **slot, on=MEHR_21.date(), today=MEHR_21.date())

        assert at_once(registry_sessions, *[take_it] * 4) == ["done", *["quota_max_reached"] * 3]

    @staticmethod
    def used(sessions: Sessions) -> int:
        """Slots in use, as the database sees them."""
        with sessions.begin() as session:
            enter(session, tenant=TENANT, province="*")
            return len(session.scalars(select(Slot.id).where(Slot.holder_id.is_not(None))).all())


class TestOneOpenPairing:
    """Of two proposals for one agency one is made."""

    @pytest.mark.invariant("I-08")
    @pytest.mark.requirement("R-008")
    def test_is_all_an_agency_gets(self, registry_sessions: Sessions) -> None:
        sides: list[Any] = []
        agencies: list[Any] = []

        def two_secretariats(session: Session) -> None:
            sides.extend(a_secretariat(session, upto="selected").secretariat.id for _ in range(2))
            agencies.append(a_selection(session).agency_id)

        history(registry_sessions, two_secretariats)

        def propose_it(secretariat_id: Any) -> Callable[[Session], object]:
            values: dict[str, Any] = {"agency_id": agencies[0], "by": TABRIZ, "now": MEHR_21}
            return lambda session: propose_pairing(session, secretariat_id=secretariat_id, **values)

        assert at_once(registry_sessions, *map(propose_it, sides)) == ["done", "pairing_exists"]
        with registry_sessions.begin() as session:
            enter(session, tenant=TENANT, province="*")
            assert len(session.scalars(select(Pairing.id)).all()) == 1
