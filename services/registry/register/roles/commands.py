"""What can be done with roles: assign one, end one."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.registry.programme.programmes.queries import zone_of_tenant
from services.registry.register.agencies.queries import get_agency, in_pool
from services.registry.register.offices.queries import get_office
from services.registry.register.people.queries import get_person
from services.registry.register.roles.lifecycle import ROLE_ASSIGNMENT, Action
from services.registry.register.roles.models import RoleAssignment
from services.registry.register.roles.queries import (
    assignments_of,
    find_role_assignment,
    get_role_assignment,
)
from services.registry.register.roles.rules import NATIONAL, may_assign, may_end, may_give, overlaps
from services.registry.register.schools.queries import get_school
from services.registry.register.territories.queries import OutsideYourProvince, country_path, territory_to_write
from shared.contracts.register import RoleAssigned, RoleEnded, RoleFact
from shared.kernel.auth import Actor
from shared.kernel.outbox import emit
from shared.kernel.problems import Conflict, Forbidden, Refusal, expect, refuse
from shared.values.deadlines import local_day
from shared.values.ids import new_id


class RoleOverlaps(Conflict):
    """This person holds this role there on some of these days already."""


class RoleNotYoursToGive(Forbidden):
    """You may not give or end this role."""


def assign_role(
    session: Session,
    *,
    assignment_id: UUID | None = None,
    person_id: UUID,
    role: str,
    province: str,
    organisation_id: UUID | None = None,
    organisation_kind: str | None = None,
    district: str | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
    by: Actor,
    now: datetime,
) -> RoleAssignment:
    """Give a person a role in a province, or '*' nationally, on the days [from_on, to_on), from today when not said."""
    if assignment_id is not None and (existing := find_role_assignment(session, assignment_id, by=by)) is not None:
        return existing
    _must_be_given_by(by, role)
    assignment = RoleAssignment(
        id=assignment_id or new_id(),
        tenant=by.tenant,
        province="" if province == NATIONAL else province,
        territory=_path(session, district or province, by=by),
        person_id=person_id,
        role=role,
        organisation_id=organisation_id,
        organisation_kind=organisation_kind,
        district=district,
        from_on=from_on or local_day(now, zone_of_tenant(session, tenant=by.tenant)),
        to_on=to_on,
        state=ROLE_ASSIGNMENT.start(Action.ASSIGN),
    )
    _must_stand(session, assignment, by=by)
    session.add(assignment)
    emit(session, RoleAssigned(assignment_id=assignment.id, role=role_fact(assignment)), by=assignment, now=now)
    return assignment


def end_role(
    session: Session, *, assignment_id: UUID, expected: int, to_on: date, reason: str, by: Actor, now: datetime
) -> RoleAssignment:
    """Say that a person no longer holds a role; `to_on` is the first day without it."""
    assignment = get_role_assignment(session, assignment_id, by=by)
    _must_be_given_by(by, assignment.role)
    _path(session, assignment.reach, by=by)
    expect(assignment, expected)
    assignment.become(Action.END)
    refuse(may_end(from_on=assignment.from_on, to_on=to_on))
    assignment.to_on, assignment.reason = to_on, reason
    event = RoleEnded(assignment_id=assignment.id, role=role_fact(assignment), reason=reason)
    emit(session, event, by=assignment, now=now)
    return assignment


def _must_be_given_by(by: Actor, role: str) -> None:
    if not may_give(role, by=by):
        raise RoleNotYoursToGive


def _must_stand(session: Session, assignment: RoleAssignment, *, by: Actor) -> None:
    """Person, place, organisation and days of an assignment go together."""
    refusals = may_assign(
        role=assignment.role,
        province=assignment.reach,
        organisation_kind=assignment.organisation_kind,
        district=assignment.district,
        person_known=get_person(session, assignment.person_id, by=by).is_known,
    )
    if assignment.to_on is not None:
        refusals += may_end(from_on=assignment.from_on, to_on=assignment.to_on)
    refuse(refusals)
    _check_organisation(
        session, assignment.organisation_id, assignment.organisation_kind, province=assignment.reach, by=by
    )
    _must_not_overlap(session, assignment)


def _path(session: Session, reach: str, *, by: Actor) -> str:
    """The territory of a role, if the actor may write there; national roles are headquarters' alone."""
    if reach != NATIONAL:
        return territory_to_write(session, reach, by=by).path
    if not by.national:
        raise OutsideYourProvince
    return country_path(session, tenant=by.tenant)


def _check_organisation(
    session: Session, organisation_id: UUID | None, kind: str | None, *, province: str, by: Actor
) -> None:
    if organisation_id is None or kind is None:
        refuse([Refusal("role_needs_organisation", "organisation_id", params={"kind": kind})] if kind else [])
        return
    if kind == "school":
        here = get_school(session, organisation_id, by=by).province == province
    elif kind == "agency":
        agency = get_agency(session, organisation_id, by=by)
        here = province == NATIONAL or agency.province == province or in_pool(agency, province)
    else:
        office = get_office(session, organisation_id, by=by)
        here = office.province == ("" if province == NATIONAL else province)
    refuse([] if here else [Refusal("organisation_elsewhere", "organisation_id", params={"province": province})])


def _must_not_overlap(session: Session, new: RoleAssignment) -> None:
    # Assignments of one person are written one after another, so that two at once cannot both see no overlap.
    lock = func.hashtextextended(f"roles/{new.tenant}/{new.person_id}", 0)
    session.execute(select(func.pg_advisory_xact_lock(lock)))
    same = [
        each
        for each in assignments_of(session, tenant=new.tenant, person_id=new.person_id)
        if (each.role, each.reach, each.organisation_id) == (new.role, new.reach, new.organisation_id)
        and overlaps(new.from_on, new.to_on, [(each.from_on, each.to_on)])
    ]
    if same:
        raise RoleOverlaps(link=f"/v1/roles/{same[0].id}", existing_id=str(same[0].id))


def role_fact(assignment: RoleAssignment) -> RoleFact:
    """The whole state of an assignment, as events carry it."""
    return RoleFact(
        assignment_id=assignment.id,
        person_id=assignment.person_id,
        role=assignment.role,
        province=assignment.reach,
        organisation_id=assignment.organisation_id,
        organisation_kind=assignment.organisation_kind,
        from_on=assignment.from_on,
        to_on=assignment.to_on,
    )
