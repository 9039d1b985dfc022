"""What every verb of a meeting needs: the row it may change, its time, its next instant, the event with its state."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.gathering.meetings import planning, queries, rules
from services.registry.gathering.meetings.drafting import put_in_cadence
from services.registry.gathering.meetings.models import Meeting
from shared.contracts.base import FactHeader
from shared.contracts.gathering import MeetingCorrected, MeetingEvent, MeetingVoided
from shared.kernel.auth import Actor
from shared.kernel.outbox import emit
from shared.kernel.problems import Forbidden, expect
from shared.values.calendars import Calendar
from shared.values.deadlines import local_day
from shared.values.partial_dates import PartialDate

COMPARED = ("title", "kind", "venue", "mode", "pairings", "schools", "agencies")


class MeetingNotYours(Forbidden):
    """This meeting belongs to another level; you can read it but not change it."""


def tell(session: Session, cls: type[MeetingEvent], meeting: Meeting, *, now: datetime, **extra: Any) -> None:
    """Emit an event of the meeting with its whole state; a held meeting speaks of its day, any other of today."""
    held = PartialDate.model_validate(meeting.held_on) if meeting.held_on else None
    kinds = {MeetingVoided: "withdraw", MeetingCorrected: "correct"}
    event = cls(
        fact=FactHeader.model_validate(
            {"id": meeting.id, "version": (meeting.sequence or 0) + 1, "kind": kinds.get(cls, "create")}
        ),
        effective_on=held or PartialDate.of_day(Calendar(meeting.calendar), local_day(now, meeting.tz)),
        meeting_id=meeting.id,
        meeting=queries.meeting_fact(session, meeting),
        **extra,
    )
    emit(session, event, by=meeting, now=now)


def meeting_to_change(session: Session, *, meeting_id: UUID, expected: int | None, by: Actor) -> Meeting:
    """Return a meeting the actor may change; 404 out of sight, 403 when it belongs to another level, 412 when stale."""
    meeting = queries.get_meeting(session, meeting_id, by=by)
    officer = by.has("hq_officer", "province_officer", "system")
    reached = by.national or meeting.province == by.province
    own = by.organisations("principal", "secretariat_officer")
    if not reached or (not officer and rules.may_convene(meeting.kind, own_schools=own, schools=meeting.schools)):
        raise MeetingNotYours
    expect(meeting, expected)
    return meeting


def set_time(session: Session, meeting: Meeting, starts_at: datetime, ends_at: datetime, *, now: datetime) -> None:
    """Give the meeting a time: its day, its cadence and its reminders follow."""
    meeting.starts_at, meeting.ends_at = starts_at, ends_at
    meeting.local_on = local_day(starts_at, meeting.tz)
    meeting.time_set_at, meeting.reminded = now, []
    put_in_cadence(session, meeting)
    plan_next(meeting)


def plan_next(meeting: Meeting) -> None:
    """Find when the clock has to look at the meeting next."""
    assert meeting.starts_at is not None and meeting.ends_at is not None and meeting.time_set_at is not None
    meeting.next_at = planning.next_instant(
        meeting.starts_at, meeting.ends_at, meeting.tz, since=meeting.time_set_at, fired=meeting.reminded
    )


def shown(meeting: Meeting) -> dict[str, str | None]:
    """What a correction compares, as text."""
    values: dict[str, Any] = {name: getattr(meeting, name) for name in COMPARED}
    values["held_on"] = str(queries.held_day(meeting) or meeting.held_on)
    listed = {name: ", ".join(sorted(map(str, value))) for name, value in values.items() if isinstance(value, list)}
    return {name: None if value is None else str(value) for name, value in (values | listed).items()}
