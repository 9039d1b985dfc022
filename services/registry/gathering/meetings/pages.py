"""HTML door of meetings: the list, one meeting with its steps, and the form that schedules a new one."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy.orm import Session

from services.registry.desk import (
    STORIES,
    Act,
    Blank,
    Cell,
    Failed,
    Happening,
    Step,
    back_to,
    base_of,
    create_page,
    link_to,
    list_page,
    next_page,
    state_tag,
    take_step,
    thing_page,
)
from services.registry.face import PAGES
from services.registry.gathering.meetings import commands, queries, schemas
from services.registry.gathering.meetings.definition import KINDS
from services.registry.gathering.meetings.lifecycle import MEETING, State
from services.registry.gathering.meetings.models import Meeting
from services.registry.gathering.meetings.rules import Mark
from services.registry.governance.committees import queries as committees
from services.registry.partnership.pairings.queries import list_pairings
from services.registry.partnership.secretariats.queries import list_secretariats, officers_of
from services.registry.programme.cycles.queries import open_cycles, rules_of
from services.registry.programme.cycles.queries import rules_of
from services.registry.register.people.queries import people_named
from shared.kernel.auth import Actor
from shared.kernel.http import ActorDep, NowDep, SessionDep
from shared.kernel.problems import Refusal, refuse
from shared.web.doors import page_router
from shared.web.drawings import zone
from shared.web.forms import FormDep, read_clock
from shared.web.pages import Speech

router = page_router(PAGES, "/meetings")
SHAPES = {
    "draft": "ring", "scheduled": "half", "held": "done", "cancelled": "missed", "not_held": "missed", "voided": "waived",
}  # fmt: skip
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
        request, actor, place="meetings", now=now, title=speech.t("nav.meetings"), path="/meetings",
        sentence=speech.t("meeting.sentence", count=ahead) if found else speech.t("meeting.sentence_none"),
        filters=[
            {"name": "state", "label": speech.t("list.state"), "options": states, "chosen": {"state": state}},
            {"name": "kind", "label": speech.t("label.kind"), "options": kinds, "chosen": {"kind": kind}},
        ],
        columns=[Cell(speech.t(f"meeting.col.{name}")) for name in ("title", "kind", "time", "venue", "state")],
        rows=[_row(request, speech, each) for each in shown], next=next_page(request, found, ALL),
        empty=(speech.t("meeting.empty"), speech.t("meeting.empty_more")),
        create=("/meetings/new", speech.t("meeting.new")) if actor.has(*OFFICERS) else None,
    )  # fmt: skip


@router.get("/new")
def new_meeting_page(request: Request, session: SessionDep, actor: ActorDep, now: NowDep) -> Response:
    """The form that schedules a meeting."""
    return _new(request, session, actor, now, None)


@router.post("/create")
def create_meeting_page(request: Request, session: SessionDep, actor: ActorDep, now: NowDep, form: FormDep) -> Response:
    """Draft a meeting and schedule it in one step."""
    speech = PAGES.speech(request)
    step = _schedule_step(session, speech, actor)
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
    steps = _steps(session, speech, meeting, actor)
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


def _times(act: Act) -> dict[str, datetime]:
    """The typed day and clock times as instants; each blank that is not one is refused at its field."""
    day = act.day("day")
    begin, end = read_clock(act.filled.get("from")), read_clock(act.filled.get("to"))
    wrong = [Refusal(code, field) for field, code, value in _typed_times(day, begin, end) if value is None]
    refuse(wrong)
    assert day is not None and begin is not None and end is not None
    return {"starts_at": _instant(day, begin), "ends_at": _instant(day, end)}


def _typed_times(day: date | None, begin: time | None, end: time | None) -> list[tuple[str, str, Any]]:
    return [("day", "day_needed", day), ("from", "clock_not_read", begin), ("to", "clock_not_read", end)]


def _instant(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, zone("Asia/Tehran")).astimezone(UTC)


TIME_BLANKS = (Blank("day", "day"), Blank("from", hint="clock"), Blank("to", hint="clock"))


def _schedule_step(session: Session, speech: Speech, actor: Actor) -> Step:
    cycle = open_cycles(session, tenant=actor.tenant)[0]
    definition = rules_of(session, tenant=actor.tenant, programme=cycle.programme, cycle=cycle.cycle)
    level = "national" if actor.national else "province"
    kinds = [each for each in definition.meeting_kinds if each in KINDS and level in KINDS[each].levels]
    people = _people(session, speech, actor, cycle.programme, cycle.cycle)
    pairs = list_pairings(session, by=actor, cycle=cycle.cycle, limit=ALL)

    def run(act: Act) -> Any:
        span = _times(act)
        chosen = set(act.filled.lists.get("invitees", []))
        body = schemas.MeetingIn(
            programme=cycle.programme, cycle=cycle.cycle, province=None if actor.national else actor.province,
            kind=act.filled.get("kind"), title=act.filled.get("title"), venue=act.filled.or_none("venue"),
            invitees=[schemas.InviteeIn(person_id=UUID(key), category=category) for key, _, category in people if key in chosen],
            pairings=[UUID(each) for each in act.filled.lists.get("pairings", [])],
        )  # fmt: skip
        made = commands.draft_meeting(act.session, draft=body.draft(), by=act.by, now=act.now)
        return commands.schedule_meeting(act.session, meeting_id=made.id, **span, by=act.by, now=act.now)

    names = [(str(each.id), f"{speech.names(each.school_names)} – {speech.names(each.agency_names)}") for each in pairs]
    blanks = [
        Blank("kind", "choice", options=[(each, str(speech.t(f"meeting.kind.{each}"))) for each in kinds]),
        Blank("title"), *TIME_BLANKS, Blank("venue", required=False),
        Blank("invitees", "checks", options=[(key, words) for key, words, _ in people]),
    ]  # fmt: skip
    if names and not actor.national:
        blanks.append(Blank("pairings", "checks", required=False, options=names))
    return Step("create", run, blanks, OFFICERS)


def _people(session: Session, speech: Speech, actor: Actor, programme: str, cycle: str) -> list[tuple[str, str, str]]:
    """Who can be invited: the committee's members, and in a province the principals and officers of its secretariats."""
    wanted: dict[UUID, tuple[str, str]] = {}
    level, province = ("national", "") if actor.national else ("province", actor.province)
    committee = committees.find_committee(
        session, tenant=actor.tenant, programme=programme, cycle=cycle, level=level, province=province
    )
    for seat in committees.list_seats(session, committee) if committee else []:
        holding = committees.find_open_holding(session, seat)
        if holding is not None:
            wanted.setdefault(holding.person_id, (speech.names(seat.names), "member"))
    for each in [] if actor.national else list_secretariats(session, by=actor, cycle=cycle, limit=ALL):
        if each.principal_id is not None:
            wanted.setdefault(each.principal_id, (speech.names(each.school_names), "principal"))
        for officer in officers_of(session, each.id):
            wanted.setdefault(officer.person_id, (speech.names(each.school_names), "secretariat_officer"))
    names = people_named(session, person_ids=list(wanted), tenant=actor.tenant)
    return [(str(person), f"{names.get(person, '')} ({role})", category) for person, (role, category) in wanted.items()]


