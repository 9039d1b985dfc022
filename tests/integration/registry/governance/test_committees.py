"""Committees: constituted from the template, filled seat by seat."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from services.registry.governance.committees import commands, queries
from services.registry.governance.committees.commands import CommitteeExists, NationalCommitteeOnly, SeatHeld
from services.registry.governance.committees.models import Committee
from services.registry.governance.committees.queries import CommitteeNotFound
from services.registry.register.people.commands import ContactPoints, Preferences, register_person
from shared.kernel.auth import Actor
from shared.kernel.problems import Refused
from tests.conftest import NOW
from tests.integration.registry.governance.conftest import SCOPE, last_said, said
from tests.support.actors import HQ, TABRIZ, TENANT, YAZD, an_actor


def a_person(session: Session, by: Actor = HQ, *, minor: bool = False, email: str | None = None) -> UUID:
    """Somebody who may take a seat."""
    contacts = ContactPoints(
        display_name="کسی",
        family_name=None,
        honorific=None,
        email=email,
        mobile=None,
        verified=False,
        purposes=[],
        quiet_from=None,
        quiet_to=None,
        guardian_id=None,
    )
    return register_person(
        session,
        territory_code="IR" if by.national else by.province,
        contacts=contacts,
        preferences=Preferences(language="fa", digits=None, channels=[]),
        minor=minor,
        by=by,
        now=NOW,
    ).id


def a_committee(session: Session, level: str = "national", province: str = "", by: Actor = HQ) -> Committee:
    """A committee with vacant seats."""
    return commands.constitute_committee(session, level=level, province=province, **SCOPE, by=by, now=NOW)


def fill(session: Session, committee: Committee, code: str, person_id: UUID, on: date | None = None) -> None:
    """Put a person into a seat."""
    commands.fill_seat(
        session,
        committee_id=committee.id,
        code=code,
        person_id=person_id,
        begins_on=on,
        expected=None,
        by=HQ,
        now=NOW,
    )


class TestConstituteCommittee:
    """Seats come from the definition."""

    @pytest.mark.requirement("R-044", "R-046")
    def test_has_thirteen_and_eight_seats(self, session: Session) -> None:
        national, provincial = a_committee(session), a_committee(session, "province", "IR-03", TABRIZ)
        assert len(queries.list_seats(session, national)) == 13
        assert len(queries.list_seats(session, provincial)) == 8
        assert (national.chair, national.secretary) == ("HQ-01", None)
        assert (provincial.chair, provincial.secretary) == ("PR-01", "PR-02")
        seats = last_said(session, "peyvand.committee.constituted.v1")["committee"]["seats"]
        assert [each["function"] for each in seats[:3]] == ["chair", "secretary", "member"]

    def test_exists_once_per_level_and_province(self, session: Session) -> None:
        a_committee(session, "province", "IR-03")
        with pytest.raises(CommitteeExists):
            a_committee(session, "province", "IR-03")

    def test_a_province_constitutes_only_its_own(self, session: Session) -> None:
        with pytest.raises(NationalCommitteeOnly):
            a_committee(session, by=YAZD)
        theirs = a_committee(session, "province", "IR-03")
        with pytest.raises(CommitteeNotFound):
            queries.get_committee(session, theirs.id, by=YAZD)


class TestFillSeat:
    """One holder at a time."""

    @pytest.mark.invariant("I-13")
    def test_one_holder_per_seat_and_history_stays(self, session: Session) -> None:
        committee = a_committee(session)
        first, second = a_person(session), a_person(session)
        fill(session, committee, "HQ-01", first, date(2020, 10, 1))
        where: dict[str, Any] = {"tenant": TENANT, "level": "national", "province": "", "code": "HQ-01", **SCOPE}
        assert queries.seat_holder(session, **where) == first
        with pytest.raises(SeatHeld):
            fill(session, committee, "HQ-01", second)
        commands.vacate_seat(
            session,
            committee_id=committee.id,
            code="HQ-01",
            ends_on=date(2020, 10, 10),
            expected=None,
            by=HQ,
            now=NOW,
        )
        assert queries.seat_holder(session, **where) is None
        with pytest.raises(Refused), session.begin_nested():
            fill(session, committee, "HQ-01", second, date(2020, 10, 9))
        session.expire_all()
        fill(session, committee, "HQ-01", second, date(2020, 10, 10))
        seat = last_said(session, "peyvand.committee.seat_filled.v1")["committee"]["seats"][0]
        assert [each["person_id"] for each in seat["holdings"]] == [str(first), str(second)]
        assert said(session, "committee") == ["constituted", "seat_filled", "seat_vacated", "seat_filled"]

    @pytest.mark.invariant("I-14")
    @pytest.mark.requirement("R-047")
    def test_a_minor_has_no_contact_points(self, session: Session) -> None:
        committee = a_committee(session)
        with pytest.raises(Refused), session.begin_nested():
            fill(session, committee, "HQ-02", a_person(session, minor=True))
        session.expire_all()
        fill(session, committee, "HQ-13", a_person(session, minor=True))
        holding = last_said(session, "peyvand.committee.seat_filled.v1")["committee"]["seats"][12]["holdings"][0]
        assert holding["minor"] is True

    def test_the_holder_of_a_seat_is_known_to_others(self, session: Session) -> None:
        committee = a_committee(session, "province", "IR-03")
        head = a_person(session, TABRIZ)
        fill(session, committee, "PR-01", head)
        by = an_actor("province_viewer", "IR-03", person_id=head)
        assert queries.holds_seat(session, by=by, codes=("PR-01", "PR-02"), **SCOPE)
        assert not queries.holds_seat(session, by=by, codes=("PR-02",), **SCOPE)


class TestNameDelegate:
    """Only where the template allows it."""

    @pytest.mark.requirement("R-045")
    @pytest.mark.invariant("I-13")
    def test_only_on_seats_five_to_eight(self, session: Session) -> None:
        committee = a_committee(session)
        allowed = [seat.code for seat in queries.list_seats(session, committee) if seat.delegate_allowed]
        assert allowed == ["HQ-05", "HQ-06", "HQ-07", "HQ-08"]
        holder, delegate = a_person(session), a_person(session)
        for code in ("HQ-04", "HQ-05"):
            fill(session, committee, code, holder)
        order: dict[str, Any] = {
            "committee_id": committee.id,
            "person_id": delegate,
            "expected": None,
            "by": HQ,
            "now": NOW,
        }
        with pytest.raises(Refused):
            commands.name_delegate(session, code="HQ-04", **order)
        commands.name_delegate(session, code="HQ-05", **order)
        event = last_said(session, "peyvand.committee.delegate_named.v1")
        assert (event["person_id"], event["delegate_for"]) == (str(delegate), str(holder))
