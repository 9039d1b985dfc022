"""Periods, windows and cadences: how a cycle of a programme is cut up in its own calendar."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.values.calendars import (
    Calendar,
    add_months,
    check_day,
    from_gregorian,
    month_end,
    month_start,
    to_gregorian,
)
from shared.values.formatting import MONTHS, SEASONS
from shared.values.texts import LocalizedText, to_digits

_FROZEN = ConfigDict(frozen=True, extra="forbid")


class PeriodKind(StrEnum):
    """How long a period is."""

    MONTH = "month"
    QUARTER = "quarter"
    CYCLE = "cycle"


class Period(BaseModel):
    """A numbered part of a cycle; keyed by ordinal, because a school year's order is not the calendar year's."""

    model_config = _FROZEN

    kind: PeriodKind
    ordinal: int = Field(ge=1)
    start: date
    end: date
    label: LocalizedText

    @property
    def code(self) -> str:
        """'Q1', 'M01' or 'Y'."""
        return {"quarter": f"Q{self.ordinal}", "month": f"M{self.ordinal:02d}", "cycle": "Y"}[self.kind.value]

    def holds(self, day: date) -> bool:
        """Whether the day lies in the period; both ends belong to it."""
        return self.start <= day <= self.end


class CycleRange(BaseModel):
    """First and last day of a cycle and the calendar that cuts it."""

    model_config = _FROZEN

    calendar: Calendar
    start: date
    end: date


class MonthDay(BaseModel):
    """A day of the programme's calendar without a year."""

    model_config = _FROZEN

    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)
    next_year: bool = False


class Window(BaseModel):
    """A named date range relative to a cycle, in the programme's calendar."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    from_: MonthDay = Field(alias="from")
    to: MonthDay

    def bounds(self, cycle: CycleRange) -> tuple[date, date]:
        """First and last day of the window in a cycle; CalendarError for a day its month does not have."""
        year = from_gregorian(cycle.calendar, cycle.start)[0]
        first, last = (
            to_gregorian(cycle.calendar, year + (1 if end.next_year else 0), end.month, end.day)
            for end in (self.from_, self.to)
        )
        return first, last


class Cadence(BaseModel):
    """How often something has to happen."""

    model_config = _FROZEN

    kind: str
    per: Literal["month", "quarter", "cycle"]
    min: int = Field(default=1, ge=1)
    months: tuple[int, ...] = ()
    scope: Literal["national", "province", "secretariat", "pairing"] | None = None
    audience: str | None = None


def cycle_range(calendar: Calendar, year: int, start: MonthDay) -> CycleRange:
    """The twelve months that begin on a day of a calendar year."""
    check_day(calendar, year, start.month, start.day)
    first = to_gregorian(calendar, year, start.month, start.day)
    next_first = to_gregorian(calendar, year + 1, start.month, start.day)
    return CycleRange(calendar=calendar, start=first, end=next_first - timedelta(days=1))


def months_of(cycle: CycleRange) -> list[Period]:
    """The months of a cycle in their order, in the cycle's calendar (Mehr, not September)."""
    year, month, _ = from_gregorian(cycle.calendar, cycle.start)
    found: list[Period] = []
    while (start := max(month_start(cycle.calendar, year, month), cycle.start)) <= cycle.end:
        end = min(month_end(cycle.calendar, year, month), cycle.end)
        label = _month_label(cycle.calendar, year, month)
        found.append(Period(kind=PeriodKind.MONTH, ordinal=len(found) + 1, start=start, end=end, label=label))
        year, month = add_months(year, month, 1)
    return found


def quarters_of(cycle: CycleRange) -> list[Period]:
    """The quarters of a cycle, three months each, labelled by season and year."""
    months = months_of(cycle)
    return [
        Period(
            kind=PeriodKind.QUARTER,
            ordinal=n // 3 + 1,
            start=months[n].start,
            end=months[min(n + 2, len(months) - 1)].end,
            label=_quarter_label(cycle.calendar, months[n].start, n // 3 + 1),
        )
        for n in range(0, len(months), 3)
    ]


def periods_of(cycle: CycleRange) -> list[Period]:
    """Every quarter and month of a cycle, and the cycle itself."""
    year = from_gregorian(cycle.calendar, cycle.start)[0]
    last_year = from_gregorian(cycle.calendar, cycle.end)[0]
    years = f"{year}" if year == last_year else f"{year}–{last_year}"
    label = LocalizedText({"fa": to_digits(years, "fa"), "en": years})
    whole = Period(kind=PeriodKind.CYCLE, ordinal=1, start=cycle.start, end=cycle.end, label=label)
    return [*quarters_of(cycle), *months_of(cycle), whole]


def _month_label(calendar: Calendar, year: int, month: int) -> LocalizedText:
    names = {lang: MONTHS[calendar][lang][month - 1] for lang in ("fa", "en")}
    return LocalizedText({lang: f"{name} {to_digits(year, lang)}" for lang, name in names.items()})


def _quarter_label(calendar: Calendar, start: date, ordinal: int) -> LocalizedText:
    year, month, _ = from_gregorian(calendar, start)
    if calendar is not Calendar.SOLAR_HIJRI:
        return LocalizedText({"fa": f"سه‌ماهه {to_digits(ordinal, 'fa')}", "en": f"Q{ordinal} {year}"})
    season = (month - 1) // 3
    return LocalizedText({lang: f"{SEASONS[lang][season]} {to_digits(year, lang)}" for lang in ("fa", "en")})
