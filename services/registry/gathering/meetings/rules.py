"""When a meeting may be drafted, scheduled, moved, held and marked: pure rules that answer with reasons (I-30)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.registry.gathering.meetings.definition import KINDS
from shared.kernel.problems import Refusal
from shared.values.partial_dates import PartialDate

MARKS = ("present", "absent", "excused")
ANSWERS = ("accepted", "declined", "tentative")
MODES = ("in_person", "virtual", "hybrid")


@dataclass(frozen=True)
class Mark:
    """One person's presence on one local day; `walk_in` says that the person came without an invitation."""

    person_id: UUID
    day: date
    mark: str
    walk_in: bool = False


@dataclass(frozen=True)
class Invitee:
    """A person to be invited, and as what."""

    person_id: UUID
    category: str
    organisation_id: UUID | None = None
    organisation_kind: str | None = None


@dataclass(frozen=True)
class MeetingDraft:
    """What is known of a meeting before it has a time; `province` is '' for a national one."""

    programme: str
    cycle: str
    province: str
    kind: str
    title: str
    mode: str = "in_person"
    venue: str | None = None
    url: str | None = None
    public: bool = False
    pairings: tuple[UUID, ...] = ()
    schools: tuple[UUID, ...] = ()
    agencies: tuple[UUID, ...] = ()
    parties: tuple[dict[str, Any], ...] = ()
    invitees: tuple[Invitee, ...] = ()
    series_id: UUID | None = None
    edition: int | None = None


def may_draft(kind: str, province: str, *, allowed: Collection[str], pairings: int) -> list[Refusal]:
    """Say why a meeting of this kind cannot be drafted here: kind unknown to the programme, wrong level, no pairing."""
    if kind not in KINDS or kind not in allowed:
        return [Refusal("meeting_kind_unknown", field="kind", params={"kind": kind})]
    level = "province" if province else "national"
    found = []
    if level not in KINDS[kind].levels:
        found.append(Refusal("meeting_kind_not_at_level", field="province", params={"kind": kind}))
    if KINDS[kind].pairings and not pairings:
        found.append(Refusal("meeting_needs_pairing", field="pairings"))
    return found


def may_convene(kind: str, *, own_schools: Collection[UUID], schools: Collection[UUID]) -> list[Refusal]:
    """Say why somebody who acts for schools alone cannot convene this: only joint meetings, only of the own schools."""
    if kind == "joint" and schools and set(schools) <= set(own_schools):
        return []
    return [Refusal("meeting_not_yours_to_convene", field="kind")]


def may_schedule(
    starts_at: datetime | None, ends_at: datetime | None, *, now: datetime, invitees: int, public: bool
) -> list[Refusal]:
    """Say why it cannot be scheduled so: a full time span in the future, and somebody invited or the public."""
    found = fits_time(starts_at, ends_at)
    if starts_at is not None and starts_at <= now:
        found.append(Refusal("meeting_start_passed", field="starts_at"))
    if not invitees and not public:
        found.append(Refusal("meeting_without_invitees", field="invitees"))
    return found


def may_reschedule(starts_at: datetime, ends_at: datetime, *, now: datetime) -> list[Refusal]:
    """Say why it cannot be moved there: the new time lies in the future."""
    found = fits_time(starts_at, ends_at)
    if starts_at <= now:
        found.append(Refusal("meeting_start_passed", field="starts_at"))
    return found


def fits_time(starts_at: datetime | None, ends_at: datetime | None) -> list[Refusal]:
    """Say what is wrong with a time span: both ends are needed, in their order."""
    if starts_at is None or ends_at is None:
        return [Refusal("meeting_time_missing", field="starts_at" if starts_at is None else "ends_at")]
    return [] if ends_at > starts_at else [Refusal("meeting_ends_before_start", field="ends_at")]


def may_hold(starts_at: datetime, *, now: datetime) -> list[Refusal]:
    """Say why it cannot have been held yet: only at or after its start (I-30)."""
    if now >= starts_at:
        return []
    return [Refusal("meeting_in_future", field="starts_at", params={"starts_at": starts_at.isoformat()})]


def may_record(held: PartialDate, *, today: date, first_day: date, last_day: date) -> list[Refusal]:
    """Say why a past meeting cannot be recorded so: not in the future, and inside the cycle."""
    earliest, latest = held.earliest, held.latest
    if earliest is None or latest is None:
        return []
    found = []
    if earliest > today:
        found.append(Refusal("meeting_in_future", field="held_on", params={"starts_at": earliest.isoformat()}))
    if latest < first_day or earliest > last_day:
        found.append(Refusal("meeting_outside_cycle", field="held_on"))
    return found


def may_mark(
    marks: Sequence[Mark],
    *,
    invited: Collection[UUID],
    marked: Collection[tuple[UUID, date]],
    first_day: date | None,
    last_day: date | None,
) -> list[Refusal]:
    """Say which marks cannot be recorded: invited persons or walk-ins, on a day of the meeting, once each (I-30)."""
    found: list[Refusal] = []
    if first_day is None or last_day is None:
        return [Refusal("attendance_needs_full_date", field="marks")]
    seen = set(marked)
    for index, one in enumerate(marks):
        field = f"marks.{index}"
        if one.person_id not in invited and not one.walk_in:
            found.append(Refusal("attendee_not_invited", field=f"{field}.person_id"))
        if not first_day <= one.day <= last_day:
            found.append(Refusal("attendance_day_outside", field=f"{field}.day"))
        if (one.person_id, one.day) in seen:
            found.append(Refusal("attendance_marked_twice", field=f"{field}.person_id"))
        seen.add((one.person_id, one.day))
    return found


def may_correct_marks(marks: Sequence[Mark], *, marked: Collection[tuple[UUID, date]]) -> list[Refusal]:
    """Say which marks cannot be put right: those never recorded, and those named twice."""
    found: list[Refusal] = []
    seen: set[tuple[UUID, date]] = set()
    for index, one in enumerate(marks):
        key = (one.person_id, one.day)
        if key not in marked:
            found.append(Refusal("attendance_not_recorded", field=f"marks.{index}"))
        if key in seen:
            found.append(Refusal("attendance_marked_twice", field=f"marks.{index}"))
        seen.add(key)
    return found


def missing(named: Iterable[UUID], known: Iterable[UUID], field: str) -> list[Refusal]:
    """Say which of the named things do not exist where the actor may see them."""
    unknown = set(named) - set(known)
    return [Refusal("reference_unknown", field=field, params={"id": str(one)}) for one in sorted(unknown)]
