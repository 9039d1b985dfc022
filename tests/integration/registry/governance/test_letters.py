"""Letters: numbered, sent, answered, or left without an answer."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from services.registry.governance.letters import commands, queries
from services.registry.governance.letters.clock import DUE
from services.registry.governance.letters.commands import LetterNumberTaken
from services.registry.governance.letters.models import Letter
from services.registry.governance.letters.queries import LetterNotFound
from services.registry.register.agencies.commands import AgencyProfile, register_agency
from shared.kernel.problems import Refused
from tests.conftest import NOW
from tests.integration.registry.governance.conftest import SCOPE, last_said, said
from tests.support.actors import HQ, TABRIZ, TENANT, YAZD, an_actor

SILENCE, REMIND = DUE
WHERE: dict[str, Any] = {"tenant": TENANT, "province": "IR-03", **SCOPE}


@pytest.fixture
def agency_id(session: Session) -> UUID:
    """An agency of East Azerbaijan's pool."""
    profile = AgencyProfile(
        names={"fa": "ادارهٔ محیط زیست", "en": "Environment"},
        aliases=[],
        kind="general_directorate",
        sector="governmental",
        level="provincial",
        pool_territories=[],
        external_ids=[],
    )
    return register_agency(session, territory_code="IR-03", profile=profile, by=TABRIZ, now=NOW).id


def a_draft(session: Session, agency_id: UUID) -> Letter:
    """The province's declaration of readiness to an agency."""
    return commands.draft_letter(
        session,
        province="IR-03",
        direction="province_to_agency",
        subject_code="readiness",
        subject="آمادگی",
        agency_id=agency_id,
        **SCOPE,
        by=TABRIZ,
        now=NOW,
    )


def a_sent(session: Session, agency_id: UUID, number: str | None = None) -> Letter:
    """The declaration, sent on 21 Mehr."""
    draft = a_draft(session, agency_id)
    return commands.send_letter(session, letter_id=draft.id, number=number, expected=None, by=TABRIZ, now=NOW)


def sweep(session: Session, now: datetime) -> None:
    """Do what is due, as the clock does."""
    for due in DUE:
        for row_id in due.due(session, now, 10):
            due.run(session, row_id, now)


class TestSendLetter:
    """A number per sender and year, a date, an addressee."""

    @pytest.mark.requirement("R-061")
    def test_numbers_within_the_solar_year_and_tells_the_agency(self, session: Session, agency_id: UUID) -> None:
        first, second = a_sent(session, agency_id), a_sent(session, agency_id)
        assert (first.number, second.number) == ("1399/1", "1399/2")
        event = last_said(session, "peyvand.letter.sent.v1")
        assert event["letter"]["addressees"][0]["id"] == str(agency_id)
        assert queries.sent_on(session, subject_code="readiness", **WHERE) == date(2020, 10, 12)

    def test_a_number_is_used_once(self, session: Session, agency_id: UUID) -> None:
        a_sent(session, agency_id, "77")
        with pytest.raises(LetterNumberTaken):
            a_sent(session, agency_id, "77")

    def test_a_letter_of_headquarters_closes_the_correspondence_step(self, session: Session) -> None:
        draft = commands.draft_letter(
            session,
            province="IR-03",
            direction="hq_to_province",
            subject_code="directive_notice",
            subject="ابلاغ",
            **SCOPE,
            by=HQ,
            now=NOW,
        )
        with pytest.raises(LetterNotFound):
            queries.get_letter(session, draft.id, by=TABRIZ)
        commands.send_letter(session, letter_id=draft.id, expected=None, by=HQ, now=NOW)
        assert queries.sent_on(session, subject_code="directive_notice", **WHERE) == date(2020, 10, 12)
        assert queries.get_letter(session, draft.id, by=TABRIZ).silent_at is None

    def test_is_not_dated_in_the_future(self, session: Session, agency_id: UUID) -> None:
        draft = a_draft(session, agency_id)
        with pytest.raises(Refused):
            commands.send_letter(
                session, letter_id=draft.id, sent_on=date(2020, 10, 13), expected=None, by=TABRIZ, now=NOW
            )


class TestRegisterAnswer:
    """The answer is a letter of its own."""

    @pytest.mark.requirement("R-061", "R-021")
    def test_answers_once_and_stops_the_ladder(self, session: Session, agency_id: UUID) -> None:
        letter = a_sent(session, agency_id)
        reply = commands.register_answer(session, letter_id=letter.id, number="A-1", by=TABRIZ, now=NOW)
        again = commands.register_answer(session, letter_id=letter.id, number="A-2", by=TABRIZ, now=NOW)
        assert again is reply
        assert (reply.reply_to, reply.direction, reply.sender_id) == (letter.id, "agency_to_province", agency_id)
        assert said(session, "letter") == ["sent", "sent", "answered"]
        assert SILENCE.next_at(session) is None

    def test_the_agency_itself_may_answer_its_own_letter_only(self, session: Session, agency_id: UUID) -> None:
        letter = a_sent(session, agency_id)
        agency = an_actor("agency_contact", "IR-03", organisation_id=agency_id)
        other = an_actor("agency_contact", "IR-03", organisation_id=letter.id)
        with pytest.raises(LetterNotFound):
            commands.register_answer(session, letter_id=letter.id, by=other, now=NOW)
        assert commands.register_answer(session, letter_id=letter.id, by=agency, now=NOW).reply_to == letter.id

    def test_another_province_does_not_find_it(self, session: Session, agency_id: UUID) -> None:
        letter = a_sent(session, agency_id)
        with pytest.raises(LetterNotFound):
            commands.register_answer(session, letter_id=letter.id, by=YAZD, now=NOW)


class TestTheClock:
    """Silence after 10 days, a recall after 15, an answer even later."""

    def test_silence_recall_and_a_late_answer(self, session: Session, agency_id: UUID) -> None:
        letter = a_sent(session, agency_id)
        silent_at = SILENCE.next_at(session)
        assert silent_at == datetime(2020, 10, 24, 5, 30, tzinfo=UTC), "1 Aban is a Thursday, so Saturday 3 Aban 09:00"
        sweep(session, silent_at)
        assert (letter.state, said(session, "letter")[-1]) == ("unanswered", "unanswered")
        assert REMIND.next_at(session) == datetime(2020, 10, 27, 5, 30, tzinfo=UTC)
        sweep(session, datetime(2020, 10, 27, 5, 30, tzinfo=UTC))
        sweep(session, datetime(2020, 10, 28, 5, 30, tzinfo=UTC))
        assert said(session, "letter")[1:] == ["unanswered", "reminder_due"]
        commands.register_answer(session, letter_id=letter.id, by=TABRIZ, now=datetime(2020, 10, 28, 6, tzinfo=UTC))
        assert letter.state == "answered"
