"""Wire shapes of letters."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from services.registry.governance.letters.lifecycle import LETTER, State
from services.registry.governance.letters.models import Letter
from services.registry.governance.letters.rules import Subject
from shared.kernel.wire import Code, Day, Line, Out, Prose, Wire


class LetterIn(Wire):
    """A draft: of headquarters to a province, or of a province to an agency of its pool."""

    id: UUID | None = None
    programme: Code
    cycle: Code
    province: Code
    direction: Literal["hq_to_province", "province_to_agency"]
    subject_code: Subject
    subject: Line
    body: Prose | None = None
    agency_id: UUID | None = None
    about_kind: Code | None = None
    about_id: UUID | None = None


class LetterTextIn(Wire):
    """A new text of a draft."""

    subject: Line
    body: Prose | None = None


class SendIn(Wire):
    """Number (the next free one when left out) and date (today when left out)."""

    number: Line | None = None
    sent_on: Day | None = None


class AnswerIn(Wire):
    """The answer as it arrived: its number, date (today when left out) and text."""

    number: Line | None = None
    answered_on: Day | None = None
    subject: Line | None = None
    body: Prose | None = None


class LetterOut(Out):
    """A letter, whom it goes to and how its answer stands."""

    id: UUID
    programme: str
    cycle: str
    province: str
    direction: str
    subject_code: str
    subject: str
    body: str
    state: str
    number: str | None
    sender_id: UUID
    sender_names: dict[str, str]
    addressees: list[dict[str, Any]]
    agency_id: UUID | None
    about_kind: str | None
    about_id: UUID | None
    reply_to: UUID | None
    expects_answer: bool
    sent_on: date | None
    answered_on: date | None
    open_actions: list[str]
    version: int


BY_CLOCK = {"mark_unanswered", "remind"}


def letter_out(letter: Letter) -> LetterOut:
    """The wire shape of a letter; what only the clock does is no open action for people."""
    values = {name: getattr(letter, name) for name in LetterOut.model_fields if name != "open_actions"}
    actions = [str(each) for each in LETTER.open(State(letter.state)) if each not in BY_CLOCK]
    return LetterOut(**values, open_actions=actions)
