"""Pairings: from the proposal to the end, and what is refused on the way."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from services.registry.governance.letters.queries import get_letter
from services.registry.partnership.pairings import commands, queries
from services.registry.partnership.pairings.listener import on_secretariat_revoked
from services.registry.partnership.pairings.queries import PairingNotFound
from services.registry.partnership.pairings.steps import PairingExists
from services.registry.partnership.quotas.queries import holdings_of
from services.registry.partnership.secretariats.commands import revoke_secretariat
from services.registry.partnership.selections.queries import get_selection
from services.registry.register.agencies.queries import get_agency
from shared.contracts.partnership import SecretariatRevoked
from shared.kernel.lifecycle import IllegalTransition
from shared.kernel.problems import Refused, RefusedNow, Stale
from tests.support.actors import HQ, TABRIZ, TENANT, YAZD, an_actor
from tests.support.partnership_world import (
    MEHR_21,
    a_letter,
    a_pairing,
    a_secretariat,
    a_selection,
    events_of,
)
from tests.support.registry_world import an_agency

TODAY = date(2020, 10, 12)


class TestProposePairing:
    """A secretariat and an agency of one province."""

    @pytest.mark.requirement("R-009")
    def test_takes_names_and_gender_along(self, session: Session) -> None:
        pairing = a_pairing(session, upto="proposed", secretariat="selected")
        said = events_of(session, "pairing")[-1]
        assert said["said"] == "proposed"
        assert said["pairing"]["school_names"] == pairing.school_names
        assert said["pairing"]["dims"]["gender"] == "girls"
        assert said["pairing"]["dims"]["agency_sector"] == "governmental"
        assert said["fact"] == {"id": str(pairing.id), "version": 1, "kind": "create"}
        assert said["effective_on"]["y"] == 1399

    @pytest.mark.invariant("I-08")
    @pytest.mark.requirement("R-008")
    def test_shows_the_open_pairing_of_an_agency_that_has_one(self, session: Session) -> None:
        first = a_pairing(session, upto="proposed")
        other = a_secretariat(session)
        with pytest.raises(PairingExists) as refused:
            commands.propose_pairing(
                session, secretariat_id=other.secretariat.id, agency_id=first.agency_id, by=TABRIZ, now=MEHR_21
            )
        assert refused.value.link == f"/v1/pairings/{first.id}"

    @pytest.mark.invariant("I-08")
    def test_lets_both_sides_free_after_a_refusal_of_the_agency(self, session: Session) -> None:
        first = a_pairing(session, upto="invited")
        commands.decline_pairing(
            session, pairing_id=first.id, reason="بودجه نداریم", expected=first.version, by=TABRIZ, now=MEHR_21
        )
        again = commands.propose_pairing(
            session, secretariat_id=first.secretariat_id, agency_id=first.agency_id, by=TABRIZ, now=MEHR_21
        )
        assert again.id != first.id

    @pytest.mark.invariant("I-09")
    def test_refuses_an_agency_that_is_not_selected_here(self, session: Session) -> None:
        side = a_secretariat(session, upto="assessed")
        elsewhere = a_selection(session, province="IR-21", by=YAZD)
        with pytest.raises(Refused) as refused:
            commands.propose_pairing(
                session, secretariat_id=side.secretariat.id, agency_id=elsewhere.agency_id, by=HQ, now=MEHR_21
            )
        assert [each.code for each in refused.value.refusals] == ["secretariat_not_selected", "agency_not_selected"]

    def test_gives_a_repeated_request_the_same_pairing(self, session: Session) -> None:
        first = a_pairing(session, upto="proposed")
        again = commands.propose_pairing(
            session,
            pairing_id=first.id,
            secretariat_id=first.secretariat_id,
            agency_id=first.agency_id,
            by=TABRIZ,
            now=MEHR_21,
        )
        assert again is first
        assert len(events_of(session, "pairing")) == 1


class TestInvitePairing:
    """The letter of readiness opens the answer."""

    def test_refuses_a_letter_to_somebody_else(self, session: Session) -> None:
        pairing = a_pairing(session, upto="proposed")
        other = an_agency(session, now=MEHR_21)
        letter = a_letter(session, other.id)
        with pytest.raises(Refused) as refused:
            commands.invite_pairing(
                session, pairing_id=pairing.id, letter_id=letter.id, expected=pairing.version, by=TABRIZ, now=MEHR_21
            )
        assert [each.code for each in refused.value.refusals] == ["letter_not_to_this_agency"]


class TestAcceptPairing:
    """The agency's own answer."""

    def test_answers_the_letter_of_readiness_too(self, session: Session) -> None:
        pairing = a_pairing(session, upto="accepted")
        assert pairing.letter_id is not None
        assert get_letter(session, pairing.letter_id, by=TABRIZ).state == "answered"
        assert pairing.answer == "accepted"

    def test_is_open_to_the_agencys_contact_alone_among_agencies(self, session: Session) -> None:
        pairing = a_pairing(session, upto="invited")
        own = an_actor("agency_contact", "IR-03", organisation_id=pairing.agency_id)
        other = an_actor("agency_contact", "IR-03", organisation_id=pairing.school_id)
        with pytest.raises(PairingNotFound):
            commands.accept_pairing(session, pairing_id=pairing.id, expected=None, by=other, now=MEHR_21)
        accepted = commands.accept_pairing(
            session, pairing_id=pairing.id, expected=pairing.version, by=own, now=MEHR_21
        )
        assert accepted.state == "accepted"


