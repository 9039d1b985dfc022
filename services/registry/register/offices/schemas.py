"""Wire shapes of offices."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from services.registry.register.offices.models import Office
from services.registry.register.territories.schemas import TerritoryCode
from shared.kernel.wire import Code, Line, NamesIn, Out, Wire


class ExternalIdIn(Wire):
    """A number another body gave."""

    scheme: Code
    value: Line
    state: Literal["verified", "unverified", "malformed"] = "unverified"


class OfficeIn(Wire):
    """A new office."""

    id: UUID | None = None
    code: Code
    kind: Literal["headquarters", "provincial_administration", "district_office", "unit"]
    territory_code: TerritoryCode
    names: NamesIn
    external_ids: tuple[ExternalIdIn, ...] = Field(default=(), max_length=20)


class OfficePatch(Wire):
    """Names and foreign numbers of an office, whole."""

    names: NamesIn
    external_ids: tuple[ExternalIdIn, ...] = Field(default=(), max_length=20)


class OfficeOut(Out):
    """One office."""

    id: UUID
    code: str
    kind: str
    level: str
    territory_code: str
    province: str
    names: dict[str, str]
    external_ids: list[dict[str, str]]
    version: int


def office_out(office: Office) -> OfficeOut:
    """The wire shape of an office."""
    return OfficeOut.model_validate(office)
