"""The decisions of the partnership wing, without a database."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.partnership.pairings import rules as pairings
from services.registry.partnership.province_plans import rules as plans
from services.registry.partnership.quotas import rules as quotas
from services.registry.partnership.quotas.rules import Exemption, Holding, Limits
from services.registry.partnership.secretariats import rules as secretariats
from services.registry.partnership.secretariats.rules import Check
from shared.kernel.problems import Refusal
from shared.values.ids import new_id

MEHR_1, MEHR_30, ABAN_1 = date(2020, 9, 22), date(2020, 10, 21), date(2020, 10, 22)
CYCLE: dict[str, Any] = {"cycle_from": MEHR_1, "cycle_to": date(2021, 9, 22), "field": "on"}
TEHRAN = "Asia/Tehran"


def codes(refusals: list[Refusal]) -> list[str]:
    """The codes of some refusals."""
    return [each.code for each in refusals]


class TestMayTakeEffect:
    """A fact takes effect inside the cycle, not in the future, not before what it follows."""

    @pytest.mark.parametrize(
        ("day", "expected"),
        [
            (MEHR_30, []),
            (MEHR_1, []),
            (ABAN_1, ["day_in_future"]),
            (date(2020, 9, 21), ["day_outside_cycle"]),
        ],
    )
    def test_tells_future_from_outside(self, day: date, expected: list[str]) -> None:
        assert codes(plans.may_take_effect(day, today=MEHR_30, **CYCLE)) == expected

    def test_keeps_the_order_of_steps(self) -> None:
        refusals = plans.may_take_effect(MEHR_1, today=MEHR_30, not_before=date(2020, 9, 25), **CYCLE)
        assert codes(refusals) == ["day_before_previous_step"]
        assert refusals[0].field == "on"


class TestIntervals:
    """Established days are kept as half-open intervals."""

    def test_begin_and_end_and_begin_again(self) -> None:
        intervals = plans.begun(plans.ended(plans.begun([], MEHR_1), MEHR_30), ABAN_1)
        assert intervals == [{"from_on": "2020-09-22", "to_on": "2020-10-21"}, {"from_on": "2020-10-22", "to_on": None}]
        assert plans.last_day(intervals) == ABAN_1

    def test_drops_an_interval_of_no_length(self) -> None:
        assert plans.ended(plans.begun([], MEHR_1), MEHR_1) == []

    @given(st.lists(st.booleans(), max_size=12))
    def test_never_overlap_whatever_the_order(self, steps: list[bool]) -> None:
        intervals: plans.Intervals = []
        for number, begin in enumerate(steps):
            day = date(2020, 9, 22).replace(day=1 + number)
            intervals = (plans.begun if begin else plans.ended)(intervals, day)
        edges = [edge for each in intervals for edge in (each["from_on"], each["to_on"]) if edge is not None]
        assert edges == sorted(set(edges)) or len(edges) == len(intervals) * 2
        assert all(each["to_on"] is not None for each in intervals[:-1])


class TestLaunch:
    """Open steps warn, they never refuse (I-05)."""

    @pytest.mark.invariant("I-05")
    def test_warns_of_each_open_step_and_short_quota(self) -> None:
        refusals = plans.may_launch({"T1": MEHR_1, "T2": None, "T3": None, "T4": MEHR_30}, short_of=["Q-SCH"])
        assert codes(refusals) == ["launch_step_open", "launch_step_open", "quota_below_minimum"]
        assert {each.severity for each in refusals} == {"soft"}

    def test_reminds_seven_and_two_days_before_the_end(self) -> None:
        assert plans.launch_reminder_after(MEHR_1, MEHR_30) == ("T-7", date(2020, 10, 14))
        assert plans.launch_reminder_after(date(2020, 10, 14), MEHR_30) == ("T-2", date(2020, 10, 19))
        assert plans.launch_reminder_after(date(2020, 10, 19), MEHR_30) is None


class TestSteps:
    """T3 and T4 follow from the slots (K-08)."""

    LEAST = {"secretariat": 2, "linked_agency": 1}

    def test_third_step_is_the_day_the_last_minimum_was_reached(self) -> None:
        slots = {
            "secretariat": [Holding(ABAN_1, None), Holding(MEHR_1, None), Holding(MEHR_30, None)],
            "linked_agency": [Holding(MEHR_1, None)],
        }
        assert quotas.third_step(slots, self.LEAST) == MEHR_30
        assert quotas.third_step({"secretariat": slots["secretariat"]}, self.LEAST) is None

    def test_fourth_step_waits_for_every_selected_one(self) -> None:
        both = [Holding(MEHR_1, MEHR_30), Holding(MEHR_1, ABAN_1)]
        assert quotas.fourth_step(both, 2) == ABAN_1
        assert quotas.fourth_step([*both, Holding(MEHR_1, None)], 2) is None
        assert quotas.fourth_step(both[:1], 2) is None
        assert quotas.fourth_step([], 0) is None


class TestQuotas:
    """Limits, exceptions and the hours at which a quota is looked at."""

    LAW = Limits(5, 10)

    @pytest.mark.requirement("R-038")
    def test_an_exception_holds_on_its_days_only_and_the_latest_wins(self) -> None:
        granted = [
            Exemption("Q-SCH", 3, 12, MEHR_1, MEHR_30),
            Exemption("Q-SCH", 4, 11, MEHR_30, MEHR_30),
            Exemption("Q-AGY", 1, 2, MEHR_1, ABAN_1),
        ]
        assert quotas.limits_on(MEHR_1, "Q-SCH", self.LAW, granted) == Limits(3, 12)
        assert quotas.limits_on(MEHR_30, "Q-SCH", self.LAW, granted) == Limits(4, 11)
        assert quotas.limits_on(ABAN_1, "Q-SCH", self.LAW, granted) == self.LAW

    def test_an_exception_must_make_sense(self) -> None:
        wrong = quotas.may_grant_exception(limits=Limits(6, 5), usual=self.LAW, today=ABAN_1, until=MEHR_30)
        assert codes(wrong) == ["quota_min_above_max", "quota_exception_expired"]
        same = quotas.may_grant_exception(limits=self.LAW, usual=self.LAW, today=MEHR_1, until=MEHR_30)
        assert codes(same) == ["quota_exception_changes_nothing"]

    def test_reminds_weekly_at_nine_on_the_weekday_of_the_breach(self) -> None:
        breach = datetime(2020, 10, 21, 20, 30, tzinfo=UTC)  # 00:00 in Tehran on Thursday 1 Aban
        first = quotas.next_weekly(breach, breach, TEHRAN)
        assert first == datetime(2020, 10, 29, 5, 30, tzinfo=UTC)  # Thursday 8 Aban, 09:00
        assert quotas.next_weekly(first, first, TEHRAN) == datetime(2020, 11, 5, 5, 30, tzinfo=UTC)

    def test_skips_weeks_that_passed_unattended(self) -> None:
        breach = datetime(2020, 10, 21, 20, 30, tzinfo=UTC)
        later = datetime(2020, 11, 20, 12, 0, tzinfo=UTC)
        assert quotas.next_weekly(breach, later, TEHRAN) == datetime(2020, 11, 26, 5, 30, tzinfo=UTC)

    def test_news_comes_when_the_window_or_an_exception_ends(self) -> None:
        exemption = Exemption("Q-SCH", 3, 10, MEHR_1, date(2020, 11, 10))
        assert quotas.next_news_day(MEHR_1, launch_to=MEHR_30, exemptions=[exemption]) == ABAN_1
        assert quotas.next_news_day(ABAN_1, launch_to=MEHR_30, exemptions=[exemption]) == date(2020, 11, 11)
        assert quotas.next_news_day(ABAN_1, launch_to=MEHR_30, exemptions=[]) is None


class TestSecretariatRules:
    """Who can be a secretariat, and what it needs."""

    CHECKLIST = (Check("space", 3), Check("access", 1), Check("wish", 1, required=False))

    @pytest.mark.invariant("I-07")
    @pytest.mark.requirement("R-009")
    def test_asks_for_kind_gender_and_an_open_school_at_once(self) -> None:
        refusals = secretariats.may_nominate(
            school_kind="ordinary",
            allowed_kinds=("special",),
            school_gender=None,
            allowed_genders=("girls", "boys", "mixed"),
            school_open=False,
        )
        assert codes(refusals) == ["school_kind_not_allowed", "school_gender_missing", "school_not_open"]

    @pytest.mark.requirement("R-058")
    def test_asks_for_every_required_item_of_the_checklist(self) -> None:
        answers = {"space": True, "colour": True}
        refusals = secretariats.may_assess(answers, checklist=self.CHECKLIST, score=Decimal(101))
        assert codes(refusals) == ["checklist_item_missing", "checklist_item_unknown", "score_out_of_range"]
        assert [each.field for each in refusals] == ["checklist.access", "checklist.colour", "score"]
        assert secretariats.may_assess({"space": True, "access": False}, checklist=self.CHECKLIST, score=None) == []

    def test_scores_by_the_weights_of_what_is_met(self) -> None:
        assert secretariats.score_of({"space": True, "access": False}, self.CHECKLIST) == Decimal("60.00")
        assert secretariats.score_of({}, ()) == 0

    @pytest.mark.invariant("I-12")
    @pytest.mark.requirement("R-075")
    def test_is_established_only_with_officer_sheet_and_calendar(self) -> None:
        assert codes(secretariats.may_establish(officers=[], duty_sheet=[], action_calendar=[])) == [
            "officer_missing",
            "duty_sheet_missing",
            "action_calendar_missing",
        ]
        whole = secretariats.may_establish(officers=[new_id()], duty_sheet=["x"], action_calendar=[{"on": "x"}])
        assert whole == []

    @pytest.mark.invariant("I-11")
    def test_appoints_the_principal_and_nobody_else(self) -> None:
        principal = new_id()
        assert secretariats.may_appoint(person_id=principal, principals=[principal]) == []
        assert codes(secretariats.may_appoint(person_id=new_id(), principals=[principal])) == [
            "appointee_not_principal"
        ]


class TestPairingRules:
    """What two sides need to be tied."""

    def test_needs_both_sides_selected(self) -> None:
        assert pairings.may_propose(secretariat_state="selected", agency_state="selected") == []
        refusals = pairings.may_propose(secretariat_state="assessed", agency_state=None)
        assert codes(refusals) == ["secretariat_not_selected", "agency_not_selected"]

    def test_invites_by_the_sent_readiness_letter_to_this_agency(self) -> None:
        assert pairings.may_invite(sent_on=MEHR_1, to_agency=True, subject_code="readiness") == []
        refusals = pairings.may_invite(sent_on=None, to_agency=False, subject_code="other")
        assert codes(refusals) == ["letter_not_sent", "letter_not_to_this_agency", "letter_declares_no_readiness"]

    @pytest.mark.invariant("I-10")
    @pytest.mark.parametrize("state", ["selected", "suspended", "revoked"])
    def test_is_established_only_after_appointment_and_acceptance(self, state: str) -> None:
        refusals = pairings.may_establish(secretariat_state=state, accepted_on=None)
        assert codes(refusals) == ["secretariat_not_appointed", "agency_has_not_accepted"]
        assert pairings.may_establish(secretariat_state="appointed", accepted_on=MEHR_1) == []

    def test_corrects_only_what_was_entered_and_what_differs(self) -> None:
        before: dict[str, date | None] = {"invited_on": None, "proposed_on": MEHR_1}
        after = {"invited_on": MEHR_1, "proposed_on": MEHR_1}
        assert codes(pairings.may_correct(before=before, after=after)) == ["nothing_to_correct"]
        same = {"proposed_on": MEHR_1}
        assert codes(pairings.may_correct(before=dict(same), after=same)) == ["correction_changes_nothing"]

    def test_days_never_run_backwards(self) -> None:
        refusals = pairings.in_order(MEHR_30, MEHR_1, None, ABAN_1, [{"from_on": "2020-10-22", "to_on": "2020-10-20"}])
        assert [each.field for each in refusals] == ["invited_on", "on"]
