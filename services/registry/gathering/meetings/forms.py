"""The forms of a meeting: scheduling a new one, and what may be done with one now."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.desk import (
    Act,
    Blank,
    Step,
)
from services.registry.gathering.meetings import commands, queries, schemas
from services.registry.gathering.meetings.definition import KINDS
from services.registry.gathering.meetings.lifecycle import MEETING, State
from services.registry.gathering.meetings.models import Meeting
from services.registry.gathering.meetings.rules import Mark
from services.registry.governance.committees import queries as committees
from services.registry.partnership.pairings.queries import list_pairings
from services.registry.partnership.secretariats.queries import list_secretariats, officers_of
from services.registry.programme.cycles.queries import open_cycles, rules_of
from services.registry.register.people.queries import people_named
from shared.kernel.auth import Actor
from shared.kernel.problems import Refusal, refuse
from shared.web.drawings import zone
from shared.web.forms import read_clock
from shared.web.pages import Speech

OFFICERS = ("province_officer", "hq_officer")
HQ_ONLY = ("hq_officer",)
ALL = 200


def _times(act: Act) -> dict[str, Any]:
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


def schedule_step(session: Session, speech: Speech, actor: Actor) -> Step:
    """The form that drafts a meeting and schedules it in one step."""
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
            programme=cycle.programme,
            cycle=cycle.cycle,
            province=None if actor.national else actor.province,
            kind=act.filled.get("kind"),
            title=act.filled.get("title"),
            venue=act.filled.or_none("venue"),
            invitees=[
                schemas.InviteeIn(person_id=UUID(key), category=category)
                for key, _, category in people
                if key in chosen
            ],
            pairings=[UUID(each) for each in act.filled.lists.get("pairings", [])],
        )
        made = commands.draft_meeting(act.session, draft=body.draft(), by=act.by, now=act.now)
        return commands.schedule_meeting(act.session, meeting_id=made.id, **span, by=act.by, now=act.now)

    names = [(str(each.id), f"{speech.names(each.school_names)} – {speech.names(each.agency_names)}") for each in pairs]
    blanks = [
        Blank("kind", "choice", options=[(each, str(speech.t(f"meeting.kind.{each}"))) for each in kinds]),
        Blank("title"),
        *TIME_BLANKS,
        Blank("venue", required=False),
        Blank("invitees", "checks", options=[(key, words) for key, words, _ in people]),
    ]
    if names and not actor.national:
        blanks.append(Blank("pairings", "checks", required=False, options=names))
    return Step("create", run, blanks, OFFICERS)


def _people(session: Session, speech: Speech, actor: Actor, programme: str, cycle: str) -> list[tuple[str, str, str]]:
    """Who can be invited: the committee's members; in a province also the secretariats' principals and officers."""
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
    return [
        (str(person), f"{speech.digits(names.get(person, ''))} ({role})", category)
        for person, (role, category) in wanted.items()
    ]


def steps_of(session: Session, speech: Speech, meeting: Meeting, actor: Actor) -> list[Step]:
    """The open steps of a meeting for this person."""
    invited = [one.person_id for one in queries.invitations_of(session, meeting)]
    names = people_named(session, person_ids=invited, tenant=actor.tenant)
    people = [(str(each), speech.digits(names.get(each, ""))) for each in invited]
    officers = OFFICERS if meeting.province else HQ_ONLY
    known = {
        "hold": Step("hold", lambda act: _hold(act, meeting.id), roles=officers),
        "schedule": Step("schedule", lambda act: _move(act, meeting.id, first=True), TIME_BLANKS, officers),
        "record_attendance": Step(
            "attendance",
            lambda act: _mark(act, meeting.id, meeting.local_on, invited),
            [Blank("presents", "checks", options=people)],
            officers,
        ),
        "reschedule": Step(
            "reschedule",
            lambda act: _move(act, meeting.id, first=False),
            [*TIME_BLANKS, Blank("venue", required=False), Blank("reason", "prose", required=False)],
            officers,
            soft=True,
        ),
        "cancel": Step(
            "cancel", lambda act: _end(act, meeting.id, "cancel"), [Blank("reason", "prose")], officers, soft=True
        ),
        "void": Step(
            "void", lambda act: _end(act, meeting.id, "void"), [Blank("reason", "prose")], officers, soft=True
        ),
    }
    opened = [str(each) for each in MEETING.open(State(meeting.state))]
    marked = bool(queries.attendance_of(session, meeting))
    steps = [known[each] for each in known if each in opened and not (each == "record_attendance" and marked)]
    if meeting.state == State.SCHEDULED and actor.person_id in invited:
        steps.insert(0, _answer_step(speech, meeting, actor))
    return steps


def _answer_step(speech: Speech, meeting: Meeting, actor: Actor) -> Step:
    answers = [(each, str(speech.t(f"meeting.answer.{each}"))) for each in ("accepted", "declined", "tentative")]
    blanks = [Blank("answer", "choice", options=answers)]
    return Step("answer", lambda act: _answer(act, meeting.id), blanks, _any_role(actor))


def _any_role(actor: Actor) -> Sequence[str]:
    return [grant.role for grant in actor.roles]


def _hold(act: Act, meeting_id: UUID) -> Any:
    return commands.hold_meeting(
        act.session, meeting_id=meeting_id, expected=act.filled.version, by=act.by, now=act.now
    )


def _answer(act: Act, meeting_id: UUID) -> Any:
    body = schemas.AnswerIn.model_validate({"answer": act.filled.get("answer")})
    return commands.answer_invitation(
        act.session, meeting_id=meeting_id, person_id=None, reply=body.answer, by=act.by, now=act.now
    )


def _move(act: Act, meeting_id: UUID, *, first: bool) -> Any:
    span = _times(act)
    common: dict[str, Any] = {"meeting_id": meeting_id, "expected": act.filled.version, "by": act.by, "now": act.now}
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
        act.session,
        meeting_id=meeting_id,
        marks=marks,
        categories={},
        expected=act.filled.version,
        by=act.by,
        now=act.now,
    )
