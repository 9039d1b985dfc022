"""The parts a programme definition is made of: seats, quotas, duties, reports, checklists. Pure and frozen."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from shared.values.calendars import Calendar
from shared.values.deadlines import Anchor, DeadlineRule, Roll
from shared.values.periods import MonthDay
from shared.values.texts import LocalizedText

Enforce = Literal["hard", "soft"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Level = Literal["national", "province", "district", "school"]


def _days(value: Any) -> Any:
    """'10d' -> 10: offsets are written in days."""
    return value[:-1] if isinstance(value, str) and value.endswith("d") else value


Days = Annotated[int, BeforeValidator(_days)]


class Part(BaseModel):
    """A piece of a definition: unknown keys are mistakes, nothing changes after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Locale(Part):
    """Languages of a programme, and the digits it shows."""

    default: str
    allowed: tuple[str, ...] = Field(min_length=1)
    digits: Literal["arabext", "arab", "latn"]


class CalendarRule(Part):
    """Calendar, time zone and week of a programme."""

    system: Calendar
    tz: str
    week_start: Weekday
    weekend: tuple[Weekday, ...]
    cycle_start: MonthDay


class SchoolBreak(Part):
    """Days on which schools are closed each year, in the programme's calendar."""

    from_: MonthDay = Field(alias="from")
    to: MonthDay
    names: LocalizedText


class HolidayRule(Part):
    """Where days off come from: a country's public holidays and the school breaks."""

    country: str | None = None
    school_breaks: tuple[SchoolBreak, ...] = ()


class Quota(Part):
    """Minimum and maximum of a subject per place; the maximum counts slots, the minimum only warns (I-05)."""

    id: str
    subject: Literal["secretariat", "linked_agency"]
    scope: Literal["province"]
    min: int = Field(ge=0)
    max: int = Field(ge=1)
    max_is_hard: bool = True
    check_min_at: str = "window.launch.end"


class PairingRule(Part):
    """Which schools can be secretariats, how many go with an agency, and when a pairing counts as dormant."""

    secretariats_per_agency: int = 1
    agencies_per_secretariat: int = 1
    school_kinds: tuple[str, ...] = Field(min_length=1)
    school_genders: tuple[Literal["girls", "boys", "mixed"], ...] = Field(min_length=1)
    dormant_after_days: int = Field(default=60, ge=1)
    answer_days: int = Field(default=15, ge=1)


class Seat(Part):
    """A seat of a committee; a minor in it has no contact points of their own (I-14)."""

    code: str
    names: LocalizedText
    role: Literal["chair", "secretary", "member"] = "member"
    delegate: bool = False
    minor: bool = False


class CommitteeTemplate(Part):
    """A committee that every cycle has once per place of its level."""

    code: str
    level: Literal["national", "province"]
    names: LocalizedText
    chair: str
    secretary: str | None = None
    quorum: int | None = None
    seats: tuple[Seat, ...] = Field(min_length=1)

    def seat(self, code: str) -> Seat | None:
        """The seat with a code, None when the template has no such seat."""
        return next((seat for seat in self.seats if seat.code == code), None)


class DueOffset(Part):
    """Days after the end of a period, and whether a day off moves them."""

    after_end: Days
    roll: Roll = Roll.FORWARD


class ReportRule(Part):
    """A report that is due after each period."""

    level: Literal["secretariat", "province"]
    to: Literal["province", "national"]
    per: Literal["quarter"]
    due: DueOffset
    missed_after: Days
    obliges: bool = False

    @property
    def deadline(self) -> DeadlineRule:
        """The rule that computes its due day."""
        return DeadlineRule(
            anchor=Anchor.PERIOD_END,
            offset_days=self.due.after_end,
            roll=self.due.roll,
            missed_after_days=self.missed_after,
        )


class DutyTemplate(Part):
    """A numbered duty or step of the timetable; only those that oblige become obligations with a due day."""

    code: str
    level: Literal["national", "province", "school"]
    names: LocalizedText
    per: Literal["once", "month", "quarter", "cycle", "continuous"]
    window: str | None = None
    assignees: tuple[str, ...] = Field(min_length=1)
    auto: tuple[str, ...] = ()
    obliges: bool = False
    missed_after: Days = 30


class Item(Part):
    """A coded line of a form: a checklist item, a duty of an officer, a policy goal."""

    code: str
    names: LocalizedText
    weight: int = Field(default=1, ge=1)
    required: bool = True
    horizon_year: int | None = None
