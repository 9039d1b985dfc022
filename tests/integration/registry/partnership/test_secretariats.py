"""Secretariats: nominated, assessed, selected, appointed, established, and what is refused on the way."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from services.registry.partnership.province_plans.queries import steps_of
from services.registry.partnership.quotas.queries import holdings_of
from services.registry.partnership.secretariats import commands, queries
from services.registry.partnership.secretariats.queries import SecretariatNotFound
from services.registry.partnership.secretariats.steps import AppointmentNumberTaken, PlanNotStarted, SecretariatExists
from services.registry.register.schools.queries import SchoolNotFound
from shared.kernel.problems import Refused
from tests.support.actors import HQ, TABRIZ, YAZD, an_actor
from tests.support.partnership_world import MEHR_21, SHEET, a_plan, a_secretariat, checklist, events_of
from tests.support.registry_world import CYCLE, PROGRAMME, a_person, a_role, a_school

SCOPE: dict[str, Any] = {"programme": PROGRAMME, "cycle": CYCLE}


class TestNominateSecretariat:
    """A school of the own province, once a cycle."""

    @pytest.mark.invariant("I-07")
    def test_is_refused_a_second_time_with_the_first_ones_address(self, session: Session) -> None:
        first = a_secretariat(session, upto="nominated").secretariat
        with pytest.raises(SecretariatExists) as refused:
            commands.nominate_secretariat(session, **SCOPE, school_id=first.school_id, by=TABRIZ, now=MEHR_21)
        assert refused.value.link == f"/v1/secretariats/{first.id}"

    @pytest.mark.invariant("I-07")
    def test_is_refused_for_an_ordinary_school(self, session: Session) -> None:
        a_plan(session)
        school = a_school(session, now=MEHR_21, kind="regular")
        with pytest.raises(Refused) as refused:
            commands.nominate_secretariat(session, **SCOPE, school_id=school.id, by=TABRIZ, now=MEHR_21)
        assert refused.value.refusals[0].code == "school_kind_not_allowed"

    def test_needs_the_provinces_plan(self, session: Session) -> None:
        school = a_school(session, now=MEHR_21)
        with pytest.raises(PlanNotStarted):
            commands.nominate_secretariat(session, **SCOPE, school_id=school.id, by=TABRIZ, now=MEHR_21)

    def test_does_not_know_another_provinces_school(self, session: Session) -> None:
        a_plan(session)
        school = a_school(session, now=MEHR_21)
        with pytest.raises(SchoolNotFound):
            commands.nominate_secretariat(session, **SCOPE, school_id=school.id, by=YAZD, now=MEHR_21)


class TestAssessSecretariat:
    """By the checklist of the programme."""

    @pytest.mark.requirement("R-058")
    def test_asks_for_the_whole_checklist(self, session: Session) -> None:
        found = a_secretariat(session, upto="nominated").secretariat
        with pytest.raises(Refused) as refused:
            commands.assess_secretariat(
                session, secretariat_id=found.id, checklist={}, expected=found.version, by=TABRIZ, now=MEHR_21
            )
        assert {each.code for each in refused.value.refusals} == {"checklist_item_missing"}

    @pytest.mark.requirement("R-058")
    def test_keeps_score_and_the_reason_for_passing_over(self, session: Session) -> None:
        found = a_secretariat(session, upto="nominated").secretariat
        given: dict[str, Any] = {"checklist": checklist(session), "score": Decimal("41.5")}
        commands.assess_secretariat(session, secretariat_id=found.id, **given, expected=None, by=TABRIZ, now=MEHR_21)
        commands.pass_over_secretariat(
            session, secretariat_id=found.id, reason="فضای کافی ندارد", expected=None, by=TABRIZ, now=MEHR_21
        )
        said = events_of(session, "secretariat")[-1]
        assert (said["said"], said["reason"], said["secretariat"]["score"]) == (
            "passed_over",
            "فضای کافی ندارد",
            "41.5",
        )
        assert holdings_of(session, found.plan_id) == {}


class TestIssueAppointment:
    """The letter names the school's principal."""

    @pytest.mark.invariant("I-11")
    def test_refuses_somebody_who_is_not_principal_on_that_day(self, session: Session) -> None:
        side = a_secretariat(session, upto="selected")
        with pytest.raises(Refused) as refused:
            commands.issue_appointment_of_secretariat(
                session, secretariat_id=side.secretariat.id, person_id=side.officer, number="12", expected=None,
                by=TABRIZ, now=MEHR_21,
            )  # fmt: skip
        assert [(each.code, each.field) for each in refused.value.refusals] == [
            ("appointee_not_principal", "person_id")
        ]

    def test_refuses_a_number_that_is_taken(self, session: Session) -> None:
        first = a_secretariat(session, upto="appointed").secretariat
        second = a_secretariat(session, upto="selected")
        assert first.appointment_number is not None
        with pytest.raises(AppointmentNumberTaken):
            commands.issue_appointment_of_secretariat(
                session, secretariat_id=second.secretariat.id, person_id=second.principal,
                number=first.appointment_number, expected=None, by=TABRIZ, now=MEHR_21,
            )  # fmt: skip

    def test_tells_letter_and_person(self, session: Session) -> None:
        side = a_secretariat(session, upto="appointed")
        said = events_of(session, "secretariat")[-1]
        assert (said["said"], said["person_id"]) == ("appointment_issued", str(side.principal))
        assert said["letter_number"] == side.secretariat.appointment_number
        assert said["letter_on"] == "2020-10-12"


