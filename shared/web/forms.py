"""What people type into forms: read with the digits and month names of their calendar, refused in place."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as with_default
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from shared.kernel.problem_answers import ProblemAnswers
from shared.kernel.problems import InvalidInput, Overtaken, Problem, Stale
from shared.kernel.wire import Line, Prose
from shared.values.calendars import Calendar, CalendarError, from_gregorian, to_gregorian
from shared.values.formatting import MONTHS
from shared.values.partial_dates import PartialDate
from shared.values.texts import digits_to_ascii, fold
from shared.web.doors import Trouble, trouble_of
from shared.web.pages import Speech

Made = TypeVar("Made")
_WITH_NAME = re.compile(r"(\d{1,2})\s+(\S+(?:\s\D\S*)?)(?:\s+(\d{4}))?")
_CLOCK = re.compile(r"([01]?\d|2[0-3])[:٫.]([0-5]\d)")
MAX_TYPED = 20_001
_LINE: TypeAdapter[str] = TypeAdapter(Line)
_PROSE: TypeAdapter[str] = TypeAdapter(Prose)


class BlankNotRead(ValueError):
    """What was typed into a blank is not what it asks for; `code` and `params` name the words."""

    def __init__(self, code: str, params: Mapping[str, object], field: str = "") -> None:
        super().__init__(code)
        self.code, self.params, self.field = code, dict(params), field


@dataclass
class Filled:
    """A submitted form: one text per field, lists for fields that repeat; what was typed stays for the next look."""

    values: dict[str, str]
    lists: dict[str, list[str]] = with_default(default_factory=dict)

    def get(self, name: str) -> str:
        """The text of a field, stripped; '' when absent."""
        return self.values.get(name, "").strip()

    def or_none(self, name: str) -> str | None:
        """The text of a field, None when left empty."""
        return self.get(name) or None

    @property
    def version(self) -> int | None:
        """The version the person saw, for the optimistic lock."""
        text = self.get("version")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    def day(self, name: str, *, near: dt.date, calendar: Calendar = Calendar.SOLAR_HIJRI) -> dt.date | None:
        """A typed day of a field, None when left empty; BlankNotRead, naming the field, when it is none."""
        text = self.get(name)
        if not text:
            return None
        try:
            return read_day(text, near=near, calendar=calendar)
        except BlankNotRead as error:
            raise BlankNotRead(error.code, error.params, name) from error

    def line(self, name: str) -> str:
        """One line that was typed; BlankNotRead, naming the field, when empty, too long or with control characters."""
        return self._read(_LINE, name)

    def prose(self, name: str) -> str:
        """A text that was typed; BlankNotRead, naming the field, when empty, too long or with control characters."""
        return self._read(_PROSE, name)

    def _read(self, adapter: TypeAdapter[str], name: str) -> str:
        try:
            return adapter.validate_python(self.get(name))
        except ValidationError as invalid:
            first = invalid.errors()[0]
            code = str(first["ctx"]["error"]) if first["type"] == "value_error" else first["type"]
            params = {key: value for key, value in first.get("ctx", {}).items() if isinstance(value, str | int)}
            raise BlankNotRead(code, params, name) from invalid

    def typed(self) -> dict[str, Any]:
        """Everything as the templates want it back."""
        return dict(self.values) | dict(self.lists)


async def read_form(request: Request) -> Filled:
    """The submitted fields, cut at a sane length; files are ignored."""
    form = await request.form()
    values: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            values[name] = value[:MAX_TYPED]
            lists.setdefault(name, []).append(value[:MAX_TYPED])
    return Filled(values, {name: entries for name, entries in lists.items() if len(entries) > 1 or name.endswith("s")})


FormDep = Annotated[Filled, Depends(read_form)]


def read_day(text: str, *, near: dt.date, calendar: Calendar = Calendar.SOLAR_HIJRI) -> dt.date:
    """A typed day: '1399/10/16', '2021-01-05', «۱۶ دی ۱۳۹۹», or «۱۶ دی» of the year that lies nearest to `near`.

    Raises BlankNotRead with the code of its words.
    """
    plain = digits_to_ascii(text).strip()[:60]
    named = _WITH_NAME.fullmatch(plain)
    try:
        if named and (month := _month_of(named[2], calendar)):
            years = [int(named[3])] if named[3] else _years_about(near, calendar)
            days = [to_gregorian(calendar, year, month, int(named[1])) for year in years]
            return min(days, key=lambda day: abs(day - near))
        day = PartialDate.parse(plain, calendar).greg
    except CalendarError as error:
        raise BlankNotRead(error.code, error.params) from error
    if day is None:
        raise BlankNotRead("day_not_whole", {})
    return day


def _month_of(name: str, calendar: Calendar) -> int | None:
    wanted = fold(name)
    for names in MONTHS[calendar].values():
        folded = [fold(each) for each in names]
        if wanted in folded:
            return folded.index(wanted) + 1
    return None


def _years_about(near: dt.date, calendar: Calendar) -> list[int]:
    year = from_gregorian(calendar, near)[0]
    return [year - 1, year, year + 1]


def read_clock(text: str) -> dt.time | None:
    """A typed clock time in any digits, None when it is none."""
    match = _CLOCK.fullmatch(digits_to_ascii(text).strip())
    return dt.time(int(match[1]), int(match[2])) if match else None


def attempt(session: Session, speech: Speech, work: Callable[[], Made]) -> Made | Trouble:
    """Run a command inside a savepoint; what it refuses comes back as words, and nothing of it stays."""
    answers = ProblemAnswers(speech.words)
    try:
        with session.begin_nested():
            made = work()
            session.flush()
            return made
    except ValidationError as invalid:
        found = answers.field_errors(invalid.errors(), speech.lang)
        trouble = trouble_of(InvalidInput(), speech)
        fields = {each["field"].partition(".")[0]: each["words"] for each in found}
        return Trouble(trouble.title, [], trouble.slug, None, fields)
    except BlankNotRead as error:
        words = speech.words.t(speech.lang, f"field.{error.code}", **error.params)
        trouble = trouble_of(InvalidInput(), speech)
        return Trouble(trouble.title, [words], trouble.slug, None, {error.field: words} if error.field else {})
    except StaleDataError:
        return trouble_of(Overtaken(), speech)
    except Stale as stale:
        return trouble_of(stale, speech)
    except Problem as problem:
        return trouble_of(problem, speech)
