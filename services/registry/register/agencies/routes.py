"""The door of agencies: /v1/agencies."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy.orm import Session

from services.registry.register.agencies import commands, queries
from services.registry.register.agencies.commands import AgencyExists
from services.registry.register.agencies.models import Agency
from services.registry.register.agencies.queries import AgencyNotFound
from services.registry.register.agencies.schemas import (
    AgencyBatchIn,
    AgencyIn,
    AgencyMergeIn,
    AgencyOut,
    AgencyProfileIn,
    agency_out,
)
from services.registry.register.territories.queries import OutsideYourProvince, TerritoryNotFound
from shared.kernel.auth import Actor
from shared.kernel.http import ActorDep, IfMatchDep, NowDep, SessionDep, answer, members, new_router, problems, require
from shared.kernel.lifecycle import IllegalTransition
from shared.kernel.pagination import LIMIT, MOST, Page, page, read_cursor
from shared.kernel.problems import Refused, Stale

router = new_router("agencies")
writers = require("hq_officer", "province_officer")
REGISTER = problems(TerritoryNotFound, OutsideYourProvince, AgencyExists, Refused)
CHANGE = problems(AgencyNotFound, OutsideYourProvince, IllegalTransition, AgencyExists, Stale, Refused)


def _register(session: Session, item: AgencyIn, *, actor: Actor, now: datetime) -> Agency:
    return commands.register_agency(
        session,
        agency_id=item.id,
        territory_code=item.territory_code,
        profile=item.profile(),
        another_because=item.another_because,
        by=actor,
        now=now,
    )


@router.get("", response_model=Page[AgencyOut], dependencies=[members])
def list_agencies(
    session: SessionDep,
    actor: ActorDep,
    q: Annotated[str | None, Query(max_length=200)] = None,
    pool: Annotated[str | None, Query(max_length=12)] = None,
    kind: Annotated[str | None, Query(max_length=40)] = None,
    sector: Annotated[str | None, Query(max_length=40)] = None,
    state: Annotated[str | None, Query(max_length=20)] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
) -> dict[str, Any]:
    """Agencies within your reach; `pool` is the province whose pool they are in."""
    rows = queries.list_agencies(
        session,
        by=actor,
        q=q,
        pool=pool,
        kind=kind,
        sector=sector,
        state=state,
        after=read_cursor(cursor),
        limit=limit,
    )
    return page(rows, limit, agency_out)


@router.get("/{agency_id}", responses=problems(AgencyNotFound), dependencies=[members])
def get_agency(agency_id: UUID, session: SessionDep, actor: ActorDep, response: Response) -> AgencyOut:
    """One agency."""
    agency = queries.get_agency(session, agency_id, by=actor)
    answer(response, agency)
    return agency_out(agency)


@router.post("", status_code=201, responses=REGISTER, dependencies=[writers])
def register_agency(body: AgencyIn, session: SessionDep, actor: ActorDep, now: NowDep, response: Response) -> AgencyOut:
    """Register an agency in a province, or nationally."""
    agency = _register(session, body, actor=actor, now=now)
    answer(response, agency)
    return agency_out(agency)


@router.post("/batch", status_code=201, responses=REGISTER, dependencies=[writers])
def register_agencies(body: AgencyBatchIn, session: SessionDep, actor: ActorDep, now: NowDep) -> list[AgencyOut]:
    """Register many agencies, such as a province's pool; all or none."""
    return [agency_out(_register(session, item, actor=actor, now=now)) for item in body.items]


@router.patch("/{agency_id}", responses=CHANGE, dependencies=[writers])
def change_agency_profile(
    agency_id: UUID,
    body: AgencyProfileIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> AgencyOut:
    """Say what is true of an agency now."""
    agency = commands.change_agency_profile(
        session, agency_id=agency_id, expected=if_match, profile=body.profile(), by=actor, now=now
    )
    answer(response, agency)
    return agency_out(agency)


@router.post("/{agency_id}/merge", responses=CHANGE, dependencies=[writers])
def merge_agency(
    agency_id: UUID,
    body: AgencyMergeIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> AgencyOut:
    """Let one record of an agency go into another."""
    agency = commands.merge_agency(
        session,
        agency_id=agency_id,
        expected=if_match,
        into_id=body.into_id,
        reason=body.reason,
        by=actor,
        now=now,
    )
    answer(response, agency)
    return agency_out(agency)
