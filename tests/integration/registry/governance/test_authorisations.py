"""Authorisations: asked for, tabled, granted or refused, reminded of and expired."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from services.registry.governance.authorisations import commands, queries
from services.registry.governance.authorisations.clock import DUE
from services.registry.governance.authorisations.models import Authorisation
from services.registry.governance.authorisations.queries import AuthorisationNotFound
from services.registry.register.territories.queries import OutsideYourProvince
from shared.kernel.lifecycle import IllegalTransition
from shared.kernel.problems import Refused
from tests.conftest import NOW
from tests.integration.registry.governance.conftest import SCOPE, last_said, said
from tests.support.actors import HQ, TABRIZ, TENANT, YAZD, an_actor

EXPIRE, REMIND = DUE


def a_request(session: Session, kind: str = "committee") -> Authorisation:
    """A request of East Azerbaijan of 14 Mehr."""
    return commands.request_authorisation(
        session,
        province="IR-03",
        kind=kind,
        body={"fa": "کمیته", "en": "Committee"},
        subject="permit",
        requested_on=date(2020, 10, 5),
        **SCOPE,
        by=TABRIZ,
        now=NOW,
    )


def a_tabled(session: Session, kind: str = "committee") -> Authorisation:
    """A request the body had on its table on 16 Mehr."""
    asked = a_request(session, kind)
    return commands.table_authorisation(
        session, authorisation_id=asked.id, tabled_on=date(2020, 10, 7), expected=None, by=TABRIZ, now=NOW
    )


def a_granted(session: Session, valid_until: date | None = date(2020, 11, 20)) -> Authorisation:
    """A permit of 21 Mehr, valid to 30 Aban."""
    tabled = a_tabled(session)
    return commands.grant_authorisation(
        session, authorisation_id=tabled.id, number="12/7", valid_until=valid_until, expected=None, by=TABRIZ, now=NOW
    )


class TestGrantAuthorisation:
    """A permit with number and day."""

    @pytest.mark.requirement("R-054", "R-055")
    def test_closes_the_duties_of_the_province(self, session: Session) -> None:
        a_granted(session)
        where: dict[str, Any] = {"tenant": TENANT, "province": "IR-03", **SCOPE}
        assert queries.tabled_on(session, kind="committee", **where) == date(2020, 10, 7)
        assert queries.decided_on(session, kind="committee", **where) == date(2020, 10, 12)
        assert queries.decided_on(session, kind="council", **where) is None
        assert said(session, "authorisation") == ["requested", "tabled", "granted"]
        fact = last_said(session, "peyvand.authorisation.granted.v1")["authorisation"]
        assert (fact["number"], fact["valid_until"]) == ("12/7", "2020-11-20")

    def test_needs_a_table_and_a_day_not_before_it(self, session: Session) -> None:
        asked = a_request(session)
        with pytest.raises(IllegalTransition):
            commands.grant_authorisation(
                session, authorisation_id=asked.id, number="1", expected=None, by=TABRIZ, now=NOW
            )
        tabled = a_tabled(session)
        with pytest.raises(Refused):
            commands.grant_authorisation(
                session,
                authorisation_id=tabled.id,
                number="1",
                granted_on=date(2020, 10, 6),
                expected=None,
                by=TABRIZ,
                now=NOW,
            )

    def test_a_refusal_keeps_its_reason(self, session: Session) -> None:
        tabled = a_tabled(session)
        commands.refuse_authorisation(
            session, authorisation_id=tabled.id, reason="no", expected=None, by=TABRIZ, now=NOW
        )
        assert last_said(session, "peyvand.authorisation.refused.v1")["authorisation"]["reason"] == "no"


class TestTheClock:
    """Reminded 14 days before the end, expired after the last day."""

    def test_reminds_at_nine_of_a_working_day_and_expires_the_day_after(self, session: Session) -> None:
        granted = a_granted(session)
        remind_at = REMIND.next_at(session)
        assert remind_at == datetime(2020, 11, 7, 5, 30, tzinfo=UTC), "16 Aban is a Friday, so Saturday"
        assert EXPIRE.next_at(session) == datetime(2020, 11, 20, 20, 30, tzinfo=UTC)
        for due, at in ((REMIND, remind_at), (REMIND, remind_at), (EXPIRE, remind_at + timedelta(days=14))):
            for row_id in due.due(session, at, 10):
                due.run(session, row_id, at)
        assert said(session, "authorisation")[3:] == ["reminder_due", "expired"]
        assert granted.state == "expired"
        assert REMIND.next_at(session) is None

    def test_a_permit_without_end_never_expires(self, session: Session) -> None:
        a_granted(session, valid_until=None)
        assert (REMIND.next_at(session), EXPIRE.next_at(session)) == (None, None)


class TestReach:
    """Who sees and writes what."""

    @pytest.mark.requirement("R-063")
    def test_another_province_neither_sees_nor_writes_it(self, session: Session) -> None:
        asked = a_request(session)
        with pytest.raises(AuthorisationNotFound):
            queries.get_authorisation(session, asked.id, by=YAZD)
        with pytest.raises(OutsideYourProvince):
            commands.request_authorisation(
                session, province="IR-03", kind="visit", body={"fa": "x"}, subject="x", **SCOPE, by=YAZD, now=NOW
            )
        assert queries.get_authorisation(session, asked.id, by=HQ) is asked

    def test_a_school_sees_only_what_concerns_it(self, session: Session) -> None:
        asked = a_request(session, "visit")
        principal = an_actor("principal", "IR-03", organisation_id=asked.id)
        with pytest.raises(AuthorisationNotFound):
            queries.get_authorisation(session, asked.id, by=principal)
        asked.about_id = asked.id
        session.flush()
        assert queries.get_authorisation(session, asked.id, by=principal) is asked
