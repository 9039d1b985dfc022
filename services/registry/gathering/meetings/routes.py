"""The JSON door of meetings: /v1/meetings."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.registry.gathering.meetings import commands, queries
from services.registry.gathering.meetings.changing import MeetingNotYours
from services.registry.gathering.meetings.models import Meeting
from services.registry.gathering.meetings.schemas import (
    AnswerIn,
    CorrectionIn,
    HoldIn,
    MarksCorrectionIn,
    MarksIn,
    MeetingIn,
    MeetingOut,
    MoveIn,
    PastMeetingIn,
    ReasonIn,
    TimeIn,
    WholeMeetingOut,
)
from shared.kernel.http import ActorDep, IfMatchDep, NowDep, SessionDep, answer, members, new_router, problems, require
from shared.kernel.lifecycle import IllegalTransition
from shared.kernel.pagination import LIMIT, MOST, Page, page, read_cursor
from shared.kernel.problems import Refused, Stale
from shared.kernel.wire import Code

router = new_router("meetings")
CONVENERS = require("hq_officer", "province_officer", "principal", "secretariat_officer")
CHANGE = problems(queries.MeetingNotFound, MeetingNotYours, IllegalTransition, Refused, Stale)


def _shown(meeting: Meeting, response: Response) -> MeetingOut:
    answer(response, meeting)
    return MeetingOut.of(meeting)


@router.post("", status_code=201, responses=problems(Refused), dependencies=[CONVENERS])
def draft_meeting(body: MeetingIn, session: SessionDep, actor: ActorDep, now: NowDep, response: Response) -> MeetingOut:
    """Write down a meeting without a time."""
    meeting = commands.draft_meeting(session, draft=body.draft(), meeting_id=body.id, by=actor, now=now)
    return _shown(meeting, response)


@router.post("/record", status_code=201, responses=problems(Refused), dependencies=[CONVENERS])
def record_meeting(
    body: PastMeetingIn, session: SessionDep, actor: ActorDep, now: NowDep, response: Response
) -> MeetingOut:
    """Enter a meeting that took place before."""
    meeting = commands.record_meeting(
        session,
        draft=body.draft(),
        held_on=body.held_on,
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        meeting_id=body.id,
        by=actor,
        now=now,
    )
    return _shown(meeting, response)


@router.post("/{meeting_id}/schedule", responses=CHANGE, dependencies=[CONVENERS])
def schedule_meeting(
    meeting_id: UUID, body: TimeIn, session: SessionDep, actor: ActorDep, now: NowDep, if_match: IfMatchDep,
    response: Response,
) -> MeetingOut:  # fmt: skip
    """Give the meeting its time and send the invitations."""
    meeting = commands.schedule_meeting(
        session,
        meeting_id=meeting_id,
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        expected=if_match,
        by=actor,
        now=now,
    )
    return _shown(meeting, response)


@router.post("/{meeting_id}/reschedule", responses=CHANGE, dependencies=[CONVENERS])
def reschedule_meeting(
    meeting_id: UUID, body: MoveIn, session: SessionDep, actor: ActorDep, now: NowDep, if_match: IfMatchDep,
    response: Response,
) -> MeetingOut:  # fmt: skip
    """Move the meeting."""
    meeting = commands.reschedule_meeting(
        session, meeting_id=meeting_id, **body.model_dump(), expected=if_match, by=actor, now=now
    )
    return _shown(meeting, response)


@router.post("/{meeting_id}/cancel", responses=CHANGE, dependencies=[CONVENERS])
def cancel_meeting(
    meeting_id: UUID, body: ReasonIn, session: SessionDep, actor: ActorDep, now: NowDep, if_match: IfMatchDep,
    response: Response,
) -> MeetingOut:  # fmt: skip
    """Call the meeting off."""
    meeting = commands.cancel_meeting(
        session, meeting_id=meeting_id, reason=body.reason, expected=if_match, by=actor, now=now
    )
    return _shown(meeting, response)


@router.post("/{meeting_id}/hold", responses=CHANGE, dependencies=[CONVENERS])
def hold_meeting(
    meeting_id: UUID, session: SessionDep, actor: ActorDep, now: NowDep, if_match: IfMatchDep, response: Response,
    body: HoldIn | None = None,
) -> MeetingOut:  # fmt: skip
    """Say that the meeting took place."""
    meeting = commands.hold_meeting(session, meeting_id=meeting_id, expected=if_match, by=actor, now=now)
    return _shown(meeting, response)


@router.post(
    "/{meeting_id}/answer",
    responses=problems(queries.MeetingNotFound, IllegalTransition, Refused),
    dependencies=[members],
)
def answer_invitation(
    meeting_id: UUID, body: AnswerIn, session: SessionDep, actor: ActorDep, now: NowDep, response: Response
) -> MeetingOut:
    """Accept, decline or leave open an invitation."""
    meeting = commands.answer_invitation(
        session, meeting_id=meeting_id, person_id=body.person_id, reply=body.answer, by=actor, now=now
    )
    return _shown(meeting, response)


@router.post("/{meeting_id}/attendance", responses=CHANGE, dependencies=[CONVENERS])
def record_attendance(
    meeting_id: UUID, body: MarksIn, session: SessionDep, actor: ActorDep, now: NowDep, if_match: IfMatchDep,
    response: Response,
) -> MeetingOut:  # fmt: skip
    """Mark who was there."""
    meeting = commands.record_attendance(
        session,
        meeting_id=meeting_id,
        marks=[one.as_mark() for one in body.marks],
        categories={one.person_id: one.category for one in body.marks if one.category},
        expected=if_match,
        by=actor,
        now=now,
    )
    return _shown(meeting, response)


@router.post("/{meeting_id}/attendance/correct", responses=CHANGE, dependencies=[CONVENERS])
def correct_attendance(
    meeting_id: UUID, body: MarksCorrectionIn, session: SessionDep, actor: ActorDep, now: NowDep,
    if_match: IfMatchDep, response: Response,
) -> MeetingOut:  # fmt: skip
    """Put marks right."""
    marks = [one.as_mark() for one in body.marks]
    meeting = commands.correct_attendance(
        session, meeting_id=meeting_id, marks=marks, reason=body.reason, expected=if_match, by=actor, now=now
    )
    return _shown(meeting, response)


@router.post("/{meeting_id}/correct", responses=CHANGE, dependencies=[CONVENERS])
def correct_meeting(
    meeting_id: UUID, body: CorrectionIn, session: SessionDep, actor: ActorDep, now: NowDep, if_match: IfMatchDep,
    response: Response,
) -> MeetingOut:  # fmt: skip
    """Put right what was entered wrongly."""
    meeting = commands.correct_meeting(
        session,
        meeting_id=meeting_id,
        reason=body.reason,
        changes=body.changes(),
        held_on=body.held_on,
        expected=if_match,
        by=actor,
        now=now,
    )
    return _shown(meeting, response)


@router.post("/{meeting_id}/void", responses=CHANGE, dependencies=[require("hq_officer", "province_officer")])
def void_meeting(
    meeting_id: UUID, body: ReasonIn, session: SessionDep, actor: ActorDep, now: NowDep, if_match: IfMatchDep,
    response: Response,
) -> MeetingOut:  # fmt: skip
    """Withdraw a meeting that was entered by mistake."""
    meeting = commands.void_meeting(
        session, meeting_id=meeting_id, reason=body.reason, expected=if_match, by=actor, now=now
    )
    return _shown(meeting, response)


@router.get("", response_model=Page[MeetingOut], dependencies=[members])
def list_meetings(
    session: SessionDep,
    actor: ActorDep,
    programme: Code | None = None,
    cycle: Code | None = None,
    province: Code | None = None,
    kind: Code | None = None,
    state: Code | None = None,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
) -> dict[str, Any]:
    """List the meetings within reach."""
    rows = queries.list_meetings(
        session,
        by=actor,
        programme=programme,
        cycle=cycle,
        province=province,
        kind=kind,
        state=state,
        after=read_cursor(after),
        limit=limit,
    )
    return page(rows, limit, MeetingOut.of)


@router.get("/{meeting_id}", responses=problems(queries.MeetingNotFound), dependencies=[members])
def get_meeting(meeting_id: UUID, session: SessionDep, actor: ActorDep, response: Response) -> WholeMeetingOut:
    """Show one meeting with its people."""
    meeting = queries.get_meeting(session, meeting_id, by=actor)
    answer(response, meeting)
    return WholeMeetingOut.whole(
        meeting, queries.invitations_of(session, meeting), queries.attendance_of(session, meeting)
    )
