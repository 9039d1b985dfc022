"""The door of roles: /v1/roles."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy.orm import Session

from services.registry.programme.programmes.queries import zone_of_tenant
from services.registry.register.agencies.queries import AgencyNotFound
from services.registry.register.offices.queries import OfficeNotFound
from services.registry.register.people.queries import PersonNotFound
from services.registry.register.roles import commands, queries
from services.registry.register.roles.commands import RoleNotYoursToGive, RoleOverlaps
from services.registry.register.roles.models import RoleAssignment
from services.registry.register.roles.queries import RoleAssignmentNotFound
from services.registry.register.roles.schemas import RoleBatchIn, RoleEndIn, RoleIn, RoleOut, role_out
from services.registry.register.schools.queries import SchoolNotFound
from services.registry.register.territories.queries import OutsideYourProvince, TerritoryNotFound
from shared.kernel.auth import Actor
from shared.kernel.http import (
    ActorDep,
    IfMatchDep,
    NowDep,
    SessionDep,
    answer,
    new_router,
    offices_and_schools,
    problems,
    require,
)
from shared.kernel.lifecycle import IllegalTransition
from shared.kernel.pagination import LIMIT, MOST, Page, page, read_cursor
from shared.kernel.problems import Refused, Stale
from shared.values.deadlines import local_day

router = new_router("roles")
writers = require("hq_officer", "province_officer", "tenant_administrator")
ASSIGN = problems(
    PersonNotFound,
    SchoolNotFound,
    AgencyNotFound,
    OfficeNotFound,
    TerritoryNotFound,
    OutsideYourProvince,
    RoleNotYoursToGive,
    RoleOverlaps,
    Refused,
)


def _assign(
    session: Session, item: RoleIn, *, today: date | None = None, actor: Actor, now: datetime
) -> RoleAssignment:
    return commands.assign_role(
        session,
        assignment_id=item.id,
        person_id=item.person_id,
        role=item.role,
        province=item.province,
        organisation_id=item.organisation_id,
        organisation_kind=item.organisation_kind,
        district=item.district,
        from_on=item.from_on or today,
        to_on=item.to_on,
        by=actor,
        now=now,
    )


@router.get("", response_model=Page[RoleOut], dependencies=[offices_and_schools])
def list_role_assignments(
    session: SessionDep,
    actor: ActorDep,
    person_id: UUID | None = None,
    role: Annotated[str | None, Query(max_length=40)] = None,
    organisation_id: UUID | None = None,
    province: Annotated[str | None, Query(max_length=12)] = None,
    on: date | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
) -> dict[str, Any]:
    """Roles within your reach."""
    rows = queries.list_role_assignments(
        session,
        by=actor,
        person_id=person_id,
        role=role,
        organisation_id=organisation_id,
        province=province,
        on=on,
        after=read_cursor(cursor),
        limit=limit,
    )
    return page(rows, limit, role_out)


@router.get("/{assignment_id}", responses=problems(RoleAssignmentNotFound), dependencies=[offices_and_schools])
def get_role_assignment(assignment_id: UUID, session: SessionDep, actor: ActorDep, response: Response) -> RoleOut:
    """One role of one person."""
    assignment = queries.get_role_assignment(session, assignment_id, by=actor)
    answer(response, assignment)
    return role_out(assignment)


@router.post("", status_code=201, responses=ASSIGN, dependencies=[writers])
def assign_role(body: RoleIn, session: SessionDep, actor: ActorDep, now: NowDep, response: Response) -> RoleOut:
    """Give a person a role."""
    assignment = _assign(session, body, actor=actor, now=now)
    answer(response, assignment)
    return role_out(assignment)


@router.post("/batch", status_code=201, responses=ASSIGN, dependencies=[writers])
def assign_roles(body: RoleBatchIn, session: SessionDep, actor: ActorDep, now: NowDep) -> list[RoleOut]:
    """Give many roles; all or none."""
    today = local_day(now, zone_of_tenant(session, tenant=actor.tenant))
    return [role_out(_assign(session, item, today=today, actor=actor, now=now)) for item in body.items]


@router.post(
    "/{assignment_id}/end",
    responses=problems(
        RoleAssignmentNotFound, OutsideYourProvince, RoleNotYoursToGive, IllegalTransition, Stale, Refused
    ),
    dependencies=[writers],
)
def end_role(
    assignment_id: UUID,
    body: RoleEndIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> RoleOut:
    """Say that a person no longer holds a role."""
    assignment = commands.end_role(
        session,
        assignment_id=assignment_id,
        expected=if_match,
        to_on=body.to_on,
        reason=body.reason,
        by=actor,
        now=now,
    )
    answer(response, assignment)
    return role_out(assignment)