def _steps(session: Session, speech: Speech, meeting: Meeting, actor: Actor) -> list[Step]:
    """The open steps of a meeting for this person."""
    invited = [one.person_id for one in queries.invitations_of(session, meeting)]
    names = people_named(session, person_ids=invited, tenant=actor.tenant)
    people = [(str(each), names.get(each, "")) for each in invited]
    known = {
        "hold": Step("hold", lambda act: _hold(act, meeting.id), roles=OFFICERS),
        "schedule": Step("schedule", lambda act: _move(act, meeting.id, first=True), TIME_BLANKS, OFFICERS),
        "record_attendance": Step(
            "attendance", lambda act: _mark(act, meeting.id, meeting.local_on, invited),
            [Blank("presents", "checks", options=people)], OFFICERS,
        ),
        "reschedule": Step(
            "reschedule", lambda act: _move(act, meeting.id, first=False),
            [*TIME_BLANKS, Blank("venue", required=False), Blank("reason", "prose", required=False)], OFFICERS, soft=True,
        ),
        "cancel": Step("cancel", lambda act: _end(act, meeting.id, "cancel"), [Blank("reason", "prose")], OFFICERS, soft=True),
        "void": Step("void", lambda act: _end(act, meeting.id, "void"), [Blank("reason", "prose")], OFFICERS, soft=True),
    }  # fmt: skip
    opened = [str(each) for each in MEETING.open(State(meeting.state))]
    marked = bool(queries.attendance_of(session, meeting))
    steps = [known[each] for each in known if each in opened and not (each == "record_attendance" and marked)]
    if meeting.state == State.SCHEDULED and actor.person_id in invited:
        answers = [(each, str(speech.t(f"meeting.answer.{each}"))) for each in ("accepted", "declined", "tentative")]
        answer = Step("answer", lambda act: _answer(act, meeting.id), [Blank("answer", "choice", options=answers)], _any_role(actor))
        steps.insert(0, answer)
    return steps


