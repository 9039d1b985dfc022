"""Verbs of meetings: draft, schedule, move, cancel, answer, hold, record, mark, correct, void."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.gathering.meetings import queries, rules
from services.registry.gathering.meetings.changing import MeetingNotYours, meeting_to_change, set_time, shown, tell
from services.registry.gathering.meetings.definition import KINDS
from services.registry.gathering.meetings.drafting import held_in, invite, new_meeting, put_in_cadence, scope_of
from services.registry.gathering.meetings.lifecycle import Action
from services.registry.gathering.meetings.models import Attendance, Invitation, Meeting
from services.registry.programme.cycles.queries import cycle_named
from services.registry.register.people.queries import people_named
from shared.contracts.gathering import (
    MeetingAttendanceCorrected,
    MeetingAttendanceRecorded,
    MeetingCancelled,
    MeetingCorrected,
    MeetingHeld,
    MeetingInvitationAnswered,
    MeetingRescheduled,
    MeetingScheduled,
    MeetingVoided,
)
from shared.kernel.auth import Actor
from shared.kernel.problems import Refusal, refuse
from shared.kernel.tenancy import enter
from shared.values.calendars import Calendar
from shared.values.deadlines import local_day
from shared.values.partial_dates import PartialDate


def draft_meeting(
    session: Session, *, draft: rules.MeetingDraft, meeting_id: UUID | None = None, by: Actor, now: datetime
) -> Meeting:
    """Write down a meeting without a time; nobody is told yet. A known id returns the meeting that has it."""
    if meeting_id is not None and (known := queries.find_meeting(session, meeting_id, tenant=by.tenant)) is not None:
        return queries.get_meeting(session, known.id, by=by)
    meeting = new_meeting(session, draft=draft, meeting_id=meeting_id, by=by)
    session.add(meeting)
    session.flush()
    invite(session, meeting, draft.invitees, by=by)
    return meeting


def schedule_meeting(
    session: Session,
    *,
    meeting_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
    expected: int | None = None,
    by: Actor,
    now: datetime,
) -> Meeting:
    """Give the meeting its time and invite: a full time span in the future, and somebody invited or the public."""
    meeting = meeting_to_change(session, meeting_id=meeting_id, expected=expected, by=by)
    invited = len(queries.invitations_of(session, meeting))
    meeting.become(Action.SCHEDULE)
    refuse(rules.may_schedule(starts_at, ends_at, now=now, invitees=invited, public=meeting.public))
    set_time(session, meeting, starts_at, ends_at, now=now)
    tell(session, MeetingScheduled, meeting, now=now)
    return meeting


def reschedule_meeting(
    session: Session,
    *,
    meeting_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
    venue: str | None = None,
    reason: str | None = None,
    expected: int | None = None,
    by: Actor,
    now: datetime,
) -> Meeting:
    """Move the meeting to a new time in the future; its invitation's sequence rises by one."""
    meeting = meeting_to_change(session, meeting_id=meeting_id, expected=expected, by=by)
    meeting.become(Action.RESCHEDULE)
    refuse(rules.may_reschedule(starts_at, ends_at, now=now))
    before = meeting.starts_at
    meeting.ics_sequence += 1
    meeting.venue, meeting.reason = venue or meeting.venue, reason
    set_time(session, meeting, starts_at, ends_at, now=now)
    tell(session, MeetingRescheduled, meeting, now=now, before_starts_at=before, reason=reason)
    return meeting


def cancel_meeting(
    session: Session, *, meeting_id: UUID, reason: str, expected: int | None = None, by: Actor, now: datetime
) -> Meeting:
    """Call the meeting off, for a reason; its invitation is withdrawn with the next sequence."""
    meeting = meeting_to_change(session, meeting_id=meeting_id, expected=expected, by=by)
    meeting.become(Action.CANCEL)
    meeting.ics_sequence += 1
    meeting.reason, meeting.next_at = reason, None
    tell(session, MeetingCancelled, meeting, now=now, reason=reason)
    return meeting


def answer_invitation(
    session: Session, *, meeting_id: UUID, person_id: UUID | None, reply: str, by: Actor, now: datetime
) -> Meeting:
    """Accept, decline or leave open an invitation: the invitee, or an officer for the invitee.

    People answer side by side, so no version is asked for. The meeting may be a national one, which somebody of a
    province may not write to: after the invitation has been found, the answer is written with the tenant's reach.
    """
    meeting = queries.get_meeting(session, meeting_id, by=by)
    person = person_id or by.person_id
    if person != by.person_id and not by.has("hq_officer", "province_officer"):
        raise MeetingNotYours
    meeting.become(Action.ANSWER)
    invitation = session.get(Invitation, (meeting.id, person)) if person is not None else None
    if invitation is None:
        refuse([Refusal("attendee_not_invited", field="person_id")])
        raise queries.MeetingNotFound
    enter(session, tenant=by.tenant, province="*")
    invitation.answer, invitation.answered_at = reply, now
    tell(session, MeetingInvitationAnswered, meeting, now=now, person_id=person, answer=reply)
    return meeting


def hold_meeting(
    session: Session, *, meeting_id: UUID, expected: int | None = None, by: Actor, now: datetime
) -> Meeting:
    """Say that the meeting took place: only at or after its start (I-30); it counts on the day of its start."""
    meeting = meeting_to_change(session, meeting_id=meeting_id, expected=expected, by=by)
    meeting.become(Action.HOLD)
    assert meeting.starts_at is not None and meeting.local_on is not None
    refuse(rules.may_hold(meeting.starts_at, now=now))
    held_in(session, meeting, PartialDate.of_day(Calendar(meeting.calendar), meeting.local_on))
    meeting.next_at = None
    tell(session, MeetingHeld, meeting, now=now)
    return meeting


