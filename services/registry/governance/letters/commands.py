"""Verbs of letters: draft, revise, send, register the answer, and the clock's silence and reminder."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.registry.governance.committees.queries import get_home_path
from services.registry.governance.letters import queries
from services.registry.governance.letters.correspondence import Party, agency_party, headquarters, office_of, silence_at
from services.registry.governance.letters.facts import say
from services.registry.governance.letters.lifecycle import LETTER, Action, State
from services.registry.governance.letters.models import Letter
from services.registry.governance.letters.rules import (
    ANSWER_DAYS,
    EXPECTS_ANSWER,
    Direction,
    Subject,
    may_answer,
    may_draft,
    may_send,
    may_write,
)
from services.registry.programme.cycles.queries import cycle_named, rules_of
from services.registry.programme.programmes.definition import Definition
from shared.contracts.governance import LetterAnswered, LetterReminderDue, LetterSent, LetterUnanswered
from shared.kernel.auth import Actor
from shared.kernel.problems import Conflict, expect, refuse
from shared.kernel.tenancy import scope_of
from shared.values.calendars import from_gregorian
from shared.values.deadlines import local_day
from shared.values.ids import new_id


class LetterNumberTaken(Conflict):
    """Another letter of this sender and year has this number."""


def draft_letter(
    session: Session,
    *,
    programme: str,
    cycle: str,
    province: str,
    direction: str,
    subject_code: str,
    subject: str,
    body: str = "",
    agency_id: UUID | None = None,
    about_kind: str | None = None,
    about_id: UUID | None = None,
    letter_id: UUID | None = None,
    by: Actor,
    now: datetime,
) -> Letter:
    """Begin a letter of headquarters to a province, or of a province to an agency (R-061)."""
    if letter_id is not None and (known := session.get(Letter, letter_id)) is not None:
        return queries.get_letter(session, known.id, by=by)
    home = get_home_path(session, province=province, by=by)
    refuse(may_draft(Direction(direction), Subject(subject_code), by.national, agency_id is not None))
    cycle_named(session, tenant=by.tenant, programme=programme, cycle=cycle)
    sender, addressee = _parties(session, province=province, agency_id=agency_id, by=by)
    words = {"direction": direction, "subject_code": subject_code, "subject": subject, "body": body}
    letter = Letter(
        id=letter_id or new_id(),
        **scope_of(by, programme=programme, cycle=cycle, province=province, territory=home),
        **words,
        state=LETTER.start(Action.DRAFT),
        sender_id=sender.id,
        sender_names=sender.names,
        addressees=[addressee.wire(province)],
        agency_id=agency_id,
        about_kind=about_kind,
        about_id=about_id,
        expects_answer=Direction(direction) in EXPECTS_ANSWER,
    )
    return _kept(session, letter)


def _kept(session: Session, letter: Letter) -> Letter:
    session.add(letter)
    session.flush()
    return letter


def _parties(session: Session, *, province: str, agency_id: UUID | None, by: Actor) -> tuple[Party, Party]:
    """Who writes to whom: the administration to an agency, or headquarters to the administration."""
    administration = office_of(session, tenant=by.tenant, province=province)
    if agency_id is None:
        return headquarters(session, by=by), administration
    return administration, agency_party(session, agency_id, province=province, by=by)


def revise_letter(
    session: Session, *, letter_id: UUID, subject: str, body: str, expected: int | None, by: Actor, now: datetime
) -> Letter:
    """Change the text of a letter that has not left yet."""
    letter = queries.get_letter(session, letter_id, by=by)
    expect(letter, expected)
    letter.become(Action.REVISE)
    refuse(may_write(Direction(letter.direction), by.national))
    letter.subject, letter.body = subject, body
    session.flush()
    return letter


def send_letter(
    session: Session,
    *,
    letter_id: UUID,
    number: str | None = None,
    sent_on: date | None = None,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> Letter:
    """Send a letter under a number of its sender's year: the given one, or the next free one."""
    letter = queries.get_letter(session, letter_id, by=by)
    expect(letter, expected)
    letter.become(Action.SEND)
    rules = _rules(session, letter)
    today = local_day(now, rules.tz)
    day = sent_on or today
    refuse(may_write(Direction(letter.direction), by.national) + may_send(day, today))
    letter.sent_on, letter.sent_at = day, now
    if letter.expects_answer:
        letter.silent_at, letter.remind_at = silence_at(session, letter, day, rules=rules)
    _number(session, letter, number, year=from_gregorian(rules.system, day)[0])
    say(session, LetterSent, letter, rules=rules, on=day, now=now)
    return letter


