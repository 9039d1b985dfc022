"""The door of programmes: /v1/programmes."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.registry.programme.programmes import commands, queries
from services.registry.programme.programmes.commands import DefinitionUnchanged
from services.registry.programme.programmes.queries import ProgrammeNotFound, ProgrammeVersionNotFound
from services.registry.programme.programmes.schemas import (
    ProgrammeOut,
    ProgrammeVersionOut,
    RevisionIn,
    programme_out,
    version_out,
)
from shared.kernel.http import ActorDep, IfMatchDep, NowDep, SessionDep, answer, members, new_router, problems, require
from shared.kernel.pagination import LIMIT, MOST, Page, page, read_cursor
from shared.kernel.problems import Refused, Stale

router = new_router("programmes")


@router.get("", response_model=Page[ProgrammeOut], dependencies=[members])
def list_programmes(
    session: SessionDep,
    actor: ActorDep,
    q: Annotated[str | None, Query(max_length=200)] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
) -> dict[str, Any]:
    """Programmes of the tenant; `q` finds any of a programme's names, however spelt."""
    rows = queries.list_programmes(session, by=actor, q=q, after=read_cursor(cursor), limit=limit)
    return page(rows, limit, programme_out)


@router.get("/{programme_id}", responses=problems(ProgrammeNotFound), dependencies=[members])
def get_programme(programme_id: UUID, session: SessionDep, actor: ActorDep, response: Response) -> ProgrammeOut:
    """One programme."""
    programme = queries.get_programme(session, programme_id, by=actor)
    answer(response, programme)
    return programme_out(programme)


@router.get("/{programme_id}/versions", responses=problems(ProgrammeNotFound), dependencies=[members])
def list_programme_versions(programme_id: UUID, session: SessionDep, actor: ActorDep) -> list[ProgrammeVersionOut]:
    """All versions of a programme's rules, the newest first."""
    programme = queries.get_programme(session, programme_id, by=actor)
    return [version_out(version) for version in queries.list_versions(session, programme=programme)]


@router.get(
    "/{programme_id}/versions/{number}",
    responses=problems(ProgrammeNotFound, ProgrammeVersionNotFound),
    dependencies=[members],
)
def get_programme_version(programme_id: UUID, number: int, session: SessionDep, actor: ActorDep) -> ProgrammeVersionOut:
    """One version of a programme's rules."""
    programme = queries.get_programme(session, programme_id, by=actor)
    return version_out(queries.get_version(session, programme=programme, number=number))


@router.post(
    "/{programme_id}/revise",
    status_code=201,
    responses=problems(ProgrammeNotFound, DefinitionUnchanged, Stale, Refused),
    dependencies=[require("hq_officer")],
)
def revise_programme(
    programme_id: UUID,
    body: RevisionIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> ProgrammeVersionOut:
    """Publish a newer version of the rules; running cycles keep theirs."""
    version = commands.revise_programme(
        session,
        programme_id=programme_id,
        expected=if_match,
        definition=body.definition,
        reason=body.reason,
        by=actor,
        now=now,
    )
    answer(response, queries.get_programme(session, programme_id, by=actor))
    return version_out(version)
