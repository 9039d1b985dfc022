"""Wire shapes of programmes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.registry.programme.programmes.definition import Definition
from services.registry.programme.programmes.models import Programme, ProgrammeVersion
from shared.kernel.wire import Out, Prose, Wire


class RevisionIn(Wire):
    """A whole new definition, and why."""

    definition: Definition
    reason: Prose


class ProgrammeOut(Out):
    """A programme and the number of its newest version."""

    id: UUID
    code: str
    names: dict[str, str]
    aliases: list[str]
    current_number: int
    version: int


class ProgrammeVersionOut(Out):
    """One version of a programme's rules, whole."""

    id: UUID
    programme_id: UUID
    number: int
    definition_hash: str
    state: str
    reason: str | None
    diff: dict[str, Any]
    published_at: datetime
    definition: dict[str, Any]


def programme_out(programme: Programme) -> ProgrammeOut:
    """The wire shape of a programme."""
    return ProgrammeOut.model_validate(programme)


def version_out(version: ProgrammeVersion) -> ProgrammeVersionOut:
    """The wire shape of a version."""
    return ProgrammeVersionOut.model_validate(version)
