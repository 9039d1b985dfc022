"""Wire shapes: strict input without control characters, output without defaults."""

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from shared.values.calendars import Calendar, CalendarError
from shared.values.partial_dates import PartialDate

_ALLOWED = {"\n", "\t"}


def _no_controls(value: str) -> str:
    """Refuse what a database or a mail header cannot hold: NUL and other control characters, lone surrogates."""
    for char in value:
        if (ord(char) < 32 and char not in _ALLOWED) or ord(char) == 127 or 0xD800 <= ord(char) <= 0xDFFF:
            raise ValueError("control_character")
    return value


def _one_line(value: str) -> str:
    if any(char in value for char in "\n\t\u2028\u2029\x85"):
        raise ValueError("line_break")
    return _no_controls(value)


def _strip(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


Line = Annotated[
    str, StringConstraints(min_length=1, max_length=300), AfterValidator(_one_line), BeforeValidator(_strip)
]
Prose = Annotated[
    str, StringConstraints(min_length=1, max_length=20_000), AfterValidator(_no_controls), BeforeValidator(_strip)
]
Code = Annotated[
    str,
    StringConstraints(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/@+-]*$"),
    BeforeValidator(_strip),
]
NamesIn = Annotated[dict[Annotated[str, StringConstraints(pattern=r"^(fa|en|ar|lt)$")], Line], Field(min_length=1)]


def _day(value: Any) -> Any:
    """Read a typed day; CalendarError, shown at its field, for one that does not exist (31 Mehr) or is not whole."""
    if not isinstance(value, str):
        return value
    day = PartialDate.parse(value[:40], Calendar.SOLAR_HIJRI).greg
    if day is None:
        raise CalendarError("day_not_whole", text=value[:40])
    return day


Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "examples": ["1399-07-05", "2020-09-26"]}, mode="validation"),
]
"""A day as people type it: Solar Hijri or (from 1800) Gregorian, in any digits. 31 Mehr is an error of the field."""


class Wire(BaseModel):
    """Input: unknown fields are refused, so a typing error or a field of another's never passes silently."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """Output: an allow-list read from a row's attributes."""

    model_config = ConfigDict(from_attributes=True)
