"""Who writes to whom, and how long an answer may take (R-021, R-061)."""

from datetime import date, timedelta
from enum import StrEnum

from shared.kernel.problems import Refusal


class Direction(StrEnum):
    """From whom to whom a letter goes."""

    HQ_TO_PROVINCE = "hq_to_province"
    PROVINCE_TO_AGENCY = "province_to_agency"
    AGENCY_TO_PROVINCE = "agency_to_province"


class Subject(StrEnum):
    """What a letter is about, as far as the product acts on it."""

    DIRECTIVE_NOTICE = "directive_notice"
    READINESS = "readiness"
    ANSWER = "answer"
    OTHER = "other"


ANSWER_DAYS = 10
REMIND_DAYS = 15
EXPECTS_ANSWER = frozenset({Direction.PROVINCE_TO_AGENCY})
_MEANT_FOR = {
    Subject.DIRECTIVE_NOTICE: Direction.HQ_TO_PROVINCE,
    Subject.READINESS: Direction.PROVINCE_TO_AGENCY,
    Subject.ANSWER: Direction.AGENCY_TO_PROVINCE,
}


def may_draft(direction: Direction, subject: Subject, national: bool, has_agency: bool) -> list[Refusal]:
    """Say why this writer may not begin such a letter; `national` tells that HQ writes."""
    refusals = []
    if direction is Direction.AGENCY_TO_PROVINCE:
        refusals.append(Refusal("answer_is_registered", field="direction"))
    if direction is Direction.HQ_TO_PROVINCE and not national:
        refusals.append(Refusal("letter_only_from_hq", field="direction"))
    if direction is Direction.PROVINCE_TO_AGENCY and not has_agency:
        refusals.append(Refusal("letter_needs_agency", field="agency_id"))
    if direction is Direction.HQ_TO_PROVINCE and has_agency:
        refusals.append(Refusal("letter_not_to_agency", field="agency_id"))
    if _MEANT_FOR.get(subject, direction) is not direction:
        refusals.append(Refusal("subject_of_other_direction", field="subject_code"))
    return refusals


def may_write(direction: Direction, national: bool) -> list[Refusal]:
    """Say why this writer may not change or send a letter: those of headquarters are its own."""
    if direction is Direction.HQ_TO_PROVINCE and not national:
        return [Refusal("letter_only_from_hq")]
    return []


def may_send(sent_on: date, today: date) -> list[Refusal]:
    """Say why a letter may not carry this date."""
    return [Refusal("date_in_future", field="sent_on")] if sent_on > today else []


def may_answer(sent_on: date, answered_on: date, today: date, expects_answer: bool) -> list[Refusal]:
    """Say why this answer may not be registered: none is expected, or it is older than the letter or of the future."""
    refusals = [] if expects_answer else [Refusal("no_answer_expected")]
    if answered_on < sent_on:
        refusals.append(Refusal("answer_before_letter", field="answered_on", params={"date": sent_on.isoformat()}))
    if answered_on > today:
        refusals.append(Refusal("date_in_future", field="answered_on"))
    return refusals


def answer_days(sent_on: date) -> tuple[date, date]:
    """Return the calendar days on which silence is recorded and recalled (N-14); both still roll to a working day."""
    return sent_on + timedelta(days=ANSWER_DAYS), sent_on + timedelta(days=REMIND_DAYS)
