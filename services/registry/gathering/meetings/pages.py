"""HTML door of meetings: the list, one meeting with its steps, and the form that schedules a new one."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy.orm import Session

from services.registry.desk import (
    STORIES,
    Cell,
    Failed,
    Happening,
    back_to,
    base_of,
    create_page,
    link_to,
    list_page,
    next_page,
    state_tag,
    table_of,
    take_step,
    thing_page,
)
from services.registry.face import PAGES
from services.registry.gathering.meetings import queries
from services.registry.gathering.meetings.definition import KINDS
from services.registry.gathering.meetings.forms import schedule_step, steps_of
from services.registry.gathering.meetings.lifecycle import State
from services.registry.gathering.meetings.models import Meeting
from services.registry.register.people.queries import people_named
from shared.kernel.auth import Actor
from shared.kernel.http import ActorDep, NowDep, SessionDep
from shared.web.doors import page_router
from shared.web.forms import FormDep
from shared.web.pages import Speech

router = page_router(PAGES, "/meetings")
SHAPES = {
    "draft": "ring",
    "scheduled": "half",
    "held": "done",
    "cancelled": "missed",
    "not_held": "missed",
    "voided": "waived",
}
OFFICERS = ("province_officer", "hq_officer")
ALL = 200


@router.get("")
def list_meetings_page(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    state: str = "",
    kind: str = "",
    after: Annotated[UUID | None, Query()] = None,
) -> Response:
    """The meetings within reach, the next ones first."""
    speech = PAGES.speech(request)
    found = queries.list_meetings(session, by=actor, state=state or None, kind=kind or None, after=after, limit=ALL)
    shown = sorted(found[:ALL], key=lambda each: ((each.starts_at or now) < now, each.starts_at or now))
    ahead = sum(1 for each in found if each.state == State.SCHEDULED)
    states = [(each.value, str(speech.t(f"meeting.state.{each.value}"))) for each in State]
    kinds = [(each, str(speech.t(f"meeting.kind.{each}"))) for each in KINDS]
    return list_page(
        request,
        actor,
        place="meetings",
        now=now,
        title=speech.t("nav.meetings"),
        path="/meetings",
        sentence=speech.t("meeting.sentence", count=ahead) if found else speech.t("meeting.sentence_none"),
        filters=[
            {"name": "state", "label": speech.t("list.state"), "options": states, "chosen": {"state": state}},
            {"name": "kind", "label": speech.t("label.kind"), "options": kinds, "chosen": {"kind": kind}},
        ],
        columns=[Cell(speech.t(f"meeting.col.{name}")) for name in ("title", "kind", "time", "venue", "state")],
        rows=[_row(request, speech, each) for each in shown],
        next=next_page(request, found, ALL),
        empty=(speech.t("meeting.empty"), speech.t("meeting.empty_more")),
        create=("/meetings/new", speech.t("meeting.new")) if actor.has(*OFFICERS) else None,
    )


@router.get("/new")
def new_meeting_page(request: Request, session: SessionDep, actor: ActorDep, now: NowDep) -> Response:
    """The form that schedules a meeting."""
    return _new(request, session, actor, now, None)


@router.post("/create")
def create_meeting_page(request: Request, session: SessionDep, actor: ActorDep, now: NowDep, form: FormDep) -> Response:
    """Draft a meeting and schedule it in one step."""
    speech = PAGES.speech(request)
    step = schedule_step(session, speech, actor)
    made = take_step(session, speech, [step], "create", form, by=actor, now=now)
    if isinstance(made, Failed):
        return _new(request, session, actor, now, made)
    return back_to(request, f"/meetings/{made.id}", "schedule")


@router.get("/{meeting_id}")
def get_meeting_page(request: Request, session: SessionDep, actor: ActorDep, now: NowDep, meeting_id: UUID) -> Response:
    """One meeting: time, place, who is invited and what they answered, and its open steps."""
    return _page(request, session, actor, now, queries.get_meeting(session, meeting_id, by=actor), None)


@router.post("/{meeting_id}/{action}")
def act_on_meeting_page(
    request: Request, session: SessionDep, actor: ActorDep, now: NowDep, meeting_id: UUID, action: str, form: FormDep
) -> Response:
    """Take a step; a refusal is shown in place."""
    meeting = queries.get_meeting(session, meeting_id, by=actor)
    speech = PAGES.speech(request)
    steps = steps_of(session, speech, meeting, actor)
    made = take_step(session, speech, steps, action, form, by=actor, now=now)
    if isinstance(made, Failed):
        return _page(request, session, actor, now, queries.get_meeting(session, meeting_id, by=actor), made)
    return back_to(request, f"/meetings/{meeting_id}", action)


def _row(request: Request, speech: Speech, meeting: Meeting) -> list[Any]:
    return [
        link_to(request, f"/meetings/{meeting.id}", meeting.title),
        speech.t(f"meeting.kind.{meeting.kind}"),
        speech.moment(meeting.starts_at) if meeting.starts_at else speech.date(queries.held_day(meeting)),
        meeting.venue or "–",
        state_tag(speech, "meeting", meeting.state, SHAPES[meeting.state]),
    ]


def _new(request: Request, session: Session, actor: Actor, now: datetime, failed: Failed | None) -> Response:
    speech = PAGES.speech(request)
    title = str(speech.t("meeting.new"))
    return create_page(
        request,
        actor,
        place="meetings",
        noun="meeting",
        now=now,
        step=schedule_step(session, speech, actor),
        path="/meetings",
        title=title,
        lead=str(speech.t("meeting.new_lead")),
        failed=failed,
        crumbs=[(str(speech.t("nav.meetings")), f"{base_of(request)}/meetings"), (title, "")],
    )


def _facts(speech: Speech, meeting: Meeting) -> list[tuple[Any, Any]]:
    """Kind, time and place."""
    span = "–"
    if meeting.starts_at and meeting.ends_at:
        span = f"{speech.moment(meeting.starts_at)} – {speech.time(meeting.ends_at)}"
    facts = [
        (speech.t("meeting.col.kind"), speech.t(f"meeting.kind.{meeting.kind}")),
        (speech.t("meeting.col.time"), span),
        (speech.t("meeting.col.venue"), meeting.venue or "–"),
        (speech.t("meeting.held_on"), speech.date(queries.held_day(meeting))),
    ]
    if meeting.reason:
        facts.append((speech.t("label.reason"), meeting.reason))
    return facts


def _page(
    request: Request, session: Session, actor: Actor, now: datetime, meeting: Meeting, failed: Failed | None
) -> Response:
    speech = PAGES.speech(request)
    invitations = queries.invitations_of(session, meeting)
    marks = {one.person_id: one.mark for one in queries.attendance_of(session, meeting)}
    names = people_named(session, person_ids=[one.person_id for one in invitations], tenant=actor.tenant)
    rows = [
        [
            speech.digits(names.get(one.person_id, "–")),
            speech.t(f"meeting.category.{one.category}"),
            _presence(speech, one.answer, marks.get(one.person_id)),
        ]
        for one in invitations
    ]
    facts = _facts(speech, meeting)
    columns = [speech.t(f"meeting.people.{name}") for name in ("name", "as", "answer")]
    return thing_page(
        request,
        actor,
        place="meetings",
        noun="meeting",
        now=now,
        steps=steps_of(session, speech, meeting, actor),
        path=f"/meetings/{meeting.id}",
        version=meeting.version,
        failed=failed,
        title=meeting.title,
        facts=facts,
        tag=state_tag(speech, "meeting", meeting.state, SHAPES[meeting.state]),
        crumbs=[(speech.t("nav.meetings"), f"{base_of(request)}/meetings"), (meeting.title, "")],
        tables=[table_of(speech.t("meeting.people.title"), columns, rows, speech.t("meeting.people.none"))],
    )


def _presence(speech: Speech, answer: str | None, mark: str | None) -> dict[str, Any]:
    if mark is not None:
        shape = {"present": "done", "absent": "missed", "excused": "waived"}[mark]
        return {"shape": shape, "words": speech.t(f"meeting.mark.{mark}")}
    shape = {"accepted": "done", "declined": "missed", "tentative": "half"}.get(answer or "", "wait")
    return {"shape": shape, "words": speech.t(f"meeting.answer.{answer or 'none'}")}


def pairing_meetings(session: Session, speech: Speech, pairing_id: UUID, actor: Actor) -> list[Happening]:
    """The meetings of a pairing, for its seam time line."""
    found = queries.list_meetings(session, by=actor, limit=ALL)
    return [
        Happening(
            on=queries.held_day(each) or each.local_on or each.starts_at.date(),
            side="both",
            words=each.title,
            shape=SHAPES[each.state],
            ahead=each.state == State.SCHEDULED,
        )
        for each in found
        if pairing_id in each.pairings and each.starts_at is not None and each.state not in (State.VOIDED, State.DRAFT)
    ]


STORIES["pairing"].append(pairing_meetings)