def _any_role(actor: Actor) -> Sequence[str]:
    return [grant.role for grant in actor.roles]


def _hold(act: Act, meeting_id: UUID) -> Any:
    return commands.hold_meeting(act.session, meeting_id=meeting_id, expected=act.filled.version, by=act.by, now=act.now)


def _answer(act: Act, meeting_id: UUID) -> Any:
    body = schemas.AnswerIn.model_validate({"answer": act.filled.get("answer")})
    return commands.answer_invitation(
        act.session, meeting_id=meeting_id, person_id=None, reply=body.answer, by=act.by, now=act.now
    )


def _move(act: Act, meeting_id: UUID, *, first: bool) -> Any:
    span = _times(act)
    common = {"meeting_id": meeting_id, "expected": act.filled.version, "by": act.by, "now": act.now}
    if first:
        return commands.schedule_meeting(act.session, **span, **common)
    body = schemas.MoveIn(**span, venue=act.filled.or_none("venue"), reason=act.filled.or_none("reason"))
    return commands.reschedule_meeting(act.session, **span, venue=body.venue, reason=body.reason, **common)


def _end(act: Act, meeting_id: UUID, verb: str) -> Any:
    reason = schemas.ReasonIn(reason=act.filled.get("reason")).reason
    run = commands.cancel_meeting if verb == "cancel" else commands.void_meeting
    return run(act.session, meeting_id=meeting_id, reason=reason, expected=act.filled.version, by=act.by, now=act.now)


def _mark(act: Act, meeting_id: UUID, day: date | None, invited: Sequence[UUID]) -> Any:
    present = set(act.filled.lists.get("presents", []))
    marks = [Mark(each, day or act.today, "present" if str(each) in present else "absent") for each in invited]
    return commands.record_attendance(
        act.session, meeting_id=meeting_id, marks=marks, categories={}, expected=act.filled.version, by=act.by, now=act.now
    )


def _new(request: Request, session: Session, actor: Actor, now: datetime, failed: Failed | None) -> Response:
    speech = PAGES.speech(request)
    title = str(speech.t("meeting.new"))
    return create_page(
        request, actor, place="meetings", noun="meeting", now=now, step=_schedule_step(session, speech, actor),
        path="/meetings", title=title, lead=str(speech.t("meeting.new_lead")), failed=failed,
        crumbs=[(str(speech.t("nav.meetings")), f"{base_of(request)}/meetings"), (title, "")],
    )  # fmt: skip


def _page(
    request: Request, session: Session, actor: Actor, now: datetime, meeting: Meeting, failed: Failed | None
) -> Response:
    speech = PAGES.speech(request)
    invitations = queries.invitations_of(session, meeting)
    marks = {one.person_id: one.mark for one in queries.attendance_of(session, meeting)}
    names = people_named(session, person_ids=[one.person_id for one in invitations], tenant=actor.tenant)
    rows = [
        [
            names.get(one.person_id, "–"),
            speech.t(f"meeting.category.{one.category}"),
            _presence(speech, one.answer, marks.get(one.person_id)),
        ]
        for one in invitations
    ]
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
    columns = [speech.t(f"meeting.people.{name}") for name in ("name", "as", "answer")]
    return thing_page(
        request, actor, place="meetings", noun="meeting", now=now, steps=_steps(session, speech, meeting, actor),
        path=f"/meetings/{meeting.id}", version=meeting.version, failed=failed, title=meeting.title, facts=facts,
        tag=state_tag(speech, "meeting", meeting.state, SHAPES[meeting.state]),
        crumbs=[(speech.t("nav.meetings"), f"{base_of(request)}/meetings"), (meeting.title, "")],
        tables=[{"title": speech.t("meeting.people.title"), "note": "", "columns": columns, "rows": rows, "empty": speech.t("meeting.people.none")}],
    )  # fmt: skip


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
            on=queries.held_day(each) or each.local_on or each.starts_at.date(), side="both",
            words=each.title, shape=SHAPES[each.state], ahead=each.state == State.SCHEDULED,
        )
        for each in found
        if pairing_id in each.pairings and each.starts_at is not None and each.state not in (State.VOIDED, State.DRAFT)
    ]  # fmt: skip


STORIES["pairing"].append(pairing_meetings)
