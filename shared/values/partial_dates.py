"""Partial dates: what a source told about a day, and the earliest and latest day it can mean."""

import re
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from shared.values.calendars import (
    Calendar,
    CalendarError,
    check_day,
    from_gregorian,
    month_end,
    month_length,
    month_start,
    to_gregorian,
)
from shared.values.texts import digits_to_ascii


class Precision(StrEnum):
    """How much of a date is known."""

    UNKNOWN = "unknown"
    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    RANGE = "range"
    RANGE_WITHOUT_MONTH = "range_without_month"


_DAY = re.compile(r"(\d{3,4})\s*[-/.]\s*(\d{1,2})(?:\s*[-/.]\s*(\d{1,2})(?:\s*[-–]\s*(\d{1,2}))?)?")
_YEAR = re.compile(r"\d{3,4}")
_RANGE_WITHOUT_MONTH = re.compile(r"(\d{1,2})\s*[-–]\s*(\d{1,2})\s*/\s*(\d{4})")
_INVISIBLE = re.compile("[\u200e\u200f\u061c\u2066-\u2069\u200c]")


class PartialDate(BaseModel):
    """A date of a calendar, perhaps without day or month; two are comparable only if their bounds do not overlap."""

    model_config = ConfigDict(frozen=True)

    cal: Calendar
    y: int | None = None
    m: int | None = None
    d: int | None = None
    d_to: int | None = None
    precision: Precision = Precision.UNKNOWN
    greg: date | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> "PartialDate":
        needs = _NEEDS[self.precision]
        present = {name for name in ("y", "m", "d", "d_to") if getattr(self, name) is not None}
        if present != needs:
            raise CalendarError("date_parts_do_not_fit", precision=self.precision.value, needs=sorted(needs))
        if self.y is not None:
            self._check(self.y)
        if self.precision is Precision.DAY:
            object.__setattr__(self, "greg", self.earliest)
        elif self.greg is not None:
            raise CalendarError("date_parts_do_not_fit", precision=self.precision.value, needs=sorted(needs))
        return self

    def _check(self, year: int) -> None:
        if self.d is not None and self.d_to is not None and self.d_to < self.d:
            raise CalendarError("range_runs_backwards", first=self.d, last=self.d_to)
        if self.m is None:
            month_length(self.cal, year, 1)
            for day in (self.d, self.d_to):
                if day is not None and not 1 <= day <= 31:
                    raise CalendarError("day_not_in_month", calendar=self.cal.value, year=year, day=day, last_day=31)
            return
        month_length(self.cal, year, self.m)
        for day in (self.d, self.d_to):
            if day is not None:
                check_day(self.cal, year, self.m, day)

    @classmethod
    def of_day(cls, calendar: Calendar, day: date) -> "PartialDate":
        """A whole day, told in the given calendar."""
        year, month, day_of_month = from_gregorian(calendar, day)
        return cls(cal=calendar, y=year, m=month, d=day_of_month, precision=Precision.DAY)

    @classmethod
    def _build(cls, **parts: object) -> "PartialDate":
        """Construct, with the calendar's own error instead of pydantic's."""
        try:
            return cls.model_validate(parts)
        except ValidationError as invalid:
            cause = invalid.errors()[0].get("ctx", {}).get("error")
            if isinstance(cause, CalendarError):
                raise cause from invalid
            raise

    @classmethod
    def of(cls, calendar: Calendar, year: int, month: int | None = None, day: int | None = None) -> "PartialDate":
        """A date from what is known of it; CalendarError for a day or month that does not exist."""
        precision = Precision.YEAR if month is None else Precision.MONTH if day is None else Precision.DAY
        return cls._build(cal=calendar, y=year, m=month, d=day, precision=precision)

    @classmethod
    def parse(cls, text: str, calendar: Calendar) -> "PartialDate":
        """A typed date: '1399/07/21', '۱۳۹۹-۷', '1440', '15-17/1440'; any of the three digit sets, also mixed.

        A date with a year from 1800 is read as Gregorian (ISO) and told in the given calendar.
        CalendarError (code `date_not_understood`, `day_not_in_month`, ...) otherwise.
        """
        plain = _INVISIBLE.sub("", digits_to_ascii(text)).strip()
        without_month = _RANGE_WITHOUT_MONTH.fullmatch(plain)
        if without_month:
            first, last, of_year = (int(part) for part in without_month.groups())
            return cls._build(cal=calendar, y=of_year, d=first, d_to=last, precision=Precision.RANGE_WITHOUT_MONTH)
        if _YEAR.fullmatch(plain):
            return cls.of(calendar, int(plain))
        match = _DAY.fullmatch(plain)
        if not match:
            raise CalendarError("date_not_understood", text=text[:40])
        year, month, day, to = (int(part) if part else None for part in match.groups())
        assert year is not None
        if to is not None:
            return cls._build(cal=calendar, y=year, m=month, d=day, d_to=to, precision=Precision.RANGE)
        if year >= 1800 and calendar is not Calendar.GREGORIAN and month is not None and day is not None:
            return cls.of_day(calendar, to_gregorian(Calendar.GREGORIAN, year, month, day))
        return cls.of(calendar, year, month, day)

    @property
    def earliest(self) -> date | None:
        """The first Gregorian day this can mean, None when nothing is known."""
        return self._bound(first=True)

    @property
    def latest(self) -> date | None:
        """The last Gregorian day this can mean, None when nothing is known."""
        return self._bound(first=False)

    def _bound(self, *, first: bool) -> date | None:
        if self.y is None:
            return None
        day = self.d if first or self.d_to is None else self.d_to
        if self.m is not None and day is not None:
            return to_gregorian(self.cal, self.y, self.m, day)
        if self.m is not None:
            return (month_start if first else month_end)(self.cal, self.y, self.m)
        months = range(1, 13) if first else range(12, 0, -1)
        if day is None:
            return (month_start if first else month_end)(self.cal, self.y, months[0])
        return self._day_in_first_fitting(months, day)

    def _day_in_first_fitting(self, months: range, day: int) -> date:
        """The range lies in one unknown month, so only months that hold all its days count."""
        assert self.y is not None and self.d_to is not None
        fitting = [m for m in months if month_length(self.cal, self.y, m) >= self.d_to]
        if not fitting:
            raise CalendarError("day_not_in_month", calendar=self.cal.value, year=self.y, day=self.d_to, last_day=30)
        return to_gregorian(self.cal, self.y, fitting[0], day)

    def is_before(self, other: "PartialDate") -> bool | None:
        """Whether this lies wholly before the other; None when the two overlap or one is unknown."""
        mine, theirs = (self.earliest, self.latest), (other.earliest, other.latest)
        if mine[0] is None or mine[1] is None or theirs[0] is None or theirs[1] is None:
            return None
        if mine[1] < theirs[0]:
            return True
        return False if theirs[1] < mine[0] else None


_NEEDS: dict[Precision, set[str]] = {
    Precision.UNKNOWN: set(),
    Precision.YEAR: {"y"},
    Precision.MONTH: {"y", "m"},
    Precision.DAY: {"y", "m", "d"},
    Precision.RANGE: {"y", "m", "d", "d_to"},
    Precision.RANGE_WITHOUT_MONTH: {"y", "d", "d_to"},
}
