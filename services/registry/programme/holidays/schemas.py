"""Wire shapes of days off."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from services.registry.programme.holidays.models import Holiday
from services.registry.programme.holidays.rules import Kind
from shared.kernel.wire import NamesIn, Out, Wire

ProvinceCode = Annotated[str, StringConstraints(pattern=r"^([A-Z]{2}-[A-Z0-9]{1,3})?$")]


class HolidayIn(Wire):
    """A day off and what it is called."""

    day: date
    names: NamesIn


class HolidayChangesIn(Wire):
    """Days to add and to remove; province '' is the whole country."""

    province: ProvinceCode
    kind: Kind = Kind.CLOSURE
    added: tuple[HolidayIn, ...] = ()
    removed: tuple[date, ...] = ()


class HolidayOut(Out):
    """One day off."""

    id: UUID
    day: date
    kind: str
    names: dict[str, str]
    province: str


def holiday_out(holiday: Holiday) -> HolidayOut:
    """The wire shape of a day off."""
    return HolidayOut.model_validate(holiday)