class TestEstablishPairing:
    """Linked and counted from a day on."""

    def test_tells_the_whole_fact(self, session: Session) -> None:
        pairing = a_pairing(session)
        said = events_of(session, "pairing")
        assert [each["said"] for each in said] == ["proposed", "invited", "accepted", "established"]
        assert said[-1]["pairing"]["active"] == [{"from_on": "2020-10-12"}]
        assert said[-1]["fact"]["version"] == 4
        assert pairing.established_on == TODAY

    def test_counts_for_the_plan(self, session: Session) -> None:
        pairing = a_pairing(session)
        held = holdings_of(session, pairing.plan_id)["linked_agency"]
        assert [each.established_on for each in held] == [TODAY]

    @pytest.mark.requirement("R-010")
    def test_needs_no_memorandum(self, session: Session) -> None:
        assert a_pairing(session).state == "established"

    @pytest.mark.invariant("I-10")
    def test_waits_for_the_appointment_letter(self, session: Session) -> None:
        pairing = a_pairing(session, upto="accepted", secretariat="selected")
        with pytest.raises(Refused) as refused:
            commands.establish_pairing(session, pairing_id=pairing.id, expected=pairing.version, by=TABRIZ, now=MEHR_21)
        assert [each.code for each in refused.value.refusals] == ["secretariat_not_appointed"]

    @pytest.mark.invariant("I-10")
    def test_waits_for_the_answer(self, session: Session) -> None:
        pairing = a_pairing(session, upto="invited")
        with pytest.raises(IllegalTransition):
            commands.establish_pairing(session, pairing_id=pairing.id, expected=pairing.version, by=TABRIZ, now=MEHR_21)

    @pytest.mark.invariant("I-27")
    def test_refuses_a_day_to_come(self, session: Session) -> None:
        pairing = a_pairing(session, upto="accepted")
        with pytest.raises(Refused) as refused:
            commands.establish_pairing(
                session,
                pairing_id=pairing.id,
                established_on=date(2020, 10, 13),
                expected=pairing.version,
                by=TABRIZ,
                now=MEHR_21,
            )
        assert [(each.code, each.field) for each in refused.value.refusals] == [("day_in_future", "established_on")]

    def test_refuses_a_version_that_is_not_the_latest(self, session: Session) -> None:
        pairing = a_pairing(session, upto="accepted")
        with pytest.raises(Stale):
            commands.establish_pairing(
                session, pairing_id=pairing.id, expected=pairing.version - 1, by=TABRIZ, now=MEHR_21
            )


