"""The door of territories: /v1/territories."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.registry.register.territories import commands, queries
from services.registry.register.territories.commands import TerritoryExists
from services.registry.register.territories.queries import TerritoryNotFound
from services.registry.register.territories.schemas import (
    TerritoryIn,
    TerritoryOut,
    TerritoryPatch,
    territory_out,
)
from shared.kernel.http import ActorDep, IfMatchDep, NowDep, SessionDep, answer, members, new_router, problems, require
from shared.kernel.pagination import LIMIT, MOST, Page, page, read_cursor
from shared.kernel.problems import Refused, Stale

router = new_router("territories")


@router.get("", response_model=Page[TerritoryOut], dependencies=[members])
def list_territories(
    session: SessionDep,
    actor: ActorDep,
    level: Annotated[str | None, Query(max_length=20)] = None,
    parent: Annotated[str | None, Query(max_length=40)] = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
) -> dict[str, Any]:
    """Places of the tenant's country."""
    rows = queries.list_territories(
        session, by=actor, level=level, parent_code=parent, q=q, after=read_cursor(cursor), limit=limit
    )
    return page(rows, limit, territory_out)


@router.get("/{territory_id}", responses=problems(TerritoryNotFound), dependencies=[members])
def get_territory(territory_id: UUID, session: SessionDep, actor: ActorDep, response: Response) -> TerritoryOut:
    """One place."""
    territory = queries.get_territory(session, territory_id, by=actor)
    answer(response, territory)
    return territory_out(territory)


@router.post(
    "",
    status_code=201,
    responses=problems(TerritoryNotFound, TerritoryExists, Refused),
    dependencies=[require("hq_officer")],
)
def register_territory(
    body: TerritoryIn, session: SessionDep, actor: ActorDep, now: NowDep, response: Response
) -> TerritoryOut:
    """Register a place below its parent."""
    territory = commands.register_territory(session, by=actor, now=now, **body.model_dump())
    answer(response, territory)
    return territory_out(territory)


@router.patch("/{territory_id}", responses=problems(TerritoryNotFound, Stale), dependencies=[require("hq_officer")])
def change_territory(
    territory_id: UUID,
    body: TerritoryPatch,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> TerritoryOut:
    """Change a place's names or validity."""
    territory = commands.change_territory(
        session,
        territory_id=territory_id,
        expected=if_match,
        names=body.names,
        valid_from=body.valid_from,
        by=actor,
        now=now,
    )
    answer(response, territory)
    return territory_out(territory)
