"""T2, T3 and T4: what letters, selections and establishments fulfil."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from services.registry.governance.letters.commands import draft_letter, send_letter
from shared.kernel.clock import set_business_now
from tests.integration.registry.duty.conftest import go_to, hear, the
from tests.integration.registry.governance.conftest import SCOPE
from tests.support.actors import HQ, YAZD
from tests.support.partnership_world import MEHR_21, a_plan, a_secretariat, a_selection


def a_notice(session: Session, province: str) -> None:
    """Headquarters' letter about the directive to a province, sent."""
    letter = draft_letter(
        session, **SCOPE, province=province, direction="hq_to_province", subject_code="directive_notice",
        subject="ابلاغ دستورالعمل", by=HQ, now=MEHR_21,
    )  # fmt: skip
    send_letter(session, letter_id=letter.id, expected=letter.version, by=HQ, now=MEHR_21)
    hear(session)


class TestProvincesTold:
    def test_the_last_open_plans_letter_fulfils_t2(self, session: Session) -> None:
        go_to(session, MEHR_21)
        a_plan(session, province="IR-21", by=YAZD)
        a_plan(session, province="IR-03", by=HQ)
        a_notice(session, "IR-21")
        assert the(session, "T2").state == "open"
        a_notice(session, "IR-03")
        t2 = the(session, "T2")
        assert (t2.state, t2.fulfilled_on, t2.late) == ("fulfilled", date(2020, 10, 12), False)


class TestDesignation:
    @pytest.mark.requirement("R-076")
    def test_five_of_each_fulfil_t3_and_their_establishment_t4(self, session: Session) -> None:
        go_to(session, MEHR_21)
        for _ in range(4):
            a_secretariat(session, province="IR-21", by=YAZD)
            a_selection(session, province="IR-21", by=YAZD)
        hear(session)
        # Four are established, but a quorum of five was never designated.
        assert [the(session, code, province="IR-21").state for code in ("T3", "T4")] == ["open", "open"]
        a_selection(session, province="IR-21", by=YAZD)
        a_secretariat(session, province="IR-21", by=YAZD, upto="selected")
        hear(session)
        assert [the(session, code, province="IR-21").state for code in ("T3", "T4")] == ["fulfilled", "open"]

    def test_an_establishment_after_the_window_is_late(self, session: Session) -> None:
        go_to(session, MEHR_21)
        for _ in range(4):
            a_secretariat(session, province="IR-21", by=YAZD)
        later = MEHR_21.replace(month=11, day=4)
        set_business_now(session, now=MEHR_21)
        go_to(session, later)
        assert the(session, "T4", province="IR-21").state == "overdue"
        a_secretariat(session, province="IR-21", by=YAZD, now=later)
        hear(session)
        t4 = the(session, "T4", province="IR-21")
        assert (t4.state, t4.fulfilled_on, t4.late) == ("fulfilled", date(2020, 11, 4), True)
