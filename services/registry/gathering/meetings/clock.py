"""What becomes due of meetings: reminders three days and one day before, and the lapse a week after the end."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.gathering.meetings import planning
from services.registry.gathering.meetings.changing import plan_next, tell
from services.registry.gathering.meetings.lifecycle import Action, State
from services.registry.gathering.meetings.models import Meeting
from services.registry.gathering.meetings.queries import due_meetings, next_meeting_due
from shared.contracts.gathering import MeetingLapsed, MeetingReminderDue
from shared.kernel.clock import Due


def pass_meeting_instant(session: Session, meeting_id: UUID, now: datetime) -> None:
    """Do what has become due of a scheduled meeting: a reminder, or the lapse a week after its end."""
    meeting = session.get(Meeting, meeting_id, with_for_update=True)
    if meeting is None or meeting.state != State.SCHEDULED or meeting.next_at is None or meeting.next_at > now:
        return
    assert meeting.starts_at is not None and meeting.ends_at is not None and meeting.time_set_at is not None
    if now >= planning.lapses_at(meeting.ends_at):
        meeting.become(Action.LAPSE)
        meeting.ics_sequence += 1
        meeting.next_at = None
        tell(session, MeetingLapsed, meeting, now=now)
        return
    waiting = planning.waiting_reminders(
        meeting.starts_at, meeting.tz, since=meeting.time_set_at, fired=meeting.reminded
    )
    reached = [one for one in waiting if one.at <= now]
    meeting.become(Action.REMIND)
    meeting.reminded = [*meeting.reminded, *(one.step for one in reached)]
    plan_next(meeting)
    # After a standstill only the last reminder is of use, and none once the meeting has begun.
    if reached and now < meeting.starts_at:
        last, version = reached[-1], meeting.ics_sequence + 1
        tell(session, MeetingReminderDue, meeting, now=now, step=last.step, due_at=last.at, due_version=version)


DUE = [Due("meetings", due_meetings, pass_meeting_instant, next_meeting_due)]
