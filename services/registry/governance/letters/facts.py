"""A letter as its events carry it."""

from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from services.registry.governance.letters.models import Letter
from services.registry.programme.programmes.definition import Definition
from shared.contracts.base import FactHeader
from shared.contracts.governance import LetterAddressee, LetterEvent, LetterFact
from shared.kernel.outbox import emit
from shared.values.partial_dates import PartialDate

E = TypeVar("E", bound=LetterEvent)


def say(
    session: Session,
    event: type[E],
    letter: Letter,
    *,
    rules: Definition,
    on: date,
    now: datetime,
    more: dict[str, Any] | None = None,
) -> None:
    """Emit an event of a letter with the whole letter in it."""
    said = event(
        fact=FactHeader(id=letter.id, version=(letter.sequence or 0) + 1),
        effective_on=PartialDate.of_day(rules.system, on),
        letter_id=letter.id,
        letter=LetterFact(
            letter_id=letter.id,
            number=letter.number or "",
            direction=letter.direction,
            subject_code=letter.subject_code,
            subject=letter.subject,
            state=letter.state,
            sender_id=letter.sender_id,
            sender_names=letter.sender_names,
            addressees=tuple(LetterAddressee.model_validate(each) for each in letter.addressees),
            about_kind=letter.about_kind,
            about_id=letter.about_id,
            reply_to=letter.reply_to,
            sent_on=letter.sent_on,
            answered_on=letter.answered_on,
        ),
        **(more or {}),
    )
    emit(session, said, by=letter, now=now)