def record_meeting(
    session: Session,
    *,
    draft: rules.MeetingDraft,
    held_on: PartialDate,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    meeting_id: UUID | None = None,
    by: Actor,
    now: datetime,
) -> Meeting:
    """Enter a meeting that took place before, in one step; its date may be partial, its time unknown."""
    if meeting_id is not None and (known := queries.find_meeting(session, meeting_id, tenant=by.tenant)) is not None:
        return queries.get_meeting(session, known.id, by=by)
    meeting = draft_meeting(session, draft=draft, meeting_id=meeting_id, by=by, now=now)
    meeting.become(Action.RECORD)
    cycle = cycle_named(session, tenant=by.tenant, programme=draft.programme, cycle=draft.cycle)
    today = local_day(now, meeting.tz)
    found = rules.may_record(held_on, today=today, first_day=cycle.from_on, last_day=cycle.to_on)
    if starts_at is not None:
        found += rules.fits_time(starts_at, ends_at) + rules.may_hold(starts_at, now=now)
    refuse(found)
    held_in(session, meeting, held_on)
    meeting.starts_at, meeting.ends_at = starts_at, ends_at
    tell(session, MeetingHeld, meeting, now=now)
    return meeting


def correct_meeting(
    session: Session,
    *,
    meeting_id: UUID,
    reason: str,
    changes: dict[str, Any],
    held_on: PartialDate | None = None,
    expected: int | None = None,
    by: Actor,
    now: datetime,
) -> Meeting:
    """Put right what was entered wrongly about a held meeting; before, after and the reason are told."""
    meeting = meeting_to_change(session, meeting_id=meeting_id, expected=expected, by=by)
    meeting.become(Action.CORRECT)
    before = shown(meeting)
    for name, value in changes.items():
        setattr(meeting, name, value)
    if held_on is not None:
        refuse(rules.may_record(held_on, today=local_day(now, meeting.tz), first_day=date.min, last_day=date.max))
        held_in(session, meeting, held_on)
    refuse(rules.may_draft(meeting.kind, meeting.province, allowed=KINDS, pairings=len(meeting.pairings)))
    put_in_cadence(session, meeting)
    after = shown(meeting)
    changed = [name for name in before if before[name] != after[name]]
    refuse([] if changed else [Refusal("correction_changes_nothing")])
    meeting.reason = reason
    differences = {"before": {n: before[n] for n in changed}, "after": {n: after[n] for n in changed}}
    tell(session, MeetingCorrected, meeting, now=now, reason=reason, **differences)
    return meeting


def void_meeting(
    session: Session, *, meeting_id: UUID, reason: str, expected: int | None = None, by: Actor, now: datetime
) -> Meeting:
    """Withdraw a meeting that was entered by mistake: it never counted."""
    meeting = meeting_to_change(session, meeting_id=meeting_id, expected=expected, by=by)
    meeting.become(Action.VOID)
    meeting.ics_sequence += 1
    meeting.reason = reason
    tell(session, MeetingVoided, meeting, now=now, reason=reason)
    return meeting


def record_attendance(
    session: Session,
    *,
    meeting_id: UUID,
    marks: Sequence[rules.Mark],
    categories: dict[UUID, str],
    expected: int | None = None,
    by: Actor,
    now: datetime,
) -> Meeting:
    """Mark who was present, absent or excused: invited persons or walk-ins, one mark per person and day (I-30)."""
    meeting = meeting_to_change(session, meeting_id=meeting_id, expected=expected, by=by)
    meeting.become(Action.RECORD_ATTENDANCE)
    invited = {one.person_id: one for one in queries.invitations_of(session, meeting)}
    marked = {(one.person_id, one.day) for one in queries.attendance_of(session, meeting)}
    last_day = local_day(meeting.ends_at, meeting.tz) if meeting.ends_at else meeting.local_on
    found = rules.may_mark(marks, invited=invited, marked=marked, first_day=meeting.local_on, last_day=last_day)
    walk_ins = [one.person_id for one in marks if one.walk_in]
    known = people_named(session, person_ids=walk_ins, tenant=by.tenant) if walk_ins else {}
    refuse(found + rules.missing(walk_ins, known, "marks"))
    for one in marks:
        invitation = invited.get(one.person_id)
        session.add(
            Attendance(
                meeting_id=meeting.id,
                person_id=one.person_id,
                day=one.day,
                mark=one.mark,
                category=categories.get(one.person_id) or (invitation.category if invitation else "guest"),
                organisation_id=invitation.organisation_id if invitation else None,
                organisation_kind=invitation.organisation_kind if invitation else None,
                invited=invitation is not None,
                **scope_of(meeting),
            )
        )
    session.flush()
    tell(session, MeetingAttendanceRecorded, meeting, now=now)
    return meeting


def correct_attendance(
    session: Session,
    *,
    meeting_id: UUID,
    marks: Sequence[rules.Mark],
    reason: str,
    expected: int | None = None,
    by: Actor,
    now: datetime,
) -> Meeting:
    """Put recorded marks right, for a reason."""
    meeting = meeting_to_change(session, meeting_id=meeting_id, expected=expected, by=by)
    meeting.become(Action.CORRECT_ATTENDANCE)
    rows = {(one.person_id, one.day): one for one in queries.attendance_of(session, meeting)}
    refuse(rules.may_correct_marks(marks, marked=rows))
    for one in marks:
        rows[one.person_id, one.day].mark = one.mark
    session.flush()
    tell(session, MeetingAttendanceCorrected, meeting, now=now, reason=reason)
    return meeting
