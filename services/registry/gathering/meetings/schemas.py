"""Wire shapes of meetings."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BeforeValidator, Field, HttpUrl, WithJsonSchema

from services.registry.gathering.meetings.lifecycle import MEETING, State
from services.registry.gathering.meetings.models import Attendance, Invitation, Meeting
from services.registry.gathering.meetings.queries import held_day
from services.registry.gathering.meetings.rules import Invitee, Mark, MeetingDraft
from shared.kernel.wire import Code, Day, Line, NamesIn, Out, Prose, Wire
from shared.values.calendars import Calendar
from shared.values.partial_dates import PartialDate

MAX_PEOPLE = 1000


def _partial(value: Any) -> Any:
    """Read a typed date that may lack its day or month."""
    return PartialDate.parse(value[:40], Calendar.SOLAR_HIJRI) if isinstance(value, str) else value


HeldOn = Annotated[
    PartialDate,
    BeforeValidator(_partial),
    WithJsonSchema({"type": "string", "examples": ["1399-07-21", "1399-07", "1399"]}, mode="validation"),
]
Category = Annotated[Code, Field(examples=["member", "principal", "secretariat_officer", "agency_manager", "guest"])]


class InviteeIn(Wire):
    """A person to be invited, and as what."""

    person_id: UUID
    category: Category
    organisation_id: UUID | None = None
    organisation_kind: Literal["school", "agency", "office"] | None = None


class PartyIn(Wire):
    """An organisation with a role in the meeting."""

    role: Literal["organiser", "host", "co_organiser", "sponsor", "patron", "guest"]
    kind: Literal["office", "school", "agency", "other"]
    id: UUID | None = None
    names: NamesIn = Field(min_length=1)


class MeetingIn(Wire):
    """A meeting without a time; `province` is left out for a national one."""

    id: UUID | None = None
    programme: Code
    cycle: Code
    province: Code | None = None
    kind: Code
    title: Line
    mode: Literal["in_person", "virtual", "hybrid"] = "in_person"
    venue: Line | None = None
    url: HttpUrl | None = None
    public: bool = False
    pairings: list[UUID] = Field(default=[], max_length=MAX_PEOPLE)
    schools: list[UUID] = Field(default=[], max_length=MAX_PEOPLE)
    agencies: list[UUID] = Field(default=[], max_length=MAX_PEOPLE)
    parties: list[PartyIn] = Field(default=[], max_length=50)
    invitees: list[InviteeIn] = Field(default=[], max_length=MAX_PEOPLE)
    series_id: UUID | None = None
    edition: int | None = Field(default=None, ge=1, le=100_000)

    def draft(self) -> MeetingDraft:
        """Return what the command takes."""
        return MeetingDraft(
            programme=self.programme,
            cycle=self.cycle,
            province=self.province or "",
            kind=self.kind,
            title=self.title,
            mode=self.mode,
            venue=self.venue,
            url=str(self.url) if self.url else None,
            public=self.public,
            pairings=tuple(self.pairings),
            schools=tuple(self.schools),
            agencies=tuple(self.agencies),
            parties=tuple(party.model_dump(mode="json") for party in self.parties),
            invitees=tuple(Invitee(**one.model_dump()) for one in self.invitees),
            series_id=self.series_id,
            edition=self.edition,
        )


class PastMeetingIn(MeetingIn):
    """A meeting that took place before; its day may be known in part only."""

    held_on: HeldOn
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None


class TimeIn(Wire):
    """When a meeting takes place: instants with their offset."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime


class MoveIn(TimeIn):
    """The new time, and perhaps a new place, of a meeting."""

    venue: Line | None = None
    reason: Prose | None = None


class ReasonIn(Wire):
    """Why."""

    reason: Prose


class HoldIn(Wire):
    """Nothing to add: the meeting was held at its time."""


class AnswerIn(Wire):
    """An answer to an invitation; `person_id` only when an officer answers for somebody."""

    person_id: UUID | None = None
    answer: Literal["accepted", "declined", "tentative"]


class MarkIn(Wire):
    """One person's presence on one local day."""

    person_id: UUID
    day: Day
    mark: Literal["present", "absent", "excused"]
    walk_in: bool = False
    category: Category | None = None

    def as_mark(self) -> Mark:
        """Return what the command takes."""
        return Mark(self.person_id, self.day, self.mark, self.walk_in)


class MarksIn(Wire):
    """Who was there."""

    marks: list[MarkIn] = Field(min_length=1, max_length=5 * MAX_PEOPLE)


class MarksCorrectionIn(MarksIn):
    """Who was there, put right."""

    reason: Prose


class CorrectionIn(Wire):
    """What was entered wrongly about a held meeting; what is left out stays."""

    reason: Prose
    title: Line | None = None
    venue: Line | None = None
    mode: Literal["in_person", "virtual", "hybrid"] | None = None
    held_on: HeldOn | None = None

    def changes(self) -> dict[str, Any]:
        """Return the plain members to change."""
        return self.model_dump(include={"title", "venue", "mode"}, exclude_none=True)


class MeetingOut(Out):
    """A meeting."""

    id: UUID
    version: int
    programme: str
    cycle: str
    province: str
    level: str
    kind: str
    title: str
    state: str
    mode: str
    venue: str | None
    url: str | None
    public: bool
    tz: str
    starts_at: datetime | None
    ends_at: datetime | None
    local_on: date | None
    held_on: date | None
    cadence_key: str | None
    pairings: list[UUID]
    schools: list[UUID]
    agencies: list[UUID]
    parties: list[dict[str, Any]]
    series_id: UUID | None
    edition: int | None
    ics_sequence: int
    reason: str | None
    open_actions: list[str]

    @classmethod
    def of(cls, meeting: Meeting) -> "MeetingOut":
        """Show a row."""
        return cls(**_members(meeting))


class InvitationOut(Out):
    """Who is invited and what the person answered."""

    person_id: UUID
    category: str
    organisation_id: UUID | None
    organisation_kind: str | None
    answer: str | None


class AttendanceOut(Out):
    """One person's presence on one day."""

    person_id: UUID
    day: date
    mark: str
    category: str
    invited: bool


class WholeMeetingOut(MeetingOut):
    """A meeting with its invitees and their presence."""

    invitees: list[InvitationOut]
    attendance: list[AttendanceOut]

    @classmethod
    def whole(cls, meeting: Meeting, invitations: Any, attendance: Any) -> "WholeMeetingOut":
        """Show a row with the people of it."""
        invited: list[Invitation] = list(invitations)
        marks: list[Attendance] = list(attendance)
        return cls(
            **_members(meeting),
            invitees=[InvitationOut.model_validate(one) for one in invited],
            attendance=[AttendanceOut.model_validate(one) for one in marks],
        )


def _members(meeting: Meeting) -> dict[str, Any]:
    derived = {"held_on": held_day(meeting), "open_actions": [str(a) for a in MEETING.open(State(meeting.state))]}
    return {name: getattr(meeting, name) for name in MeetingOut.model_fields if name not in derived} | derived
