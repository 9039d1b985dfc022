"""Events of the gathering wing: meetings."""

from datetime import date, datetime
from uuid import UUID

from shared.contracts.base import FactEvent, Names, Part


class MeetingParty(Part):
    """An organisation with a role in a meeting: organiser, host, co_organiser, sponsor, patron, guest."""

    role: str
    kind: str
    id: UUID | None = None
    names: Names


class AttendanceMark(Part):
    """One person on one day: present, absent or excused."""

    person_id: UUID
    organisation_id: UUID | None = None
    organisation_kind: str | None = None
    category: str
    day: date
    mark: str
    invited: bool = True


class MeetingFact(Part):
    """A meeting whole."""

    meeting_id: UUID
    kind: str
    title: str
    state: str
    level: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    tz: str
    local_on: date | None = None
    """Local day of the start; None while the date is partial."""
    venue: str | None = None
    mode: str = "in_person"
    url: str | None = None
    parties: tuple[MeetingParty, ...] = ()
    invitees: tuple[UUID, ...] = ()
    pairings: tuple[UUID, ...] = ()
    schools: tuple[UUID, ...] = ()
    agencies: tuple[UUID, ...] = ()
    cadence_key: str | None = None
    """The one cadence it counts for, e.g. `hq_monthly:1399-07`, `provincial_quarterly:IR-21:1`."""
    ics_sequence: int = 0
    series_id: UUID | None = None
    edition: int | None = None
    held_on: date | None = None
    attendance: tuple[AttendanceMark, ...] = ()


class MeetingEvent(FactEvent):
    """Base of the meeting's events."""

    meeting_id: UUID
    meeting: MeetingFact
    reason: str | None = None


class MeetingScheduled(MeetingEvent, type="peyvand.meeting.scheduled.v1", subject="meeting_id"):
    """A meeting has a time and invitees."""


class MeetingRescheduled(MeetingEvent, type="peyvand.meeting.rescheduled.v1", subject="meeting_id"):
    """Its time or place changed."""

    before_starts_at: datetime


class MeetingCancelled(MeetingEvent, type="peyvand.meeting.cancelled.v1", subject="meeting_id"):
    """It will not take place."""


class MeetingInvitationAnswered(MeetingEvent, type="peyvand.meeting.invitation_answered.v1", subject="meeting_id"):
    """An invitee accepted, declined or is tentative."""

    person_id: UUID
    answer: str


class MeetingHeld(MeetingEvent, type="peyvand.meeting.held.v1", subject="meeting_id"):
    """It took place."""


class MeetingAttendanceRecorded(MeetingEvent, type="peyvand.meeting.attendance_recorded.v1", subject="meeting_id"):
    """Who was there."""


class MeetingAttendanceCorrected(MeetingEvent, type="peyvand.meeting.attendance_corrected.v1", subject="meeting_id"):
    """Who was there, put right."""


class MeetingLapsed(MeetingEvent, type="peyvand.meeting.lapsed.v1", subject="meeting_id"):
    """A week after its end nobody had said that it was held."""


class MeetingCorrected(MeetingEvent, type="peyvand.meeting.corrected.v1", subject="meeting_id"):
    """Something about it had been entered wrongly."""

    before: dict[str, str | None]
    after: dict[str, str | None]


class MeetingVoided(MeetingEvent, type="peyvand.meeting.voided.v1", subject="meeting_id"):
    """It was entered by mistake and never counted."""


class MeetingReminderDue(MeetingEvent, type="peyvand.meeting.reminder_due.v1", subject="meeting_id"):
    """It begins soon (`step` T-3, T-1)."""

    step: str
    due_at: datetime
    due_version: int = 1
