"""Obligations: derived from facts, reminded, escalated, missed, fulfilled and reopened."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.registry.duty.obligations import commands, queries
from services.registry.duty.obligations.clock import pass_obligation_instant
from services.registry.duty.obligations.commands import derive_obligations
from services.registry.duty.obligations.models import Obligation
from services.registry.gathering.meetings import commands as meetings
from services.registry.gathering.meetings.models import Meeting
from services.registry.gathering.meetings.rules import MeetingDraft
from services.registry.partnership.province_plans.commands import start_plan
from shared.kernel.clock import set_business_now
from shared.kernel.lifecycle import IllegalTransition
from shared.kernel.problems import Refused, Stale
from shared.values.calendars import Calendar
from shared.values.partial_dates import PartialDate
from tests.integration.registry.duty.conftest import go_to, hear, the, told
from tests.integration.registry.governance.conftest import SCOPE
from tests.integration.registry.governance.test_directives import an_issued
from tests.support.actors import HQ, TABRIZ, TENANT, YAZD


def tehran(year: int, month: int, day: int, hour: int = 12) -> datetime:
    """An instant by the hour of Tehran in autumn and winter 1399 (UTC+3:30)."""
    return datetime(year, month, day, hour, 30, tzinfo=UTC).replace(hour=hour - 3, minute=0)


BEGIN = tehran(2020, 9, 22)
MEHR_10, ABAN_1, AZAR_1, DEY_1 = (
    tehran(2020, 10, 1), tehran(2020, 10, 22), tehran(2020, 11, 21), tehran(2020, 12, 21),
)  # fmt: skip


def a_held(session: Session, kind: str, day: date, *, province: str = "", now: datetime) -> Meeting:
    """A past meeting entered in one step."""
    draft = MeetingDraft(**SCOPE, province=province, kind=kind, title="جلسه", public=True)
    held = PartialDate.of_day(Calendar.SOLAR_HIJRI, day)
    by = HQ if not province else YAZD
    meeting = meetings.record_meeting(session, draft=draft, held_on=held, by=by, now=now)
    hear(session)
    return meeting


class TestDeriveObligations:
    @pytest.mark.requirement("R-050")
    def test_a_cycle_obliges_the_country(self, session: Session) -> None:
        go_to(session, BEGIN)
        codes = session.scalars(select(Obligation.template).order_by(Obligation.template)).all()
        assert sorted(set(codes)) == ["H1", "H2", "T1", "T2"]
        assert codes.count("H2") == 12
        assert the(session, "H2", period="1399-07").assignees == ["HQC", "HQO"]

    @pytest.mark.requirement("R-056")
    def test_a_plan_obliges_its_province(self, session: Session) -> None:
        go_to(session, BEGIN)
        start_plan(session, **SCOPE, province="IR-21", by=YAZD, now=BEGIN)
        hear(session)
        codes = session.scalars(select(Obligation.template).where(Obligation.province == "IR-21")).all()
        assert sorted(codes) == ["T3", "T4", "W3", "W3", "W3", "W3"]
        assert (
            the(session, "T3", province="IR-21").state,
            the(session, "W3", period="Q1", province="IR-21").state,
        ) == (
            "open",
            "open",
        )

    def test_doing_it_again_adds_nothing(self, session: Session) -> None:
        go_to(session, BEGIN)
        before = session.scalar(select(func.count()).select_from(Obligation))
        derive_obligations(session, tenant=TENANT, **SCOPE, now=BEGIN)
        assert session.scalar(select(func.count()).select_from(Obligation)) == before

    @pytest.mark.invariant("I-39")
    def test_due_days_are_stored_with_the_rules_version(self, session: Session) -> None:
        go_to(session, BEGIN)
        aban = the(session, "H2", period="1399-08")
        assert (aban.due_on, aban.due_version, aban.rule_version) == (date(2020, 11, 20), 1, 1)
        assert aban.due_at == datetime(2020, 11, 20, 20, 29, 59, 999000, tzinfo=UTC)
        assert aban.state == "scheduled"
        assert told(session, aban) == []


class TestPassObligationInstant:
    def test_the_headquarters_meeting_climbs_its_own_ladder(self, session: Session) -> None:
        go_to(session, tehran(2021, 1, 20))
        aban = the(session, "H2", period="1399-08")
        assert told(session, aban) == [
            ("opened", ""),
            ("reminder_due", "T-5"),
            ("overdue", ""),
            ("escalated", "T+1"),
            ("escalated", "T+7"),
            ("escalated", "T+14"),
            ("missed", ""),
        ]
        assert (aban.state, aban.rung, aban.next_at) == ("missed", "T+14", None)

    def test_launch_steps_remind_nobody_and_climb_the_generic_ladder(self, session: Session) -> None:
        go_to(session, tehran(2020, 12, 1))
        assert told(session, the(session, "T2")) == [
            ("opened", ""),
            ("overdue", ""),
            ("escalated", "T+1"),
            ("escalated", "T+7"),
            ("escalated", "T+14"),
            ("escalated", "T+21"),
            ("missed", ""),
        ]

    def test_the_directive_reminds_twice_before(self, session: Session) -> None:
        go_to(session, tehran(2020, 10, 21))
        assert told(session, the(session, "H1")) == [("opened", ""), ("reminder_due", "T-7"), ("reminder_due", "T-2")]

    def test_a_scheduled_meeting_keeps_the_reminder_away(self, session: Session) -> None:
        go_to(session, AZAR_1)
        draft = MeetingDraft(**SCOPE, province="", kind="hq_monthly", title="جلسهٔ آذر", public=True)
        meeting = meetings.draft_meeting(session, draft=draft, by=HQ, now=AZAR_1)
        at = tehran(2020, 12, 17)
        meetings.schedule_meeting(
            session, meeting_id=meeting.id, starts_at=at, ends_at=at.replace(hour=at.hour + 2), by=HQ, now=AZAR_1
        )
        go_to(session, tehran(2020, 12, 16))
        assert told(session, the(session, "H2", period="1399-09")) == [("opened", "")]

    def test_after_a_standstill_people_get_the_highest_rung_alone(self, session: Session) -> None:
        go_to(session, tehran(2020, 10, 20))
        late = tehran(2020, 10, 30)
        set_business_now(session, now=late)
        t1 = the(session, "T1")
        pass_obligation_instant(session, t1.id, late)
        pass_obligation_instant(session, t1.id, late)
        assert told(session, t1) == [("opened", ""), ("overdue", ""), ("escalated", "T+7")]


class TestReviewObligations:
    def test_the_directive_fulfils_h1_and_t1(self, session: Session) -> None:
        go_to(session, tehran(2020, 9, 26))
        an_issued(session)
        hear(session)
        h1 = the(session, "H1")
        assert (h1.state, h1.late, h1.fulfilled_on, h1.evidence) == (
            "fulfilled",
            False,
            date(2020, 9, 26),
            "directive_issued",
        )
        assert the(session, "T1").state == "fulfilled"
        assert the(session, "T2").state == "open"

    def test_a_meeting_held_in_its_month_fulfils_it_even_when_entered_later(self, session: Session) -> None:
        go_to(session, AZAR_1)
        assert the(session, "H2", period="1399-08").state == "overdue"
        a_held(session, "hq_monthly", date(2020, 11, 18), now=AZAR_1)
        aban = the(session, "H2", period="1399-08")
        assert (aban.state, aban.late, aban.fulfilled_on) == ("fulfilled", False, date(2020, 11, 18))

    def test_a_quarterly_meeting_fulfils_the_duty_of_its_province_alone(self, session: Session) -> None:
        go_to(session, BEGIN)
        start_plan(session, **SCOPE, province="IR-21", by=YAZD, now=BEGIN)
        start_plan(session, **SCOPE, province="IR-03", by=TABRIZ, now=BEGIN)
        go_to(session, MEHR_10)
        a_held(session, "provincial_quarterly", date(2020, 9, 30), province="IR-21", now=MEHR_10)
        assert the(session, "W3", period="Q1", province="IR-21").state == "fulfilled"
        assert the(session, "W3", period="Q1", province="IR-03").state == "open"

    def test_a_voided_meeting_reopens_its_duty(self, session: Session) -> None:
        go_to(session, MEHR_10)
        meeting = a_held(session, "hq_monthly", date(2020, 9, 30), now=MEHR_10)
        assert the(session, "H2", period="1399-07").state == "fulfilled"
        meetings.void_meeting(session, meeting_id=meeting.id, reason="اشتباه", by=HQ, now=MEHR_10)
        hear(session)
        mehr = the(session, "H2", period="1399-07")
        assert (mehr.state, mehr.fulfilled_on, mehr.evidence_id) == ("open", None, None)
        assert told(session, mehr)[-1] == ("reopened", "")

    def test_after_the_due_day_it_reopens_as_overdue_and_makes_up_for_no_step(self, session: Session) -> None:
        go_to(session, MEHR_10)
        meeting = a_held(session, "hq_monthly", date(2020, 9, 30), now=MEHR_10)
        aban_5 = tehran(2020, 10, 26)
        go_to(session, aban_5)
        meetings.void_meeting(session, meeting_id=meeting.id, reason="اشتباه", by=HQ, now=aban_5)
        go_to(session, tehran(2020, 10, 29))
        mehr = the(session, "H2", period="1399-07")
        assert mehr.state == "overdue"
        # T+1 fell on 22 October, while the duty counted as fulfilled.
        assert told(session, mehr)[-3:] == [("fulfilled", ""), ("reopened", ""), ("escalated", "T+7")]

    def test_another_meeting_of_the_month_takes_the_place_of_a_voided_one(self, session: Session) -> None:
        go_to(session, MEHR_10)
        first = a_held(session, "hq_monthly", date(2020, 9, 28), now=MEHR_10)
        second = a_held(session, "hq_monthly", date(2020, 9, 30), now=MEHR_10)
        meetings.void_meeting(session, meeting_id=first.id, reason="اشتباه", by=HQ, now=MEHR_10)
        hear(session)
        mehr = the(session, "H2", period="1399-07")
        assert (mehr.state, mehr.evidence_id) == ("fulfilled", second.id)


class TestExtendObligation:
    @pytest.mark.invariant("I-39")
    def test_keeps_the_old_due_instant_and_restarts_the_ladder(self, session: Session) -> None:
        go_to(session, BEGIN)
        start_plan(session, **SCOPE, province="IR-21", by=YAZD, now=BEGIN)
        go_to(session, tehran(2020, 10, 25))
        t3 = the(session, "T3", province="IR-21")
        assert t3.state == "overdue"
        commands.extend_obligation(
            session, obligation_id=t3.id, due_on=date(2020, 11, 10), reason="سیل", expected=t3.version, by=HQ,
            now=tehran(2020, 10, 25),
        )  # fmt: skip
        (past,) = queries.past_dues_of(session, t3)
        assert (past.due_version, past.due_on, t3.due_version, t3.due_on) == (
            1, date(2020, 10, 21), 2, date(2020, 11, 10),
        )  # fmt: skip
        go_to(session, tehran(2020, 11, 12))
        said = told(session, t3)
        assert said[-3:] == [("extended", ""), ("overdue", ""), ("escalated", "T+1")]

    def test_only_a_level_above_extends(self, session: Session) -> None:
        go_to(session, BEGIN)
        start_plan(session, **SCOPE, province="IR-21", by=YAZD, now=BEGIN)
        hear(session)
        t3 = the(session, "T3", province="IR-21")
        with pytest.raises(Refused) as refused:
            commands.extend_obligation(
                session, obligation_id=t3.id, due_on=date(2020, 11, 10), reason="x", by=YAZD, now=BEGIN
            )
        assert [one.code for one in refused.value.refusals] == ["authority_not_above"]


class TestWaiveAndAttest:
    def test_waiving_ends_it_for_a_reason(self, session: Session) -> None:
        go_to(session, BEGIN)
        h2 = the(session, "H2", period="1399-07")
        waived = commands.waive_obligation(session, obligation_id=h2.id, reason="کرونا", by=HQ, now=BEGIN)
        assert (waived.state, waived.next_at) == ("waived", None)
        with pytest.raises(IllegalTransition):
            commands.waive_obligation(session, obligation_id=h2.id, reason="کرونا", by=HQ, now=BEGIN)

    def test_an_attested_day_after_the_due_day_is_late(self, session: Session) -> None:
        go_to(session, AZAR_1)
        t2 = the(session, "T2")
        done = commands.attest_obligation(
            session, obligation_id=t2.id, fulfilled_on=date(2020, 11, 1), evidence="نامهٔ ۱۲", by=HQ, now=AZAR_1
        )
        assert (done.state, done.late, done.evidence) == ("fulfilled", True, "نامهٔ ۱۲")

    def test_a_stale_version_is_refused(self, session: Session) -> None:
        go_to(session, BEGIN)
        h2 = the(session, "H2", period="1399-07")
        with pytest.raises(Stale):
            commands.waive_obligation(
                session, obligation_id=h2.id, reason="x", expected=h2.version + 1, by=HQ, now=BEGIN
            )

    def test_another_province_does_not_see_it(self, session: Session) -> None:
        go_to(session, BEGIN)
        start_plan(session, **SCOPE, province="IR-21", by=YAZD, now=BEGIN)
        hear(session)
        t3 = the(session, "T3", province="IR-21")
        with pytest.raises(queries.ObligationNotFound):
            queries.get_obligation(session, t3.id, by=TABRIZ)
