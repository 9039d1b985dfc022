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


class Pen:
    """Writes days, instants, numbers and lists in one language, zone and calendar."""

    def __init__(self, language: str, tz: str, calendar: str, words: Words) -> None:
        self._language, self._tz, self._calendar, self._words = language, tz, Calendar(calendar), words

    def t(self, key: str) -> str:
        """The words of a key."""
        return self._words.t(self._language, key)

    def day(self, value: str) -> str:
        """'۵ مهر ۱۳۹۹'."""
        return format_date(_local(value, self._tz), self._language, self._calendar)

    def long(self, value: str) -> str:
        """The day with its weekday."""
        return format_date(_local(value, self._tz), self._language, self._calendar, weekday=True)

    def moment(self, value: str, zone: str = "") -> str:
        """Day and time of an instant on the wall of its zone."""
        return format_moment(_instant(value), self._language, zone or self._tz, self._calendar)

    def span(self, value: str, ends: str | None, zone: str = "") -> str:
        """From an instant to another of the same day."""
        written = self.moment(value, zone)
        if not ends:
            return written
        return f"{written} {self.t('mail.until')} {format_time(_instant(ends), self._language, zone or self._tz)}"

    def num(self, value: int | float | str) -> str:
        """A number in the language's digits."""
        return to_digits(value, self._language) if isinstance(value, str) else format_number(value, self._language)

    def upto(self, low: int, high: int) -> str:
        """'۵ تا ۱۰'."""
        return f"{self.num(low)} {self.t('mail.until')} {self.num(high)}"

    def joined(self, parts: Sequence[str]) -> str:
        """Parts with the language's comma."""
        return f"{self.t('mail.comma')} ".join(part for part in parts if part)

    def listing(self, values: Sequence[str]) -> str:
        """Texts in one line, digits converted."""
        return self.joined([to_digits(str(value), self._language) for value in values])

    def dated(self, entries: Sequence[Mapping[str, str]]) -> str:
        """Dated entries of an action calendar: '۱۰ آبان ۱۳۹۹: نشست مشترک'."""
        return self.joined([f"{self.day(each['on'])}: {each['title']}" for each in entries])

    def steps(self, codes: Sequence[str]) -> str:
        """Launch steps by name."""
        return self.listing([self.t(f"step.{code}") for code in codes])

    def card(self, person: Mapping[str, str]) -> str:
        """Name, telephone and e-mail of a person."""
        return self.joined([person.get("name", ""), *contact_ways(person)])

    def name(self, names: Mapping[str, str] | str | None) -> str:
        """A name in the language."""
        return pick_name(names, self._language)

    def said(self, prefix: str) -> Callable[[str], str]:
        """Words of a family of codes."""
        return lambda code: self.t(f"{prefix}.{code}")


def filters(language: str, tz: str, calendar: str, words: Words) -> dict[str, Callable[..., Any]]:
    """All filters, bound to a language, a time zone and a calendar."""
    pen = Pen(language, tz, calendar, words)
    days = (pen.day, pen.long, pen.moment, pen.span, pen.dated)
    plain = (*days, pen.name, pen.num, pen.upto, pen.listing, pen.steps, pen.card)
    return {
        **{write.__name__: write for write in plain},
        **{prefix: pen.said(prefix) for prefix in ("role", "committee", "quota")},
        "short": lambda text, most: shorten(str(text or ""), most),
    }


def _instant(value: str | datetime) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def _local(value: str | date, tz: str) -> date:
    if isinstance(value, datetime):
        return local_day(value, tz)
    if isinstance(value, date):
        return value
    return local_day(datetime.fromisoformat(value), tz) if "T" in value else date.fromisoformat(value)