class TestEstablishSecretariat:
    """Officer, duty sheet, action calendar."""

    @pytest.mark.invariant("I-12")
    @pytest.mark.requirement("R-075")
    def test_tells_what_is_missing_all_at_once(self, session: Session) -> None:
        found = a_secretariat(session, upto="appointed").secretariat
        with pytest.raises(Refused) as refused:
            commands.establish_secretariat(
                session, secretariat_id=found.id, officers=[], duty_sheet=[], action_calendar=[], expected=None,
                by=TABRIZ, now=MEHR_21,
            )  # fmt: skip
        assert [each.field for each in refused.value.refusals] == ["officers", "duty_sheet", "action_calendar"]

    def test_tells_officers_sheet_and_calendar(self, session: Session) -> None:
        side = a_secretariat(session)
        said = events_of(session, "secretariat")[-1]
        assert said["secretariat"]["officers"] == [str(side.officer)]
        assert said["secretariat"]["active"] == [{"from_on": "2020-10-12"}]
        assert said["duty_sheet"] == SHEET["duty_sheet"]
        assert said["action_calendar"] == SHEET["action_calendar"]

    @pytest.mark.invariant("I-06")
    def test_counts_for_the_minimum_only_now(self, session: Session) -> None:
        found = a_secretariat(session, upto="appointed").secretariat
        a_secretariat(session)
        held = [each.established_on for each in holdings_of(session, found.plan_id)["secretariat"]]
        assert held == [None, date(2020, 10, 12)]
        plan = a_plan(session)
        assert steps_of(session, plan)["T4"] is None


class TestChangeOfficer:
    """The secretariat goes on when people change."""

    def test_one_officer_takes_over_from_another(self, session: Session) -> None:
        side, new = a_secretariat(session), a_person(session, now=MEHR_21)
        commands.change_officer_of_secretariat(
            session, secretariat_id=side.secretariat.id, role="officer", from_person_id=side.officer,
            to_person_id=new.id, expected=None, by=TABRIZ, now=MEHR_21,
        )  # fmt: skip
        assert [each.person_id for each in queries.officers_of(session, side.secretariat.id)] == [new.id]
        said = events_of(session, "secretariat")[-1]
        assert (said["from_person"], said["to_person"]) == (str(side.officer), str(new.id))

    @pytest.mark.invariant("I-11")
    def test_a_new_principal_gets_a_letter_of_their_own(self, session: Session) -> None:
        side, new = a_secretariat(session), a_person(session, now=MEHR_21)
        values: dict[str, Any] = {"role": "principal", "to_person_id": new.id, "number": "99"}
        with pytest.raises(Refused):
            commands.change_officer_of_secretariat(
                session, secretariat_id=side.secretariat.id, **values, expected=None, by=TABRIZ, now=MEHR_21
            )
        session.expire(side.secretariat)
        a_role(
            session, person=new, role="principal", organisation_id=side.secretariat.school_id,
            organisation_kind="school", now=MEHR_21,
        )  # fmt: skip
        changed = commands.change_officer_of_secretariat(
            session, secretariat_id=side.secretariat.id, **values, expected=None, by=TABRIZ, now=MEHR_21
        )
        assert (changed.principal_id, changed.appointment_number, changed.state) == (new.id, "99", "established")
        assert len(queries.list_appointments(session, changed.id)) == 2


class TestEndOfSecretariat:
    """Rest and loss of the role."""

    def test_resting_keeps_the_slot_but_does_not_count(self, session: Session) -> None:
        found = a_secretariat(session).secretariat
        commands.suspend_secretariat(
            session, secretariat_id=found.id, reason="تعمیرات", expected=None, by=TABRIZ, now=MEHR_21
        )
        held = holdings_of(session, found.plan_id)["secretariat"]
        assert [each.established_on for each in held] == [None]
        commands.resume_secretariat(session, secretariat_id=found.id, expected=None, by=TABRIZ, now=MEHR_21)
        assert holdings_of(session, found.plan_id)["secretariat"][0].established_on == date(2020, 10, 12)

    @pytest.mark.invariant("I-06")
    def test_revoking_frees_the_slot_and_keeps_the_history(self, session: Session) -> None:
        found = a_secretariat(session).secretariat
        commands.revoke_secretariat(
            session, secretariat_id=found.id, reason="بی‌عملی", expected=None, by=TABRIZ, now=MEHR_21
        )
        assert holdings_of(session, found.plan_id) == {}
        said = events_of(session, "secretariat")[-1]
        assert (said["said"], said["fact"]["kind"], said["secretariat"]["slot_no"]) == ("revoked", "end", 1)


class TestReach:
    """Nobody sees another province's secretariat."""

    @pytest.mark.requirement("R-170")
    def test_is_unknown_in_another_province_and_school(self, session: Session) -> None:
        found = a_secretariat(session, upto="nominated").secretariat
        for actor in (YAZD, an_actor("principal", "IR-03", organisation_id=found.id)):
            with pytest.raises(SecretariatNotFound):
                queries.get_secretariat(session, found.id, by=actor)
        own = an_actor("principal", "IR-03", organisation_id=found.school_id)
        for actor in (HQ, TABRIZ, own):
            assert queries.list_secretariats(session, by=actor, school_id=found.school_id) == [found]
