"""The door of cycles: /v1/cycles."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy.orm import Session

from services.registry.programme.cycles import commands, queries
from services.registry.programme.cycles.commands import CycleExists
from services.registry.programme.cycles.models import Cycle
from services.registry.programme.cycles.queries import CycleNotFound, PeriodNotFound
from services.registry.programme.cycles.schemas import (
    AdoptionIn,
    CycleCloseIn,
    CycleIn,
    CycleOut,
    PeriodCloseIn,
    PeriodOut,
    cycle_out,
    period_out,
)
from services.registry.programme.programmes.queries import ProgrammeNotFound, ProgrammeVersionNotFound
from shared.kernel.http import ActorDep, IfMatchDep, NowDep, SessionDep, answer, members, new_router, problems, require
from shared.kernel.lifecycle import IllegalTransition
from shared.kernel.pagination import LIMIT, MOST, Page, page, read_cursor
from shared.kernel.problems import Refused, RefusedNow, Stale

router = new_router("cycles")


def _out(session: Session, cycle: Cycle) -> CycleOut:
    return cycle_out(cycle, queries.periods_of_cycle(session, cycle))


@router.get("", response_model=Page[CycleOut], dependencies=[members])
def list_cycles(
    session: SessionDep,
    actor: ActorDep,
    programme: Annotated[str | None, Query(max_length=80)] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
) -> dict[str, Any]:
    """Cycles of the tenant with their periods."""
    rows = queries.list_cycles(session, by=actor, programme=programme, after=read_cursor(cursor), limit=limit)
    return page(rows, limit, lambda cycle: _out(session, cycle))


@router.get("/{cycle_id}", responses=problems(CycleNotFound), dependencies=[members])
def get_cycle(cycle_id: UUID, session: SessionDep, actor: ActorDep, response: Response) -> CycleOut:
    """One cycle with its periods."""
    cycle = queries.get_cycle(session, cycle_id, by=actor)
    answer(response, cycle)
    return _out(session, cycle)


@router.post(
    "",
    status_code=201,
    responses=problems(ProgrammeNotFound, CycleExists, Refused),
    dependencies=[require("hq_officer")],
)
def open_cycle(body: CycleIn, session: SessionDep, actor: ActorDep, now: NowDep, response: Response) -> CycleOut:
    """Open a cycle; its rules are pinned from now on."""
    cycle = commands.open_cycle(
        session, cycle_id=body.id, programme_id=body.programme_id, year=body.year, by=actor, now=now
    )
    answer(response, cycle)
    return _out(session, cycle)


@router.post(
    "/{cycle_id}/adopt",
    responses=problems(CycleNotFound, ProgrammeVersionNotFound, IllegalTransition, Stale, Refused),
    dependencies=[require("hq_officer")],
)
def adopt_definition(
    cycle_id: UUID,
    body: AdoptionIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> CycleOut:
    """Let a running cycle follow another version of the rules."""
    cycle = commands.adopt_definition(
        session, cycle_id=cycle_id, expected=if_match, number=body.number, reason=body.reason, by=actor, now=now
    )
    answer(response, cycle)
    return _out(session, cycle)


@router.post(
    "/{cycle_id}/close",
    responses=problems(CycleNotFound, IllegalTransition, RefusedNow, Stale),
    dependencies=[require("hq_officer")],
)
def close_cycle(
    cycle_id: UUID,
    body: CycleCloseIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> CycleOut:
    """End a cycle."""
    cycle = commands.close_cycle(session, cycle_id=cycle_id, expected=if_match, reason=body.reason, by=actor, now=now)
    answer(response, cycle)
    return _out(session, cycle)


@router.post(
    "/{cycle_id}/periods/{period_id}/close",
    responses=problems(CycleNotFound, PeriodNotFound, IllegalTransition, Stale),
    dependencies=[require("hq_officer")],
)
def close_period(
    cycle_id: UUID,
    period_id: UUID,
    body: PeriodCloseIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> PeriodOut:
    """Close a period in grace before the clock does; If-Match is the period's version."""
    period = commands.close_period(
        session,
        cycle_id=cycle_id,
        period_id=period_id,
        expected=if_match,
        reason=body.reason,
        by=actor,
        now=now,
    )
    answer(response, period)
    return period_out(period)
