"""Wire shapes of schools."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.registry.register.schools.commands import SchoolProfile
from services.registry.register.schools.models import School
from services.registry.register.territories.schemas import TerritoryCode
from shared.kernel.wire import Code, Line, NamesIn, Out, Prose, Wire

Codes = Annotated[list[Code], Field(max_length=30)]


class SchoolProfileIn(Wire):
    """What is true of a school from a day on; `as_of` today when left out."""

    names: Annotated[NamesIn, Field(min_length=1)]
    aliases: Annotated[list[Line], Field(max_length=30)] = []
    kind: Code = "special"
    gender: Literal["girls", "boys", "mixed"]
    stages: Codes = []
    disability_groups: Codes = []
    enrolment: Annotated[int | None, Field(ge=0, le=100_000)] = None
    capacities: Annotated[list[Line], Field(max_length=100)] = []
    as_of: date | None = None

    def profile(self) -> SchoolProfile:
        """The profile as commands take it."""
        return SchoolProfile(**self.model_dump(include=set(SchoolProfile.__dataclass_fields__)))


class SchoolIn(SchoolProfileIn):
    """A new school; `another_because` says why a second school of a name is a different one."""

    id: UUID | None = None
    territory_code: TerritoryCode
    national_code: Code | None = None
    another_because: Prose | None = None


class SchoolBatchIn(Wire):
    """Many new schools; all are registered or none."""

    items: Annotated[list[SchoolIn], Field(min_length=1, max_length=500)]


class SchoolMergeIn(Wire):
    """Into which school, from which day, and why."""

    into_id: UUID
    on: date
    reason: Prose


class SchoolCloseIn(Wire):
    """On which day, and why."""

    on: date
    reason: Prose


class SchoolOut(Out):
    """One school."""

    id: UUID
    names: dict[str, str]
    aliases: list[str]
    national_code: str | None
    kind: str
    territory_code: str
    province: str
    gender: str
    stages: list[str]
    disability_groups: list[str]
    enrolment: int | None
    capacities: list[str]
    as_of: date
    state: str
    successor_id: UUID | None
    version: int


def school_out(school: School) -> SchoolOut:
    """The wire shape of a school."""
    return SchoolOut.model_validate(school)
