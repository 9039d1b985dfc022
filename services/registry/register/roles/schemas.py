"""Wire shapes of role assignments."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from services.registry.register.roles.models import RoleAssignment
from services.registry.register.territories.schemas import TerritoryCode
from shared.kernel.wire import Code, Out, Prose, Wire

Reach = Annotated[str, StringConstraints(pattern=r"^(\*|[A-Z]{2}-[A-Z0-9]{1,8})$")]


class RoleIn(Wire):
    """A role for a person in a province, '*' nationally; on the days [from_on, to_on), from today when left out."""

    id: UUID | None = None
    person_id: UUID
    role: Code
    province: Reach
    organisation_id: UUID | None = None
    organisation_kind: Literal["school", "agency", "office"] | None = None
    district: TerritoryCode | None = None
    from_on: date | None = None
    to_on: date | None = None


class RoleBatchIn(Wire):
    """Many roles; all are assigned or none."""

    items: Annotated[list[RoleIn], Field(min_length=1, max_length=500)]


class RoleEndIn(Wire):
    """The first day without the role, and why it ended."""

    to_on: date
    reason: Prose


class RoleOut(Out):
    """One role of one person; `reach` is '*' or a province."""

    id: UUID
    person_id: UUID
    role: str
    reach: str
    organisation_id: UUID | None
    organisation_kind: str | None
    district: str | None
    from_on: date
    to_on: date | None
    state: str
    version: int


def role_out(assignment: RoleAssignment) -> RoleOut:
    """The wire shape of an assignment."""
    return RoleOut.model_validate(assignment)
