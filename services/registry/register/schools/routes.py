"""The door of schools: /v1/schools."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy.orm import Session

from services.registry.programme.programmes.queries import zone_of_tenant
from services.registry.register.schools import commands, queries, registration
from services.registry.register.schools.commands import SchoolExists
from services.registry.register.schools.models import School
from services.registry.register.schools.queries import SchoolNotFound
from services.registry.register.schools.registration import NewSchool, SchoolCodeTaken, SchoolsAlike
from services.registry.register.schools.schemas import (
    SchoolBatchIn,
    SchoolCloseIn,
    SchoolIn,
    SchoolMergeIn,
    SchoolOut,
    SchoolProfileIn,
    school_out,
)
from services.registry.register.territories.queries import OutsideYourProvince, TerritoryNotFound
from shared.kernel.auth import Actor
from shared.kernel.http import ActorDep, IfMatchDep, NowDep, SessionDep, answer, members, new_router, problems, require
from shared.kernel.lifecycle import IllegalTransition
from shared.kernel.pagination import LIMIT, MOST, Page, page, read_cursor
from shared.kernel.problems import Refused, Stale
from shared.values.deadlines import local_day

router = new_router("schools")
writers = require("hq_officer", "province_officer")
REGISTER = problems(TerritoryNotFound, OutsideYourProvince, SchoolExists, SchoolCodeTaken, Refused)
REGISTER_MANY = problems(TerritoryNotFound, OutsideYourProvince, SchoolExists, SchoolCodeTaken, SchoolsAlike, Refused)
CHANGE = problems(SchoolNotFound, OutsideYourProvince, IllegalTransition, SchoolExists, Stale, Refused)


def _today(session: Session, actor: Actor, now: datetime) -> date:
    return local_day(now, zone_of_tenant(session, tenant=actor.tenant))


def _new(item: SchoolIn, today: date) -> NewSchool:
    return NewSchool(
        id=item.id,
        territory_code=item.territory_code,
        profile=item.profile(),
        as_of=item.as_of or today,
        national_code=item.national_code,
        another_because=item.another_because,
    )


def _register(session: Session, items: Sequence[SchoolIn], *, actor: Actor, now: datetime) -> list[School]:
    today = _today(session, actor, now)
    return registration.register_schools(
        session, items=[_new(each, today) for each in items], today=today, by=actor, now=now
    )


@router.get("", response_model=Page[SchoolOut], dependencies=[members])
def list_schools(
    session: SessionDep,
    actor: ActorDep,
    q: Annotated[str | None, Query(max_length=200)] = None,
    province: Annotated[str | None, Query(max_length=12)] = None,
    territory: Annotated[str | None, Query(max_length=40)] = None,
    kind: Annotated[str | None, Query(max_length=40)] = None,
    state: Annotated[str | None, Query(max_length=20)] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
) -> dict[str, Any]:
    """Schools within your reach; `q` finds names in any spelling."""
    rows = queries.list_schools(
        session,
        by=actor,
        q=q,
        province=province,
        territory=territory,
        kind=kind,
        state=state,
        after=read_cursor(cursor),
        limit=limit,
    )
    return page(rows, limit, school_out)


@router.get("/{school_id}", responses=problems(SchoolNotFound), dependencies=[members])
def get_school(school_id: UUID, session: SessionDep, actor: ActorDep, response: Response) -> SchoolOut:
    """One school."""
    school = queries.get_school(session, school_id, by=actor)
    answer(response, school)
    return school_out(school)


@router.post("", status_code=201, responses=REGISTER, dependencies=[writers])
def register_school(body: SchoolIn, session: SessionDep, actor: ActorDep, now: NowDep, response: Response) -> SchoolOut:
    """Register a school."""
    (school,) = _register(session, [body], actor=actor, now=now)
    answer(response, school)
    return school_out(school)


@router.post("/batch", status_code=201, responses=REGISTER_MANY, dependencies=[writers])
def register_schools(body: SchoolBatchIn, session: SessionDep, actor: ActorDep, now: NowDep) -> list[SchoolOut]:
    """Register many schools; all or none."""
    return [school_out(each) for each in _register(session, body.items, actor=actor, now=now)]


@router.patch("/{school_id}", responses=CHANGE, dependencies=[writers])
def change_school_profile(
    school_id: UUID,
    body: SchoolProfileIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> SchoolOut:
    """Say what is true of a school from a day on."""
    today = _today(session, actor, now)
    school = commands.change_school_profile(
        session,
        school_id=school_id,
        expected=if_match,
        profile=body.profile(),
        as_of=body.as_of or today,
        today=today,
        by=actor,
        now=now,
    )
    answer(response, school)
    return school_out(school)


@router.post("/{school_id}/merge", responses=CHANGE, dependencies=[writers])
def merge_school(
    school_id: UUID,
    body: SchoolMergeIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> SchoolOut:
    """Let a school go into another of its province."""
    school = commands.merge_school(
        session,
        school_id=school_id,
        expected=if_match,
        into_id=body.into_id,
        on=body.on,
        reason=body.reason,
        by=actor,
        now=now,
    )
    answer(response, school)
    return school_out(school)


@router.post("/{school_id}/close", responses=CHANGE, dependencies=[writers])
def close_school(
    school_id: UUID,
    body: SchoolCloseIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> SchoolOut:
    """Say that a school closed."""
    school = commands.close_school(
        session, school_id=school_id, expected=if_match, on=body.on, reason=body.reason, by=actor, now=now
    )
    answer(response, school)
    return school_out(school)
