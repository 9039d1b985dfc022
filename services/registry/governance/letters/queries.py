"""Questions about letters."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, text, true
from sqlalchemy.orm import Session

from services.registry.governance.letters.lifecycle import State
from services.registry.governance.letters.models import Letter
from services.registry.governance.letters.rules import Direction
from shared.kernel.auth import Actor
from shared.kernel.problems import NotFound
from shared.kernel.tenancy import within

WIDE = ("hq_officer", "hq_viewer", "legal_officer", "province_officer", "province_viewer", "district_officer", "system")
NARROW = ("principal", "secretariat_officer", "agency_manager", "agency_contact")


class LetterNotFound(NotFound):
    """No such letter."""


def get_letter(session: Session, letter_id: UUID, *, by: Actor) -> Letter:
    """The letter, if it is within the actor's reach; LetterNotFound otherwise."""
    found = session.scalar(select(Letter).where(Letter.id == letter_id, _reach(by)))
    if found is None:
        raise LetterNotFound
    return found


def list_letters(
    session: Session,
    *,
    by: Actor,
    cycle: str | None = None,
    province: str | None = None,
    direction: str | None = None,
    state: str | None = None,
    about_id: UUID | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> Sequence[Letter]:
    """Letters within reach by id, one more than the limit."""
    wanted = select(Letter).where(_reach(by)).order_by(Letter.id).limit(limit + 1)
    given = ((Letter.cycle, cycle), (Letter.province, province), (Letter.direction, direction))
    for column, value in (*given, (Letter.state, state)):
        if value is not None:
            wanted = wanted.where(column == value)
    if about_id is not None:
        wanted = wanted.where(Letter.about_id == about_id)
    return session.scalars(wanted if after is None else wanted.where(Letter.id > after)).all()


def find_letters_about(session: Session, *, tenant: str, about_kind: str, about_id: UUID) -> Sequence[Letter]:
    """The correspondence about one thing, oldest first."""
    return session.scalars(
        select(Letter)
        .where(Letter.tenant == tenant, Letter.about_kind == about_kind, Letter.about_id == about_id)
        .order_by(Letter.id)
    ).all()


def find_reply(session: Session, letter: Letter) -> Letter | None:
    """The letter that answers this one."""
    return session.scalar(select(Letter).where(Letter.tenant == letter.tenant, Letter.reply_to == letter.id).limit(1))


def sent_on(
    session: Session, *, tenant: str, programme: str, cycle: str, province: str, subject_code: str
) -> date | None:
    """The first day a letter of this subject left, to or from the province (step T2, duty W8)."""
    return session.scalar(
        select(func.min(Letter.sent_on)).where(
            Letter.tenant == tenant,
            Letter.programme == programme,
            Letter.cycle == cycle,
            Letter.province == province,
            Letter.subject_code == subject_code,
            Letter.state != State.DRAFTED,
        )
    )


def find_letter_numbered(
    session: Session, *, tenant: str, province: str, sender_id: UUID, year: int, number: str
) -> Letter | None:
    """The letter that carries a number of a sender's year."""
    return session.scalar(
        select(Letter).where(
            Letter.tenant == tenant,
            Letter.province == province,
            Letter.sender_id == sender_id,
            Letter.year == year,
            Letter.number == number,
        )
    )


def count_numbered(session: Session, *, tenant: str, sender_id: UUID, year: int) -> int:
    """How many letters of a sender's year have a number, held still until the transaction ends."""
    name = f"letters {tenant} {sender_id} {year}"
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})
    counted = select(func.count()).where(
        Letter.tenant == tenant, Letter.sender_id == sender_id, Letter.year == year, Letter.number.is_not(None)
    )
    return session.scalar(counted) or 0


def list_silent(session: Session, now: datetime, limit: int) -> Sequence[UUID]:
    """Sent letters whose days for an answer have passed."""
    return session.scalars(
        select(Letter.id)
        .where(Letter.state == State.SENT, Letter.silent_at <= now)
        .order_by(Letter.silent_at, Letter.id)
        .limit(limit)
    ).all()


def list_to_remind(session: Session, now: datetime, limit: int) -> Sequence[UUID]:
    """Unanswered letters to be recalled."""
    return session.scalars(
        select(Letter.id)
        .where(Letter.state == State.UNANSWERED, Letter.remind_at <= now, Letter.reminded_at.is_(None))
        .order_by(Letter.remind_at, Letter.id)
        .limit(limit)
    ).all()


def find_next_silence_at(session: Session) -> datetime | None:
    """When the next letter becomes unanswered."""
    return session.scalar(select(func.min(Letter.silent_at)).where(Letter.state == State.SENT))


def find_next_reminder_at(session: Session) -> datetime | None:
    """When the next recall is due."""
    return session.scalar(
        select(func.min(Letter.remind_at)).where(Letter.state == State.UNANSWERED, Letter.reminded_at.is_(None))
    )


def _reach(by: Actor) -> ColumnElement[bool]:
    """Officers see their territory; an agency sees its own letters once sent, a school those about itself."""
    mine = by.organisations(*NARROW)
    shown = true() if by.national else or_(Letter.state != State.DRAFTED, Letter.direction != Direction.HQ_TO_PROVINCE)
    concerns = (
        true()
        if by.has(*WIDE)
        else (or_(Letter.agency_id.in_(mine), Letter.about_id.in_(mine)) & (Letter.state != State.DRAFTED))
    )
    return within(Letter, by) & shown & concerns
