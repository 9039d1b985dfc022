"""Wire shapes of agencies."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.registry.register.agencies.commands import AgencyProfile
from services.registry.register.agencies.models import Agency
from services.registry.register.offices.schemas import ExternalIdIn
from services.registry.register.territories.schemas import TerritoryCode
from shared.kernel.wire import Line, NamesIn, Out, Prose, Wire


class AgencyProfileIn(Wire):
    """What is true of an agency; an empty pool means its own province."""

    names: Annotated[NamesIn, Field(min_length=1)]
    aliases: Annotated[list[Line], Field(max_length=30)] = []
    kind: Literal["general_directorate", "organisation", "institute", "body"]
    sector: Literal["governmental", "non_governmental"]
    level: Literal["national", "provincial", "foreign"] = "provincial"
    pool_territories: Annotated[list[TerritoryCode], Field(max_length=60)] = []
    external_ids: Annotated[list[ExternalIdIn], Field(max_length=20)] = []

    def profile(self) -> AgencyProfile:
        """The profile as commands take it."""
        return AgencyProfile(**self.model_dump(mode="json", include=set(AgencyProfile.__dataclass_fields__)))


class AgencyIn(AgencyProfileIn):
    """A new agency; `another_because` says why a second agency of a name is a different one."""

    id: UUID | None = None
    territory_code: TerritoryCode
    another_because: Prose | None = None


class AgencyBatchIn(Wire):
    """Many new agencies; all are registered or none."""

    items: Annotated[list[AgencyIn], Field(min_length=1, max_length=500)]


class AgencyMergeIn(Wire):
    """Into which record, and why."""

    into_id: UUID
    reason: Prose


class AgencyOut(Out):
    """One agency."""

    id: UUID
    names: dict[str, str]
    aliases: list[str]
    kind: str
    sector: str
    level: str
    territory_code: str
    province: str
    pool_territories: list[str]
    external_ids: list[dict[str, str]]
    state: str
    merged_into: UUID | None
    version: int


def agency_out(agency: Agency) -> AgencyOut:
    """The wire shape of an agency."""
    return AgencyOut.model_validate(agency)
