"""The door of letters: /v1/letters."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.registry.governance.letters import commands, queries
from services.registry.governance.letters.commands import LetterNumberTaken
from services.registry.governance.letters.correspondence import OfficeMissing
from services.registry.governance.letters.lifecycle import State
from services.registry.governance.letters.models import Letter
from services.registry.governance.letters.queries import LetterNotFound
from services.registry.governance.letters.rules import Direction
from services.registry.governance.letters.schemas import (
    AnswerIn,
    LetterIn,
    LetterOut,
    LetterTextIn,
    SendIn,
    letter_out,
)
from shared.kernel.http import ActorDep, IfMatchDep, NowDep, SessionDep, answer, new_router, problems, require
from shared.kernel.lifecycle import IllegalTransition
from shared.kernel.pagination import LIMIT, MOST, Page, page, read_cursor
from shared.kernel.problems import Refused, Stale
from shared.kernel.wire import Code

router = new_router("letters")
OFFICERS = [require("hq_officer", "province_officer")]
ANSWERERS = [require("province_officer", "agency_manager", "agency_contact")]
READERS = [
    require(
        "hq_officer",
        "hq_viewer",
        "legal_officer",
        "province_officer",
        "province_viewer",
        "district_officer",
        "principal",
        "secretariat_officer",
        "agency_manager",
        "agency_contact",
    )
]
CHANGES = problems(LetterNotFound, LetterNumberTaken, IllegalTransition, Stale, Refused)


def _answered(letter: Letter, response: Response) -> LetterOut:
    answer(response, letter)
    return letter_out(letter)


@router.get("", response_model=Page[LetterOut], dependencies=READERS)
def list_letters(
    session: SessionDep,
    actor: ActorDep,
    cycle: Code | None = None,
    province: Code | None = None,
    direction: Direction | None = None,
    state: State | None = None,
    about_id: UUID | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
) -> dict[str, Any]:
    """Letters within reach; an agency sees its own, once they are sent."""
    rows = queries.list_letters(
        session,
        by=actor,
        cycle=cycle,
        province=province,
        direction=direction,
        state=state,
        about_id=about_id,
        after=read_cursor(cursor),
        limit=limit,
    )
    return page(rows, limit, letter_out)


@router.get("/{letter_id}", responses=problems(LetterNotFound), dependencies=READERS)
def get_letter(letter_id: UUID, session: SessionDep, actor: ActorDep, response: Response) -> LetterOut:
    """One letter."""
    return _answered(queries.get_letter(session, letter_id, by=actor), response)


@router.post("", status_code=201, responses=problems(Refused, OfficeMissing), dependencies=OFFICERS)
def draft_letter(body: LetterIn, session: SessionDep, actor: ActorDep, now: NowDep, response: Response) -> LetterOut:
    """Begin a letter."""
    letter = commands.draft_letter(
        session,
        programme=body.programme,
        cycle=body.cycle,
        province=body.province,
        direction=body.direction,
        subject_code=body.subject_code,
        subject=body.subject,
        body=body.body or "",
        agency_id=body.agency_id,
        about_kind=body.about_kind,
        about_id=body.about_id,
        letter_id=body.id,
        by=actor,
        now=now,
    )
    return _answered(letter, response)


@router.post("/{letter_id}/revise", responses=CHANGES, dependencies=OFFICERS)
def revise_letter(
    letter_id: UUID,
    body: LetterTextIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> LetterOut:
    """Change a letter that has not left yet."""
    letter = commands.revise_letter(
        session, letter_id=letter_id, subject=body.subject, body=body.body or "", expected=if_match, by=actor, now=now
    )
    return _answered(letter, response)


@router.post("/{letter_id}/send", responses=CHANGES, dependencies=OFFICERS)
def send_letter(
    letter_id: UUID,
    body: SendIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> LetterOut:
    """Send a letter under its number."""
    letter = commands.send_letter(
        session,
        letter_id=letter_id,
        number=body.number,
        sent_on=body.sent_on,
        expected=if_match,
        by=actor,
        now=now,
    )
    return _answered(letter, response)


@router.post("/{letter_id}/answer", status_code=201, responses=CHANGES, dependencies=ANSWERERS)
def register_answer(
    letter_id: UUID,
    body: AnswerIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> LetterOut:
    """Record the answer to a letter; returns the answer, a letter of its own."""
    letter = commands.register_answer(
        session,
        letter_id=letter_id,
        number=body.number,
        answered_on=body.answered_on,
        subject=body.subject,
        body=body.body or "",
        expected=if_match,
        by=actor,
        now=now,
    )
    return _answered(letter, response)
