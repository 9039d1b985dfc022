"""A changed list of days off: deadlines that roll move later, cadences stay, nothing moves earlier (7.4)."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from services.registry.duty.obligations import queries
from services.registry.programme.holidays.commands import change_holidays
from services.registry.programme.holidays.rules import Kind
from tests.integration.registry.duty.conftest import go_to, hear, the, told
from tests.support.actors import HQ, YAZD
from tests.support.partnership_world import MEHR_21, a_plan

LAST_OF_MEHR = date(2020, 10, 21)
NAMES = {"fa": "آلودگی هوا"}


class TestReplanObligations:
    @pytest.mark.invariant("I-39")
    def test_a_closure_of_the_province_moves_its_deadlines_only_later(self, session: Session) -> None:
        go_to(session, MEHR_21)
        a_plan(session, province="IR-21", by=YAZD)
        a_plan(session, province="IR-03", by=HQ)
        hear(session)
        closed = {LAST_OF_MEHR: NAMES, date(2020, 12, 20): NAMES}
        change_holidays(session, province="IR-21", kind=Kind.CLOSURE, added=closed, removed=(), by=YAZD, now=MEHR_21)
        hear(session)
        t3 = the(session, "T3", province="IR-21")
        # Wednesday 30 Mehr is closed, Thursday and Friday are the weekend.
        assert (t3.due_on, t3.due_version, told(session, t3)[-1]) == (date(2020, 10, 24), 2, ("extended", ""))
        assert [one.due_on for one in queries.past_dues_of(session, t3)] == [LAST_OF_MEHR]
        assert the(session, "T3", province="IR-03").due_version == 1
        assert the(session, "W3", period="Q1", province="IR-21").due_on == date(2020, 12, 20)
        change_holidays(
            session, province="IR-21", kind=Kind.CLOSURE, added={}, removed=list(closed), by=YAZD, now=MEHR_21
        )
        hear(session)
        assert the(session, "T3", province="IR-21").due_on == date(2020, 10, 24)
