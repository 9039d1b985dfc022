"""Directives: from draft to acknowledgement, with the reminders that stop in time."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from services.registry.governance.directives import commands, queries
from services.registry.governance.directives.clock import DUE
from services.registry.governance.directives.commands import AddresseeOnly, DirectiveNumberTaken, LegalOfficerOnly
from services.registry.governance.directives.models import Directive
from services.registry.governance.directives.queries import DirectiveNotFound
from shared.kernel.auth import Actor
from shared.kernel.lifecycle import IllegalTransition
from shared.kernel.problems import Refused
from shared.kernel.tenancy import enter
from tests.integration.registry.governance.conftest import ISSUE_DAY, PROVINCES, SCOPE, last_said, said
from tests.support.actors import HQ, TABRIZ, TENANT, YAZD, an_actor

LEGAL = an_actor("legal_officer", "*")
TEXT: dict[str, Any] = {"title": {"fa": "دستورالعمل"}, "body": {"fa": "متن"}}


def a_draft(session: Session, number: str = "1399/1") -> Directive:
    """A directive as HQ begins it."""
    return commands.draft_directive(session, number=number, **TEXT, **SCOPE, by=HQ, now=ISSUE_DAY)


def an_approved(session: Session, number: str = "1399/1") -> Directive:
    """A directive with its legal comment."""
    draft = a_draft(session, number)
    commands.comment_directive(session, directive_id=draft.id, comment="ok", expected=None, by=LEGAL, now=ISSUE_DAY)
    return commands.approve_directive(session, directive_id=draft.id, expected=None, by=HQ, now=ISSUE_DAY)


def an_issued(session: Session, number: str = "1399/1", provinces: tuple[str, ...] = PROVINCES) -> Directive:
    """A directive the provinces have."""
    approved = an_approved(session, number)
    return commands.issue_directive(
        session, directive_id=approved.id, provinces=provinces, expected=None, by=HQ, now=ISSUE_DAY
    )


def as_province(session: Session, by: Actor) -> None:
    """Enter a province's scope, as its request would."""
    enter(session, tenant=TENANT, province=by.province)


def acknowledge(session: Session, directive_id: UUID, by: Actor, now: datetime = ISSUE_DAY) -> None:
    """Acknowledge within the province's own scope, then go back to the country's."""
    as_province(session, by)
    commands.acknowledge_directive(session, directive_id=directive_id, by=by, now=now)
    enter(session, tenant=TENANT, province="*")


def sweep(session: Session, now: datetime) -> int:
    """Do what is due, as the clock does."""
    due = DUE[0].due(session, now, 100)
    for row_id in due:
        DUE[0].run(session, row_id, now)
    return len(due)


class TestApproveDirective:
    """HQ drafts, the legal officer comments, HQ approves."""

    @pytest.mark.requirement("R-048")
    def test_needs_the_legal_comment(self, session: Session) -> None:
        draft = a_draft(session)
        with pytest.raises(Refused) as refused:
            commands.approve_directive(session, directive_id=draft.id, expected=None, by=HQ, now=ISSUE_DAY)
        assert [each.code for each in refused.value.refusals] == ["legal_comment_missing"]

    def test_only_the_legal_officer_comments(self, session: Session) -> None:
        draft = a_draft(session)
        with pytest.raises(LegalOfficerOnly):
            commands.comment_directive(
                session, directive_id=draft.id, comment="ok", expected=None, by=HQ, now=ISSUE_DAY
            )

    def test_a_new_text_needs_a_new_comment(self, session: Session) -> None:
        draft = a_draft(session)
        commands.comment_directive(session, directive_id=draft.id, comment="ok", expected=None, by=LEGAL, now=ISSUE_DAY)
        commands.revise_directive(session, directive_id=draft.id, **TEXT, expected=None, by=HQ, now=ISSUE_DAY)
        with pytest.raises(Refused):
            commands.approve_directive(session, directive_id=draft.id, expected=None, by=HQ, now=ISSUE_DAY)

    def test_a_number_is_used_once_in_a_cycle(self, session: Session) -> None:
        a_draft(session)
        with pytest.raises(DirectiveNumberTaken):
            a_draft(session)


