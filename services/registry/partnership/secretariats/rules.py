"""What a secretariat permits: who may be one, when it is assessed, appointed and established. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from shared.kernel.problems import Refusal

FULL_SCORE = Decimal(100)


def may_nominate(
    *,
    school_kind: str,
    allowed_kinds: Sequence[str],
    school_gender: str | None,
    allowed_genders: Sequence[str],
    school_open: bool,
) -> list[Refusal]:
    """Why a school cannot be a secretariat: its kind, its gender (mandatory, R-009), or because it is closed (I-07)."""
    refusals = []
    if allowed_kinds and school_kind not in allowed_kinds:
        refusals.append(Refusal("school_kind_not_allowed", "school_id", params={"kind": school_kind}))
    if not school_gender:
        refusals.append(Refusal("school_gender_missing", "school_id"))
    elif allowed_genders and school_gender not in allowed_genders:
        refusals.append(Refusal("school_gender_not_allowed", "school_id", params={"gender": school_gender}))
    if not school_open:
        refusals.append(Refusal("school_not_open", "school_id"))
    return refusals


@dataclass(frozen=True)
class Check:
    """An item of the programme's checklist: its weight in the score, and whether it must be answered."""

    code: str
    weight: int = 1
    required: bool = True


def may_assess(answers: Mapping[str, bool], *, checklist: Sequence[Check], score: Decimal | None) -> list[Refusal]:
    """Why an assessment is incomplete: items without an answer, unknown items, a score outside 0…100 (R-058)."""
    known = {item.code for item in checklist}
    refusals = [
        Refusal("checklist_item_missing", f"checklist.{item.code}", params={"item": item.code})
        for item in checklist
        if item.required and item.code not in answers
    ]
    refusals += [
        Refusal("checklist_item_unknown", f"checklist.{code}", params={"item": code})
        for code in answers
        if code not in known
    ]
    if score is not None and not 0 <= score <= FULL_SCORE:
        refusals.append(Refusal("score_out_of_range", "score", params={"score": str(score)}))
    return refusals


def score_of(answers: Mapping[str, bool], checklist: Sequence[Check]) -> Decimal:
    """The share of the checklist's weight that is met, in points out of 100 with two decimals."""
    whole = sum(item.weight for item in checklist)
    met = sum(item.weight for item in checklist if answers.get(item.code))
    return (FULL_SCORE * met / whole).quantize(Decimal("0.01")) if whole else Decimal(0)


def may_appoint(*, person_id: UUID, principals: Sequence[UUID]) -> list[Refusal]:
    """The letter names somebody who holds the principal role of that school on the letter's date (I-11)."""
    return [] if person_id in principals else [Refusal("appointee_not_principal", "person_id")]


def may_establish(
    *, officers: Sequence[UUID], duty_sheet: Sequence[str], action_calendar: Sequence[Mapping[str, str]]
) -> list[Refusal]:
    """Why it cannot be established: no officer, no duty sheet, no action calendar (I-12, R-075); all at once."""
    refusals = []
    if not officers:
        refusals.append(Refusal("officer_missing", "officers"))
    if not duty_sheet:
        refusals.append(Refusal("duty_sheet_missing", "duty_sheet"))
    if not action_calendar:
        refusals.append(Refusal("action_calendar_missing", "action_calendar"))
    return refusals


def may_change_officer(*, current: Sequence[UUID], leaving: UUID | None, coming: UUID) -> list[Refusal]:
    """Why an officer cannot take over: the leaving person is none, or the successor is one already."""
    refusals = []
    if leaving is not None and leaving not in current:
        refusals.append(Refusal("officer_unknown", "from_person_id"))
    if coming in current:
        refusals.append(Refusal("officer_already", "to_person_id"))
    return refusals


def may_replace_principal(*, current: UUID | None, coming: UUID, number: str | None) -> list[Refusal]:
    """Why a principal cannot take over: it is the same person, or there is no letter number for the new one."""
    refusals = [Refusal("principal_already", "to_person_id")] if coming == current else []
    return refusals + ([] if number else [Refusal("letter_number_missing", "number")])


def may_complete(*, cycle_state: str) -> list[Refusal]:
    """A secretariat or pairing is completed with its cycle, not before."""
    return [] if cycle_state == "closed" else [Refusal("cycle_not_closed", None)]
