"""Filters of the templates: names, days, instants and numbers as a language and a calendar write them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from shared.kernel.words import Words
from shared.values.calendars import Calendar
from shared.values.deadlines import local_day
from shared.values.formatting import format_date, format_moment, format_number, format_time
from shared.values.texts import isolate, to_digits

ELLIPSIS = "…"


def pick_name(names: Mapping[str, str] | str | None, language: str) -> str:
    """The name in a language, else Persian, English, or any; '' where there is none."""
    if not names:
        return ""
    if isinstance(names, str):
        return names
    for wanted in (language, "fa", "en"):
        if names.get(wanted):
            return names[wanted]
    return next(iter(names.values()))


def shorten(text: str, most: int) -> str:
    """The text cut at a word where possible, so that a text message fits its parts."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > most // 2 else cut).rstrip() + ELLIPSIS


def contact_ways(person: Mapping[str, str]) -> list[str]:
    """Telephone and e-mail, isolated so that their direction disturbs nothing."""
    return [isolate(person[way]) for way in ("mobile", "email") if person.get(way)]


def code_digits(value: object, language: str) -> str:
    """A letter number in the language's digits; a code with Latin letters such as W13 stays as it is."""
    text = str(value)
    return text if any(c.isascii() and c.isalpha() for c in text) else to_digits(text, language)


def filters(language: str, tz: str, calendar: str, words: Words) -> dict[str, Callable[..., Any]]:
    """All filters, bound to a language, a time zone and a calendar."""
    cal = Calendar(calendar)

    def day(value: str) -> str:
        return format_date(_local(value, tz), language, cal)

    def long(value: str) -> str:
        return format_date(_local(value, tz), language, cal, weekday=True)

    def moment(value: str, zone: str = tz) -> str:
        return format_moment(_instant(value), language, zone or tz, cal)

    def span(value: str, ends: str | None, zone: str = tz) -> str:
        written = moment(value, zone)
        until = words.t(language, "mail.until")
        return f"{written} {until} {format_time(_instant(ends), language, zone or tz)}" if ends else written

    def num(value: int | float | str) -> str:
        return format_number(value, language) if not isinstance(value, str) else to_digits(value, language)

    def upto(low: int, high: int) -> str:
        return f"{num(low)} {words.t(language, 'mail.until')} {num(high)}"

    comma = words.t(language, "mail.comma")

    def listing(values: Sequence[str]) -> str:
        return f"{comma} ".join(to_digits(str(value), language) for value in values)

    def said(prefix: str) -> Callable[[str], str]:
        return lambda code: words.t(language, f"{prefix}.{code}")

    def steps(codes: Sequence[str]) -> str:
        return listing([words.t(language, f"step.{code}") for code in codes])

    def card(person: Mapping[str, str]) -> str:
        return f"{comma} ".join(part for part in (person.get("name"), *contact_ways(person)) if part)

    def name(names: Mapping[str, str] | str | None) -> str:
        return pick_name(names, language)

    return {
        "name": name, "day": day, "long": long, "moment": moment, "span": span, "num": num, "upto": upto,
        "listing": listing, "steps": steps, "card": card, "short": lambda text, most: shorten(str(text or ""), most),
        "role": said("role"), "committee": said("committee"), "quota": said("quota"),
    }  # fmt: skip


def _instant(value: str | datetime) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def _local(value: str | date, tz: str) -> date:
    if isinstance(value, datetime):
        return local_day(value, tz)
    if isinstance(value, date):
        return value
    return local_day(datetime.fromisoformat(value), tz) if "T" in value else date.fromisoformat(value)
