"""Tables of meetings: the meeting, who is invited, who was there."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Integer, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.db import Fact, Table
from services.registry.gathering.meetings.lifecycle import MEETING, Action, State
from shared.kernel.db import UTC_TIME, Scoped, scoped_keys


class Meeting(Fact):
    """One gathering (A25); `time_set_at`: when its present time was set, `next_at`: when the clock looks at it next."""

    __tablename__ = "meetings"
    __table_args__ = scoped_keys(
        ForeignKeyConstraint(["tenant", "series_id"], ["series.tenant", "series.id"]),
        UniqueConstraint("tenant", "series_id", "edition"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("state <> 'scheduled' OR (starts_at IS NOT NULL AND ends_at IS NOT NULL)", name="scheduled"),
        CheckConstraint("(series_id IS NULL) = (edition IS NULL)", name="edition_of_series"),
        Index("ix_meetings_next", "next_at", postgresql_where=text("state = 'scheduled'")),
        Index("ix_meetings_cadence", "tenant", "programme", "cycle", "cadence_key"),
        Index("ix_meetings_place", "tenant", "programme", "cycle", "province", "id"),
    )

    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    mode: Mapped[str] = mapped_column(Text, default="in_person")
    venue: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    public: Mapped[bool] = mapped_column(default=False)
    tz: Mapped[str] = mapped_column(Text)
    calendar: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    ends_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    local_on: Mapped[date | None]
    held_on: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    pairings: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    schools: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    agencies: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    parties: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    cadence_key: Mapped[str | None] = mapped_column(Text)
    series_id: Mapped[UUID | None]
    edition: Mapped[int | None] = mapped_column(Integer)
    ics_sequence: Mapped[int] = mapped_column(Integer, default=0)
    time_set_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    reminded: Mapped[list[str]] = mapped_column(JSONB, default=list)
    next_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    reason: Mapped[str | None] = mapped_column(Text)

    def become(self, action: Action) -> None:
        """Go where the action leads; IllegalTransition when it is not open."""
        self.state = MEETING.after(State(self.state), action)


def of_meeting(*more: Any) -> tuple[Any, ...]:
    """Constraints of a row that belongs to a meeting and names a person of the same tenant (I-50)."""
    return (
        ForeignKeyConstraint(
            ["tenant", "province", "meeting_id"], ["meetings.tenant", "meetings.province", "meetings.id"]
        ),
        ForeignKeyConstraint(["tenant", "person_id"], ["people.tenant", "people.id"]),
        *more,
    )


class Invitation(Scoped, Table):
    """A person invited to a meeting, as what, and what the person answered."""

    __tablename__ = "meeting_invitations"
    __table_args__ = of_meeting(
        CheckConstraint("answer IN ('accepted', 'declined', 'tentative')", name="answer_known"),
        Index("ix_meeting_invitations_person", "tenant", "person_id"),
    )

    meeting_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID | None]
    organisation_kind: Mapped[str | None] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(UTC_TIME)


class Attendance(Scoped, Table):
    """One person's presence on one day of a meeting (I-30: one mark per person and day)."""

    __tablename__ = "meeting_attendance"
    __table_args__ = of_meeting(CheckConstraint("mark IN ('present', 'absent', 'excused')", name="mark_known"))

    meeting_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID | None]
    organisation_kind: Mapped[str | None] = mapped_column(Text)
    invited: Mapped[bool]