class TestIssueDirective:
    """HQ sends it to provincial administrations."""

    @pytest.mark.requirement("R-048", "R-049")
    def test_tells_the_addressees_and_their_last_day(self, session: Session) -> None:
        directive = an_issued(session)
        event = last_said(session, "peyvand.directive.issued.v1")
        snapshot = event["directive"]
        assert isinstance(snapshot, dict)
        assert [each["province"] for each in snapshot["addressees"]] == list(PROVINCES)
        assert directive.acknowledge_by == datetime(2020, 9, 29, 20, 29, 59, 999000, tzinfo=UTC)
        assert event["effective_on"]["greg"] == "2020-09-26"
        assert queries.issued_on(session, tenant=TENANT, **SCOPE) == ISSUE_DAY.date()

    def test_needs_addressees_with_an_office(self, session: Session) -> None:
        approved = an_approved(session)
        for provinces, code in (((), "addressees_empty"), (("IR-04",), "addressee_without_office")):
            with pytest.raises(Refused) as refused, session.begin_nested():
                commands.issue_directive(
                    session, directive_id=approved.id, provinces=provinces, expected=None, by=HQ, now=ISSUE_DAY
                )
            session.expire(approved)
            assert [each.code for each in refused.value.refusals] == [code]

    def test_is_not_open_before_approval(self, session: Session) -> None:
        draft = a_draft(session)
        with pytest.raises(IllegalTransition):
            commands.issue_directive(
                session, directive_id=draft.id, provinces=PROVINCES, expected=None, by=HQ, now=ISSUE_DAY
            )

    def test_a_province_knows_it_only_from_its_issue(self, session: Session) -> None:
        draft = a_draft(session)
        with pytest.raises(DirectiveNotFound):
            queries.get_directive(session, draft.id, by=YAZD)
        issued = an_issued(session, "1399/2")
        assert queries.get_directive(session, issued.id, by=YAZD) is issued
        assert [copy.province for copy in queries.list_copies(session, issued.id, by=YAZD)] == ["IR-21"]


class TestAcknowledgeDirective:
    """Each addressed office says that it has it."""

    @pytest.mark.requirement("R-049")
    def test_carries_all_addressees_and_keeps_the_first_instant(self, session: Session) -> None:
        directive = an_issued(session)
        acknowledge(session, directive.id, TABRIZ)
        acknowledge(session, directive.id, YAZD, ISSUE_DAY + timedelta(hours=1))
        acknowledge(session, directive.id, YAZD, ISSUE_DAY + timedelta(days=9))
        event = last_said(session, "peyvand.directive.acknowledged.v1")
        assert event["office_province"] == "IR-21"
        addressees = event["directive"]["addressees"]
        assert ["acknowledged_at" in each for each in addressees] == [True, True, False]
        assert said(session, "directive").count("acknowledged") == 2

    def test_is_for_addressed_offices_only(self, session: Session) -> None:
        directive = an_issued(session, provinces=("IR-03",))
        for by in (HQ, YAZD, an_actor("province_viewer", "IR-03")):
            with pytest.raises(AddresseeOnly):
                commands.acknowledge_directive(session, directive_id=directive.id, by=by, now=ISSUE_DAY)

    @pytest.mark.invariant("I-50")
    def test_another_tenant_does_not_know_it(self, session: Session) -> None:
        directive = an_issued(session)
        stranger = an_actor("province_officer", "IR-21", tenant="merat")
        with pytest.raises(DirectiveNotFound):
            commands.acknowledge_directive(session, directive_id=directive.id, by=stranger, now=ISSUE_DAY)


class TestRemindDirective:
    """The ladder of two: three working days, five working days."""

    @pytest.mark.requirement("R-049")
    def test_reminds_only_offices_that_have_not_acknowledged(self, session: Session) -> None:
        directive = an_issued(session)
        acknowledge(session, directive.id, TABRIZ)
        first = DUE[0].next_at(session)
        assert first == datetime(2020, 9, 30, 5, 30, tzinfo=UTC), "09:00 of 9 Mehr, after three working days"
        assert sweep(session, first - timedelta(seconds=1)) == 0
        assert sweep(session, first) == 3
        assert said(session, "directive").count("reminder_due") == 2
        assert last_said(session, "peyvand.directive.reminder_due.v1")["step"] == "WD3"
        acknowledge(session, directive.id, YAZD, first)
        sweep(session, datetime(2020, 10, 4, 5, 30, tzinfo=UTC))
        event = last_said(session, "peyvand.directive.reminder_due.v1")
        assert (event["step"], event["office_province"]) == ("WD5", "IR-23")
        assert said(session, "directive").count("reminder_due") == 3

    def test_a_revoked_directive_reminds_nobody(self, session: Session) -> None:
        directive = an_issued(session)
        commands.revoke_directive(
            session, directive_id=directive.id, reason="wrong", expected=None, by=HQ, now=ISSUE_DAY
        )
        sweep(session, ISSUE_DAY + timedelta(days=30))
        assert "reminder_due" not in said(session, "directive")
        assert queries.issued_on(session, tenant=TENANT, **SCOPE) is None


class TestSupersedeDirective:
    """A later directive takes its place."""

    def test_names_the_successor(self, session: Session) -> None:
        old, new = an_issued(session), an_issued(session, "1399/2")
        commands.supersede_directive(
            session, directive_id=old.id, successor_id=new.id, expected=None, by=HQ, now=ISSUE_DAY
        )
        assert last_said(session, "peyvand.directive.superseded.v1")["directive"]["successor_id"] == str(new.id)

    def test_a_draft_cannot_take_its_place(self, session: Session) -> None:
        old, draft = an_issued(session), a_draft(session, "1399/2")
        with pytest.raises(Refused):
            commands.supersede_directive(
                session, directive_id=old.id, successor_id=draft.id, expected=None, by=HQ, now=ISSUE_DAY
            )