def register_answer(
    session: Session,
    *,
    letter_id: UUID,
    number: str | None = None,
    answered_on: date | None = None,
    subject: str | None = None,
    body: str = "",
    expected: int | None = None,
    by: Actor,
    now: datetime,
) -> Letter:
    """Record the answer to a letter as a letter of its own and return it; a letter answered before keeps its answer."""
    letter = queries.get_letter(session, letter_id, by=by)
    reply = queries.find_reply(session, letter)
    if reply is not None:
        return reply
    expect(letter, expected)
    letter.become(Action.REGISTER_ANSWER)
    rules = _rules(session, letter)
    today = local_day(now, rules.tz)
    day = answered_on or today
    refuse(may_answer(letter.sent_on or day, day, today, letter.expects_answer))
    reply = _reply_to(letter, subject=subject, body=body, day=day, now=now)
    session.add(reply)
    _number(session, reply, number, year=from_gregorian(rules.system, day)[0])
    say(session, LetterSent, reply, rules=rules, on=day, now=now)
    letter.answered_on = day
    say(session, LetterAnswered, letter, rules=rules, on=day, now=now, more={"answer_id": reply.id})
    return reply


def mark_letter_unanswered(session: Session, *, letter_id: UUID, now: datetime) -> None:
    """Record that the days for an answer have passed; the answer may still come."""
    letter = session.get(Letter, letter_id, with_for_update=True)
    if letter is None or letter.state != State.SENT or letter.silent_at is None or letter.silent_at > now:
        return
    letter.become(Action.MARK_UNANSWERED)
    rules = _rules(session, letter)
    more: dict[str, Any] = {"days": ANSWER_DAYS}
    say(session, LetterUnanswered, letter, rules=rules, on=local_day(now, rules.tz), now=now, more=more)


def remind_letter(session: Session, *, letter_id: UUID, now: datetime) -> None:
    """Recall once a letter that is still without an answer."""
    letter = session.get(Letter, letter_id, with_for_update=True)
    if letter is None or letter.state != State.UNANSWERED or letter.reminded_at is not None:
        return
    if letter.remind_at is None or letter.remind_at > now:
        return
    letter.become(Action.REMIND)
    letter.reminded_at = now
    rules = _rules(session, letter)
    more: dict[str, Any] = {"step": "T+15", "due_at": letter.remind_at}
    say(session, LetterReminderDue, letter, rules=rules, on=local_day(now, rules.tz), now=now, more=more)


def _reply_to(letter: Letter, *, subject: str | None, body: str, day: date, now: datetime) -> Letter:
    to = letter.addressees[0]
    sender = Party(kind="office", id=letter.sender_id, names=letter.sender_names)
    return Letter(
        id=new_id(),
        tenant=letter.tenant,
        programme=letter.programme,
        cycle=letter.cycle,
        province=letter.province,
        territory=letter.territory,
        direction=Direction.AGENCY_TO_PROVINCE,
        subject_code=Subject.ANSWER,
        subject=subject or letter.subject,
        body=body,
        state=LETTER.after(LETTER.start(Action.DRAFT), Action.SEND),
        sender_id=UUID(to["id"]),
        sender_names=to["names"],
        addressees=[sender.wire(letter.province)],
        agency_id=letter.agency_id,
        about_kind=letter.about_kind,
        about_id=letter.about_id,
        reply_to=letter.id,
        expects_answer=False,
        sent_on=day,
        sent_at=now,
    )


def _number(session: Session, letter: Letter, number: str | None, *, year: int) -> None:
    """Give a letter its number; the unique key decides between two that take the same one at once."""
    counted = queries.count_numbered(session, tenant=letter.tenant, sender_id=letter.sender_id, year=year)
    letter.year, letter.number = year, number or f"{year}/{counted + 1}"
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError as error:
        raise LetterNumberTaken from error


def _rules(session: Session, letter: Letter) -> Definition:
    return rules_of(session, tenant=letter.tenant, programme=letter.programme, cycle=letter.cycle)
