"""Province plans: start, slots, the minimum at the window's end, reminders, exceptions."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from services.registry.partnership.pairings.commands import dissolve_pairing
from services.registry.partnership.province_plans import commands, queries
from services.registry.partnership.province_plans.clock import DUE
from services.registry.partnership.province_plans.commands import ProvincePlanExists
from services.registry.partnership.province_plans.listener import on_cycle_definition_adopted
from services.registry.partnership.province_plans.models import ProvincePlan
from services.registry.partnership.province_plans.queries import ProvincePlanNotFound
from services.registry.partnership.quotas.commands import QuotaMaxReached
from services.registry.partnership.quotas.queries import slots_of
from services.registry.partnership.quotas.rules import Limits
from services.registry.partnership.selections.commands import deselect_agency, select_agency
from services.registry.programme.cycles.commands import adopt_definition
from services.registry.programme.cycles.queries import cycle_named, rules_of
from services.registry.programme.programmes.commands import revise_programme
from services.registry.programme.programmes.queries import find_programme
from services.registry.register.territories.queries import TerritoryNotFound
from shared.kernel.problems import Refused, RefusedNow
from tests.support.actors import HQ, TABRIZ, TENANT, YAZD
from tests.support.partnership_world import ABAN_1, MEHR_21, a_pairing, a_plan, a_selection, events_of
from tests.support.registry_world import CYCLE, PROGRAMME, an_agency

SCOPE: dict[str, Any] = {"programme": PROGRAMME, "cycle": CYCLE}
TODAY = date(2020, 10, 12)


def let_pass(session: Session, until: datetime) -> None:
    """Run the clock as the demo does: to each next instant, and no further than `until`."""
    while (at := min((at for due in DUE if (at := due.next_at(session)) is not None), default=until)) <= until:
        for due in DUE:
            for row_id in due.due(session, at, 100):
                due.run(session, row_id, at)
        if at == until:
            break


def said_after(session: Session, noun: str) -> list[str]:
    """The participles said about a noun."""
    return [each["said"] for each in events_of(session, noun)]


class TestStartPlan:
    """A province takes part once per cycle."""

    @pytest.mark.invariant("I-01")
    def test_lays_out_the_slots_of_the_pinned_definition(self, session: Session) -> None:
        plan = a_plan(session)
        seen = [
            (each.quota_id, each.subject, each.used, each.min, each.max) for each in slots_of(session, plan.id, TODAY)
        ]
        assert seen == [("Q-AGY", "linked_agency", 0, 5, 10), ("Q-SCH", "secretariat", 0, 5, 10)]
        assert plan.launch_to == date(2020, 10, 21)
        assert [each["code"] for each in plan.warnings] == ["directive_not_issued"]
        said = events_of(session, "province_plan")[-1]
        assert said["plan"]["slots_used"] == {"Q-AGY": 0, "Q-SCH": 0}

    def test_is_refused_a_second_time_and_elsewhere(self, session: Session) -> None:
        plan = a_plan(session)
        with pytest.raises(ProvincePlanExists) as refused:
            commands.start_plan(session, **SCOPE, province="IR-03", by=TABRIZ, now=MEHR_21)
        assert refused.value.link == f"/v1/province-plans/{plan.id}"
        with pytest.raises(TerritoryNotFound):
            commands.start_plan(session, **SCOPE, province="IR-21", by=TABRIZ, now=MEHR_21)

    @pytest.mark.requirement("R-170")
    def test_is_unknown_in_another_province(self, session: Session) -> None:
        plan = a_plan(session)
        with pytest.raises(ProvincePlanNotFound):
            queries.get_plan(session, plan.id, by=YAZD)
        assert queries.list_plans(session, by=YAZD) == []
        assert queries.list_plans(session, by=HQ, province="IR-03") == [plan]

    def test_is_delegated_to_a_district_of_its_own_only(self, session: Session) -> None:
        plan = a_plan(session)
        commands.launch_plan(session, plan_id=plan.id, expected=plan.version, by=TABRIZ, now=MEHR_21)
        assert {each["code"] for each in plan.warnings} == {"launch_step_open", "quota_below_minimum"}
        with pytest.raises(Refused) as refused:
            commands.delegate_plan(session, plan_id=plan.id, district="IR-21", expected=None, by=TABRIZ, now=MEHR_21)
        assert refused.value.refusals[0].code == "district_not_in_province"


class TestSelectAgency:
    """Ten slots, and no eleventh."""

    @pytest.mark.invariant("I-04", "I-06")
    @pytest.mark.requirement("R-036")
    def test_refuses_the_eleventh_until_one_is_given_back(self, session: Session) -> None:
        selections = [a_selection(session) for _ in range(10)]
        eleventh = an_agency(session, now=MEHR_21)
        plan_id = selections[0].plan_id
        with pytest.raises(QuotaMaxReached):
            select_agency(session, plan_id=plan_id, agency_id=eleventh.id, decision_ref="1", by=TABRIZ, now=MEHR_21)
        deselect_agency(
            session, plan_id=plan_id, agency_id=selections[3].agency_id, reason="انصراف", expected=None, by=TABRIZ,
            now=MEHR_21,
        )  # fmt: skip
        taken = select_agency(session, plan_id=plan_id, agency_id=eleventh.id, decision_ref="2", by=TABRIZ, now=MEHR_21)
        assert taken.slot_no == 4
        assert said_after(session, "agency")[-2:] == ["deselected", "selected"]

    def test_refuses_an_agency_of_another_pool(self, session: Session) -> None:
        plan, agency = a_plan(session), an_agency(session, now=MEHR_21, province="IR-21")
        with pytest.raises(Refused) as refused:
            select_agency(session, plan_id=plan.id, agency_id=agency.id, decision_ref="1", by=HQ, now=MEHR_21)
        assert refused.value.refusals[0].code == "agency_not_in_pool"

    def test_keeps_an_agency_with_an_open_pairing(self, session: Session) -> None:
        pairing = a_pairing(session, upto="proposed")
        with pytest.raises(RefusedNow) as refused:
            deselect_agency(
                session, plan_id=pairing.plan_id, agency_id=pairing.agency_id, reason="انصراف", expected=None,
                by=TABRIZ, now=MEHR_21,
            )  # fmt: skip
        assert refused.value.link == f"/v1/pairings/{pairing.id}"


class TestMinimum:
    """Checked at the end of the launch window, then at each change; it never blocks a write."""

    @pytest.mark.invariant("I-05")
    @pytest.mark.requirement("R-035")
    def test_is_broken_at_midnight_after_the_window_and_said_again_weekly(self, session: Session) -> None:
        plan = a_plan(session)
        let_pass(session, ABAN_1)
        breaches = [each for each in events_of(session, "quota") if each["said"] == "breached"]
        assert [(each["quota_id"], each["holders"], each["min"]) for each in breaches] == [
            ("Q-AGY", 0, 5),
            ("Q-SCH", 0, 5),
        ]
        assert {each["checked_at"] for each in breaches} == {"2020-10-21T20:30:00Z"}
        assert breaches[-1]["plan"]["breached"] == {"Q-AGY": True, "Q-SCH": True}
        let_pass(session, ABAN_1 + timedelta(days=15))
        reminders = [each for each in events_of(session, "quota") if each["said"] == "reminder_due"]
        assert [each["step"] for each in reminders] == ["W1", "W1", "W2", "W2"]
        assert {each["due_at"] for each in reminders} == {"2020-10-29T05:30:00Z", "2020-11-05T05:30:00Z"}
        assert plan.quota_check_at is not None

    @pytest.mark.invariant("I-05")
    def test_turns_with_the_fifth_and_again_when_one_is_lost(self, session: Session) -> None:
        pairings = [a_pairing(session) for _ in range(4)]
        let_pass(session, ABAN_1)
        later = ABAN_1 + timedelta(days=13, hours=12)
        fifth = a_pairing(session, now=later)
        assert said_after(session, "quota") == ["breached", "breached", "restored", "restored"]
        restored = [each for each in events_of(session, "quota") if each["said"] == "restored"]
        assert [(each["quota_id"], each["holders"]) for each in restored] == [("Q-SCH", 5), ("Q-AGY", 5)]
        dissolve_pairing(session, pairing_id=fifth.id, reason="پایان", expected=None, by=TABRIZ, now=later)
        assert said_after(session, "quota")[-1] == "breached"
        assert len(pairings) == 4

    def test_is_not_looked_at_before_the_window_ends(self, session: Session) -> None:
        a_pairing(session)
        assert said_after(session, "quota") == []

    @pytest.mark.requirement("R-038")
    def test_an_exception_heals_until_it_ends(self, session: Session) -> None:
        plan = a_plan(session)
        let_pass(session, ABAN_1)
        until = date(2020, 11, 10)
        for quota_id in ("Q-AGY", "Q-SCH"):
            commands.grant_exception(
                session, plan_id=plan.id, quota_id=quota_id, limits=Limits(0, 12), until_on=until, reason="سیل",
                by=HQ, now=ABAN_1 + timedelta(hours=12),
            )  # fmt: skip
        assert said_after(session, "quota")[2:] == [
            "exception_granted", "restored", "exception_granted", "restored",
        ]  # fmt: skip
        assert slots_of(session, plan.id, until)[0].max == 12
        let_pass(session, datetime(2020, 11, 10, 20, 30, tzinfo=UTC))
        assert said_after(session, "quota")[-2:] == ["breached", "breached"]

    def test_ends_with_the_plan(self, session: Session) -> None:
        plan = a_plan(session)
        let_pass(session, ABAN_1)
        later = ABAN_1 + timedelta(days=1)
        commands.launch_plan(session, plan_id=plan.id, expected=None, by=TABRIZ, now=later)
        commands.close_plan(session, plan_id=plan.id, expected=None, by=TABRIZ, now=later)
        assert [due.next_at(session) for due in DUE] == [None, None, None]


class TestLaunchReminders:
    """T-7 and T-2 at nine, while a step is open."""

    def test_names_the_open_steps(self, session: Session) -> None:
        plan: ProvincePlan = a_plan(session, now=datetime(2020, 9, 26, 6, 0, tzinfo=UTC))
        let_pass(session, datetime(2020, 10, 20, 0, 0, tzinfo=UTC))
        said = events_of(session, "launch")
        assert [(each["step"], each["due_at"]) for each in said] == [
            ("T-7", "2020-10-14T05:30:00Z"),
            ("T-2", "2020-10-19T05:30:00Z"),
        ]
        assert said[0]["open_steps"] == ["T1", "T2", "T3", "T4"]
        assert plan.launch_reminder_at is None


class TestFollowRules:
    """Another version of the rules counts once headquarters adopts it for the running cycle."""

    @pytest.mark.invariant("I-01")
    @pytest.mark.requirement("R-002")
    def test_opens_two_more_places_when_the_maximum_becomes_twelve(self, session: Session) -> None:
        plan = a_plan(session)
        rules = rules_of(session, tenant=TENANT, **SCOPE)
        wider = tuple(quota.model_copy(update={"max": 12}) for quota in rules.quotas)
        revised = rules.model_copy(update={"quotas": wider, "version": 2})
        programme = find_programme(session, tenant=TENANT, code=PROGRAMME)
        cycle = cycle_named(session, tenant=TENANT, **SCOPE)
        assert programme is not None
        version = revise_programme(
            session, programme_id=programme.id, expected=programme.version, definition=revised, reason="تصمیم ستاد",
            by=HQ, now=MEHR_21,
        )  # fmt: skip
        heard: Any = SimpleNamespace(tenant=TENANT, **SCOPE)
        on_cycle_definition_adopted(session, None, heard)  # type: ignore[arg-type]
        assert {each.max for each in slots_of(session, plan.id, TODAY)} == {10}
        adopt_definition(
            session, cycle_id=cycle.id, expected=cycle.version, number=version.number, reason="تصمیم ستاد", by=HQ,
            now=MEHR_21,
        )  # fmt: skip
        for _ in range(2):
            on_cycle_definition_adopted(session, None, heard)  # type: ignore[arg-type]
        assert {each.max for each in slots_of(session, plan.id, TODAY)} == {12}
