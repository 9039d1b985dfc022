"""Wire shapes of territories."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import StringConstraints

from services.registry.register.territories.models import Territory
from shared.kernel.wire import NamesIn, Out, Wire

TerritoryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,8}){0,3}$")]


class TerritoryIn(Wire):
    """A new place."""

    code: TerritoryCode
    level: Literal["country", "province", "district"]
    parent_code: TerritoryCode | None = None
    names: NamesIn
    valid_from: date | None = None


class TerritoryPatch(Wire):
    """Names and validity of a place, whole."""

    names: NamesIn
    valid_from: date | None = None


class TerritoryOut(Out):
    """One place."""

    id: UUID
    code: str
    level: str
    parent_code: str | None
    path: str
    names: dict[str, str]
    valid_from: date | None
    merged_into: str | None
    version: int


def territory_out(territory: Territory) -> TerritoryOut:
    """The wire shape of a territory."""
    return TerritoryOut.model_validate(territory)
