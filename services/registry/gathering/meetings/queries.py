"""Questions about meetings, each guarded by the asking actor; and the whole of a meeting as an event tells it."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from services.registry.gathering.meetings.lifecycle import State
from services.registry.gathering.meetings.models import Attendance, Invitation, Meeting
from shared.contracts.gathering import AttendanceMark, MeetingFact, MeetingParty
from shared.kernel.auth import Actor
from shared.kernel.problems import NotFound
from shared.kernel.tenancy import within
from shared.values.partial_dates import PartialDate

# Officers see the meetings of their place; everybody else those they are part of.
OFFICERS = (
    "hq_officer",
    "hq_viewer",
    "legal_officer",
    "province_officer",
    "province_viewer",
    "district_officer",
    "system",
)
COUNTED = (State.SCHEDULED, State.HELD)


class MeetingNotFound(NotFound):
    """No such meeting."""


def visible(by: Actor) -> ColumnElement[bool]:
    """SQL condition: meetings within the actor's reach; without an office only public ones and those one is part of."""
    if by.has(*OFFICERS):
        return within(Meeting, by)
    invited = select(Invitation.meeting_id).where(Invitation.tenant == by.tenant, Invitation.person_id == by.person_id)
    own = [grant.organisation_id for grant in by.roles if grant.organisation_id is not None]
    part = or_(Meeting.schools.overlap(own), Meeting.agencies.overlap(own)) if own else Meeting.id.in_(invited)
    shown = or_(Meeting.public.is_(True), Meeting.id.in_(invited), part)
    return within(Meeting, by) & shown & (Meeting.state != State.DRAFT)


def get_meeting(session: Session, meeting_id: UUID, *, by: Actor) -> Meeting:
    """Return the meeting; MeetingNotFound (404) outside the actor's reach, as if it did not exist."""
    meeting = session.scalar(select(Meeting).where(Meeting.id == meeting_id, visible(by)))
    if meeting is None:
        raise MeetingNotFound
    return meeting


def find_meeting(session: Session, meeting_id: UUID, *, tenant: str) -> Meeting | None:
    """Return a meeting of the tenant, for the product's own processes."""
    return session.scalar(select(Meeting).where(Meeting.id == meeting_id, Meeting.tenant == tenant))


def list_meetings(
    session: Session,
    *,
    by: Actor,
    programme: str | None = None,
    cycle: str | None = None,
    province: str | None = None,
    kind: str | None = None,
    state: str | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> Sequence[Meeting]:
    """Return one page of meetings by id, one row more than the limit when there is a next page."""
    given = (
        (Meeting.programme, programme),
        (Meeting.cycle, cycle),
        (Meeting.province, province),
        (Meeting.kind, kind),
        (Meeting.state, state),
    )
    filters = [column == value for column, value in given if value is not None]
    beyond = Meeting.id > after if after is not None else true()
    found = select(Meeting).where(visible(by), beyond, *filters).order_by(Meeting.id).limit(limit + 1)
    return session.scalars(found).all()


def find_cadence_meetings(
    session: Session, *, tenant: str, programme: str, cycle: str, cadence_key: str, states: Sequence[State] = COUNTED
) -> Sequence[Meeting]:
    """Return the meetings that count towards one cadence, e.g. `hq_monthly:1399-08`, in order of their day."""
    return session.scalars(
        select(Meeting)
        .where(
            Meeting.tenant == tenant,
            Meeting.programme == programme,
            Meeting.cycle == cycle,
            Meeting.cadence_key == cadence_key,
            Meeting.state.in_(states),
        )
        .order_by(Meeting.local_on, Meeting.id)
    ).all()


def invitations_of(session: Session, meeting: Meeting) -> Sequence[Invitation]:
    """Return who is invited, in a fixed order."""
    return session.scalars(
        select(Invitation)
        .where(Invitation.tenant == meeting.tenant, Invitation.meeting_id == meeting.id)
        .order_by(Invitation.person_id)
    ).all()


def attendance_of(session: Session, meeting: Meeting) -> Sequence[Attendance]:
    """Return the marks of a meeting, by day and person."""
    return session.scalars(
        select(Attendance)
        .where(Attendance.tenant == meeting.tenant, Attendance.meeting_id == meeting.id)
        .order_by(Attendance.day, Attendance.person_id)
    ).all()


def held_day(meeting: Meeting) -> date | None:
    """Return the day it was held, or None while it was not or the day is not fully known."""
    return PartialDate.model_validate(meeting.held_on).greg if meeting.held_on else None


def meeting_fact(session: Session, meeting: Meeting) -> MeetingFact:
    """Return the meeting whole, as its events carry it."""
    marks = tuple(
        AttendanceMark(
            person_id=one.person_id,
            organisation_id=one.organisation_id,
            organisation_kind=one.organisation_kind,
            category=one.category,
            day=one.day,
            mark=one.mark,
            invited=one.invited,
        )
        for one in attendance_of(session, meeting)
    )
    return MeetingFact(
        meeting_id=meeting.id,
        kind=meeting.kind,
        title=meeting.title,
        state=meeting.state,
        level=meeting.level,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        tz=meeting.tz,
        local_on=meeting.local_on,
        venue=meeting.venue,
        mode=meeting.mode,
        url=meeting.url,
        parties=tuple(MeetingParty.model_validate(party) for party in meeting.parties),
        invitees=tuple(one.person_id for one in invitations_of(session, meeting)),
        pairings=tuple(meeting.pairings),
        schools=tuple(meeting.schools),
        agencies=tuple(meeting.agencies),
        cadence_key=meeting.cadence_key,
        ics_sequence=meeting.ics_sequence,
        series_id=meeting.series_id,
        edition=meeting.edition,
        held_on=held_day(meeting),
        attendance=marks,
    )


def due_meetings(session: Session, now: datetime, limit: int) -> Sequence[UUID]:
    """Return scheduled meetings the clock has to look at: a reminder or the lapse has come."""
    waiting = select(Meeting.id).where(Meeting.state == State.SCHEDULED, Meeting.next_at <= now)
    return session.scalars(waiting.order_by(Meeting.next_at, Meeting.id).limit(limit)).all()


def next_meeting_due(session: Session) -> datetime | None:
    """Return the earliest instant at which the clock has to look at a scheduled meeting."""
    return session.scalar(select(func.min(Meeting.next_at)).where(Meeting.state == State.SCHEDULED))
