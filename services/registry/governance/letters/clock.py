"""What the clock does with letters: it records silence after 10 days and recalls them after 15 (N-14)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.governance.letters.commands import mark_letter_unanswered, remind_letter
from services.registry.governance.letters.queries import (
    find_next_reminder_at,
    find_next_silence_at,
    list_silent,
    list_to_remind,
)
from shared.kernel.clock import Due


def _mark(session: Session, letter_id: UUID, now: datetime) -> None:
    mark_letter_unanswered(session, letter_id=letter_id, now=now)


def _remind(session: Session, letter_id: UUID, now: datetime) -> None:
    remind_letter(session, letter_id=letter_id, now=now)


DUE = [
    Due("letters.mark_unanswered", due=list_silent, run=_mark, next_at=find_next_silence_at),
    Due("letters.remind", due=list_to_remind, run=_remind, next_at=find_next_reminder_at),
]
