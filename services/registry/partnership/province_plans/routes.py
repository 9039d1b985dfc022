"""The door of province plans: /v1/province-plans."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy.orm import Session

from services.registry.partnership.province_plans import commands, queries
from services.registry.partnership.province_plans.commands import ProvincePlanExists
from services.registry.partnership.province_plans.models import ProvincePlan
from services.registry.partnership.province_plans.queries import ProvincePlanNotFound
from services.registry.partnership.province_plans.schemas import (
    ClosingIn,
    DelegationIn,
    ExceptionIn,
    LaunchIn,
    ProvincePlanIn,
    ProvincePlanOut,
)
from services.registry.partnership.quotas.queries import QuotaNotFound
from services.registry.partnership.quotas.rules import Limits
from services.registry.programme.cycles.queries import CycleNotFound
from services.registry.register.territories.queries import TerritoryNotFound
from shared.kernel.http import ActorDep, IfMatchDep, NowDep, SessionDep, answer, new_router, problems, require
from shared.kernel.lifecycle import IllegalTransition
from shared.kernel.pagination import LIMIT, MOST, Page, page, read_cursor
from shared.kernel.problems import Overtaken, Refused, Stale
from shared.kernel.wire import Code

router = new_router("province-plans")
OFFICERS = require("province_officer")
READERS = require(
    "hq_officer", "hq_viewer", "legal_officer", "province_officer", "province_viewer", "district_officer", "principal",
    "secretariat_officer",
)  # fmt: skip
CHANGING = problems(ProvincePlanNotFound, IllegalTransition, Refused, Stale, Overtaken)


@router.get("", dependencies=[READERS])
def list_plans(
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    programme: Code | None = None,
    cycle: Code | None = None,
    province: Code | None = None,
    state: Code | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
) -> Page[ProvincePlanOut]:
    """Province plans within reach, filtered, a page at a time."""
    rows = queries.list_plans(
        session,
        by=actor,
        programme=programme,
        cycle=cycle,
        province=province,
        state=state,
        after=read_cursor(cursor),
        limit=limit,
    )
    return Page[ProvincePlanOut](**page(rows, limit, lambda plan: _seen(session, plan, now)))


@router.get("/{plan_id}", dependencies=[READERS], responses=problems(ProvincePlanNotFound))
def get_plan(plan_id: UUID, session: SessionDep, actor: ActorDep, now: NowDep, response: Response) -> ProvincePlanOut:
    """One plan; its version is the ETag for the next If-Match."""
    return _out(session, response, queries.get_plan(session, plan_id, by=actor), now)


@router.post(
    "",
    status_code=201,
    dependencies=[OFFICERS],
    responses=problems(ProvincePlanExists, CycleNotFound, TerritoryNotFound, Refused),
)
def start_plan(
    body: ProvincePlanIn, session: SessionDep, actor: ActorDep, now: NowDep, response: Response
) -> ProvincePlanOut:
    """Start a province in a cycle; 409 with `link` when it has a plan already."""
    plan = commands.start_plan(
        session,
        plan_id=body.id,
        programme=body.programme,
        cycle=body.cycle,
        province=body.province,
        started_on=body.started_on,
        by=actor,
        now=now,
    )
    return _out(session, response, plan, now)


@router.post("/{plan_id}/launch", dependencies=[OFFICERS], responses=CHANGING)
def launch_plan(
    plan_id: UUID,
    body: LaunchIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> ProvincePlanOut:
    """Let the province run; what is still open is kept as warnings."""
    plan = commands.launch_plan(
        session, plan_id=plan_id, launched_on=body.launched_on, expected=if_match, by=actor, now=now
    )
    return _out(session, response, plan, now)


@router.post("/{plan_id}/delegate", dependencies=[OFFICERS], responses=CHANGING | problems(TerritoryNotFound))
def delegate_plan(
    plan_id: UUID,
    body: DelegationIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> ProvincePlanOut:
    """Let a district take part on the province's behalf."""
    plan = commands.delegate_plan(
        session, plan_id=plan_id, district=body.district, from_on=body.from_on, expected=if_match, by=actor, now=now
    )
    return _out(session, response, plan, now)


@router.post(
    "/{plan_id}/grant-exception",
    dependencies=[require("hq_officer")],
    responses=problems(ProvincePlanNotFound, QuotaNotFound, IllegalTransition, Refused),
)
def grant_exception(
    plan_id: UUID, body: ExceptionIn, session: SessionDep, actor: ActorDep, now: NowDep, response: Response
) -> ProvincePlanOut:
    """Allow other limits until a day. Needs no If-Match: it adds to the plan."""
    plan = commands.grant_exception(
        session,
        plan_id=plan_id,
        quota_id=body.quota_id,
        limits=Limits(body.min, body.max),
        until_on=body.until_on,
        reason=body.reason,
        by=actor,
        now=now,
    )
    return _out(session, response, plan, now)


@router.post("/{plan_id}/close", dependencies=[OFFICERS], responses=CHANGING)
def close_plan(
    plan_id: UUID,
    body: ClosingIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> ProvincePlanOut:
    """End the plan with its cycle."""
    plan = commands.close_plan(session, plan_id=plan_id, closed_on=body.closed_on, expected=if_match, by=actor, now=now)
    return _out(session, response, plan, now)


def _seen(session: Session, plan: ProvincePlan, now: datetime) -> ProvincePlanOut:
    today = queries.rules_for(session, plan).today(now)
    return ProvincePlanOut.of(queries.plan_view(session, plan, day=today))


def _out(session: Session, response: Response, plan: ProvincePlan, now: datetime) -> ProvincePlanOut:
    answer(response, plan)
    return _seen(session, plan, now)