class TestEndOfPairing:
    """Rest, end, mend, take back."""

    def test_rests_and_works_again_in_two_intervals(self, session: Session) -> None:
        pairing = a_pairing(session)
        for command in (commands.suspend_pairing, commands.resume_pairing):
            command(session, pairing_id=pairing.id, reason="تعمیرات", expected=None, by=TABRIZ, now=MEHR_21)
        assert pairing.active == [{"from_on": "2020-10-12", "to_on": None}]
        assert [each["said"] for each in events_of(session, "pairing")][-2:] == ["suspended", "resumed"]

    def test_dissolving_frees_the_agency_but_not_its_slot(self, session: Session) -> None:
        pairing = a_pairing(session)
        commands.dissolve_pairing(
            session, pairing_id=pairing.id, reason="پایان همکاری", expected=pairing.version, by=TABRIZ, now=MEHR_21
        )
        selection = get_selection(session, plan_id=pairing.plan_id, agency_id=pairing.agency_id, by=TABRIZ)
        assert selection.pairing_id is None
        held = holdings_of(session, pairing.plan_id)["linked_agency"]
        assert [each.established_on for each in held] == [None]
        assert events_of(session, "pairing")[-1]["fact"]["kind"] == "end"

    @pytest.mark.invariant("I-06")
    def test_ends_with_its_secretariat(self, session: Session) -> None:
        pairing = a_pairing(session, upto="invited")
        revoke_secretariat(
            session, secretariat_id=pairing.secretariat_id, reason="تعطیلی مدرسه", expected=None, by=TABRIZ, now=MEHR_21
        )
        data = {k: v for k, v in events_of(session, "secretariat")[-1].items() if k != "said"}
        event = SecretariatRevoked.model_validate(data)
        for _ in range(2):  # hearing it twice changes nothing
            on_secretariat_revoked(session, event, _envelope(pairing.programme, pairing.cycle))
        assert pairing.state == "dissolved"
        assert pairing.reason == "تعطیلی مدرسه"
        assert [each["said"] for each in events_of(session, "pairing")].count("dissolved") == 1

    def test_is_not_completed_before_its_cycle(self, session: Session) -> None:
        pairing = a_pairing(session)
        with pytest.raises(RefusedNow):
            commands.complete_pairing(session, pairing_id=pairing.id, expected=None, by=TABRIZ, now=MEHR_21)

    def test_a_correction_tells_before_and_after(self, session: Session) -> None:
        pairing = a_pairing(session)
        commands.correct_pairing(
            session,
            pairing_id=pairing.id,
            days={"proposed_on": date(2020, 10, 11)},
            reason="اشتباه تایپی",
            expected=pairing.version,
            by=TABRIZ,
            now=MEHR_21,
        )
        said = events_of(session, "pairing")[-1]
        assert (said["before"], said["after"]) == ({"proposed_on": "2020-10-12"}, {"proposed_on": "2020-10-11"})
        assert said["fact"]["kind"] == "correct"

    def test_a_correction_keeps_the_order_of_days(self, session: Session) -> None:
        pairing = a_pairing(session)
        with pytest.raises(Refused) as refused:
            commands.correct_pairing(
                session,
                pairing_id=pairing.id,
                days={"established_on": date(2020, 10, 1)},
                reason="اشتباه",
                expected=None,
                by=TABRIZ,
                now=MEHR_21,
            )
        assert refused.value.refusals[0].code == "day_before_previous_step"

    def test_voiding_withdraws_the_fact_and_frees_both_sides(self, session: Session) -> None:
        pairing = a_pairing(session)
        commands.void_pairing(
            session, pairing_id=pairing.id, reason="ثبت اشتباه", expected=pairing.version, by=TABRIZ, now=MEHR_21
        )
        said = events_of(session, "pairing")[-1]
        assert (said["said"], said["fact"]["kind"], said["pairing"]["state"]) == ("voided", "withdraw", "voided")
        place: dict[str, Any] = {"tenant": TENANT, "programme": pairing.programme, "cycle": pairing.cycle}
        assert queries.find_open_pairing(session, **place, agency_id=pairing.agency_id) is None


class TestReach:
    """Nobody sees another province's pairing."""

    @pytest.mark.requirement("R-170")
    def test_is_unknown_in_another_province_and_to_another_agency(self, session: Session) -> None:
        pairing = a_pairing(session, upto="proposed")
        stranger = an_actor("agency_contact", "IR-03", organisation_id=pairing.school_id)
        for actor in (YAZD, stranger, an_actor("hq_officer", "*", tenant="merat")):
            with pytest.raises(PairingNotFound):
                queries.get_pairing(session, pairing.id, by=actor)
            assert queries.list_pairings(session, by=actor) == []
        own = an_actor("agency_contact", "IR-03", organisation_id=pairing.agency_id)
        principal = an_actor("principal", "IR-03", organisation_id=pairing.school_id)
        for actor in (HQ, TABRIZ, own, principal):
            assert queries.get_pairing(session, pairing.id, by=actor) is pairing

    def test_lists_by_filters_and_pages(self, session: Session) -> None:
        first, second = (a_pairing(session, upto=state) for state in ("proposed", "invited"))
        assert [each.id for each in queries.list_pairings(session, by=TABRIZ, state="invited")] == [second.id]
        assert [each.id for each in queries.list_pairings(session, by=TABRIZ, agency_id=first.agency_id)] == [first.id]
        assert [each.id for each in queries.list_pairings(session, by=TABRIZ, after=first.id)] == [second.id]
        assert get_agency(session, first.agency_id, by=TABRIZ).names == first.agency_names


def _envelope(programme: str, cycle: str) -> Any:
    return SimpleNamespace(tenant=TENANT, programme=programme, cycle=cycle)
