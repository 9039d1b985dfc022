"""Calendars: Solar Hijri, Umm al-Qura and Gregorian days, checked month by month."""

import calendar as gregorian_calendar
from datetime import date
from enum import StrEnum

from hijridate import Gregorian, Hijri
from persiantools.jdatetime import JalaliDate

FIRST_HIJRI_DAY, LAST_HIJRI_DAY = date(1924, 8, 1), date(2077, 11, 16)
FIRST_HIJRI_YEAR, LAST_HIJRI_YEAR = 1343, 1500


class Calendar(StrEnum):
    """The calendar a programme thinks in."""

    SOLAR_HIJRI = "solar_hijri"
    UMM_AL_QURA = "umm_al_qura"
    GREGORIAN = "gregorian"


class CalendarError(ValueError):
    """A day that the calendar does not have: a code for the words, and the values to put into them."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(f"{code} {params}")
        self.code = code
        self.params = params


def month_length(calendar: Calendar, year: int, month: int) -> int:
    """Days of a month; CalendarError when the year is not supported or there is no such month."""
    check_year(calendar, year)
    if not 1 <= month <= 12:
        raise CalendarError("month_not_in_year", calendar=calendar.value, year=year, month=month, last_month=12)
    if calendar is Calendar.SOLAR_HIJRI:
        return int(JalaliDate.days_in_month(month, year))
    if calendar is Calendar.UMM_AL_QURA:
        return int(Hijri(year, month, 1).month_length())
    return gregorian_calendar.monthrange(year, month)[1]


def check_year(calendar: Calendar, year: int) -> None:
    """CalendarError when conversion tables do not reach the year (Umm al-Qura goes by table, not arithmetic)."""
    first, last = {
        Calendar.SOLAR_HIJRI: (1200, 1600),
        Calendar.UMM_AL_QURA: (FIRST_HIJRI_YEAR, LAST_HIJRI_YEAR),
        Calendar.GREGORIAN: (1800, 2200),
    }[calendar]
    if not first <= year <= last:
        raise CalendarError("year_not_supported", calendar=calendar.value, year=year, first=first, last=last)


def check_day(calendar: Calendar, year: int, month: int, day: int) -> None:
    """CalendarError naming the month's last day when the day does not exist, for example 31 Mehr."""
    last = month_length(calendar, year, month)
    if not 1 <= day <= last:
        raise CalendarError("day_not_in_month", calendar=calendar.value, year=year, month=month, day=day, last_day=last)


def to_gregorian(calendar: Calendar, year: int, month: int, day: int) -> date:
    """The Gregorian day; CalendarError when the day does not exist."""
    check_day(calendar, year, month, day)
    if calendar is Calendar.SOLAR_HIJRI:
        converted: date = JalaliDate(year, month, day).to_gregorian()
        return converted
    if calendar is Calendar.UMM_AL_QURA:
        hijri = Hijri(year, month, day, validate=False).to_gregorian()
        return date(hijri.year, hijri.month, hijri.day)
    return date(year, month, day)


def from_gregorian(calendar: Calendar, day: date) -> tuple[int, int, int]:
    """Year, month and day in the calendar; CalendarError outside the supported range."""
    if calendar is Calendar.GREGORIAN:
        return day.year, day.month, day.day
    if calendar is Calendar.SOLAR_HIJRI:
        solar = JalaliDate(day)
        return solar.year, solar.month, solar.day
    if not FIRST_HIJRI_DAY <= day <= LAST_HIJRI_DAY:
        raise CalendarError(
            "year_not_supported", calendar=calendar.value, year=day.year, first=FIRST_HIJRI_YEAR, last=LAST_HIJRI_YEAR
        )
    hijri = Gregorian(day.year, day.month, day.day).to_hijri()
    return hijri.year, hijri.month, hijri.day


def month_start(calendar: Calendar, year: int, month: int) -> date:
    """First day of a month."""
    return to_gregorian(calendar, year, month, 1)


def month_end(calendar: Calendar, year: int, month: int) -> date:
    """Last day of a month."""
    return to_gregorian(calendar, year, month, month_length(calendar, year, month))


def add_months(year: int, month: int, n: int) -> tuple[int, int]:
    """Year and month n months later, in any calendar of twelve months."""
    years, month0 = divmod(month - 1 + n, 12)
    return year + years, month0 + 1
