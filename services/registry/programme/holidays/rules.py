"""Which days are off by themselves, and who may change them. Pure but for the tables of the holidays library."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import holidays

from services.registry.programme.programmes.parts import HolidayRule
from shared.kernel.problems import Refusal
from shared.values.calendars import Calendar, from_gregorian, month_end, month_start, to_gregorian
from shared.values.periods import MonthDay


class Kind(StrEnum):
    """Why a day is off."""

    PUBLIC = "public"
    SCHOOL = "school"
    CLOSURE = "closure"


@dataclass(frozen=True)
class DayOff:
    """A day off, why, and what it is called."""

    day: date
    kind: Kind
    names: dict[str, str]


def days_off_of(rule: HolidayRule, calendar: Calendar, year: int) -> list[DayOff]:
    """The days off of a year of a calendar: public holidays of the country and the yearly school breaks."""
    first, last = month_start(calendar, year, 1), month_end(calendar, year, 12)
    return [*_public(rule, first, last), *_school(rule, calendar, year)]


def _public(rule: HolidayRule, first: date, last: date) -> list[DayOff]:
    if rule.country is None:
        return []
    years = range(first.year, last.year + 1)
    # The library spells its own language differently per country; the weekend it knows is the programme's business.
    native, english = (
        holidays.country_holidays(rule.country, years=years, language=language)
        for language in (_native(rule.country), "en_US")
    )
    return [
        DayOff(day, Kind.PUBLIC, {"fa": native.get(day, name), "en": name} if rule.country == "IR" else {"en": name})
        for day, name in sorted(english.items())
        if first <= day <= last
    ]


def _native(country: str) -> str:
    return {"IR": "fa_IR", "SA": "ar", "LT": "lt"}.get(country, "en_US")


def _school(rule: HolidayRule, calendar: Calendar, year: int) -> list[DayOff]:
    days = []
    for each in rule.school_breaks:
        day, last = (_in_year(calendar, year, end) for end in (each.from_, each.to))
        while day <= last:
            days.append(DayOff(day, Kind.SCHOOL, dict(each.names.root)))
            day += timedelta(days=1)
    return days


def _in_year(calendar: Calendar, year: int, end: MonthDay) -> date:
    return to_gregorian(calendar, year + (1 if end.next_year else 0), end.month, end.day)


def years_between(calendar: Calendar, first: date, last: date) -> list[int]:
    """The calendar's years that a range of days touches."""
    return list(range(from_gregorian(calendar, first)[0], from_gregorian(calendar, last)[0] + 1))


def may_change(*, added: Collection[date], removed: Collection[date], known: Collection[date]) -> list[Refusal]:
    """Why a change is refused: it changes nothing, names a day twice, or removes a day that is none."""
    refusals = []
    if not added and not removed:
        refusals.append(Refusal("holidays_unchanged", "added"))
    if set(added) & set(removed):
        refusals.append(Refusal("holiday_both_ways", "removed"))
    refusals += [
        Refusal("holiday_unknown", "removed", params={"day": day.isoformat()}) for day in removed if day not in known
    ]
    return refusals
