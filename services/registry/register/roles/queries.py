"""Questions about roles."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from services.registry.register.roles.models import RoleAssignment
from services.registry.register.roles.rules import NATIONAL
from shared.kernel.auth import Actor, Grant
from shared.kernel.problems import NotFound
from shared.kernel.tenancy import within


class RoleAssignmentNotFound(NotFound):
    """No such role assignment."""


def _held(on: date) -> ColumnElement[bool]:
    return and_(RoleAssignment.from_on <= on, or_(RoleAssignment.to_on.is_(None), RoleAssignment.to_on > on))


def get_role_assignment(session: Session, assignment_id: UUID, *, by: Actor) -> RoleAssignment:
    """The assignment, if it is within the actor's reach; RoleAssignmentNotFound otherwise."""
    found = find_role_assignment(session, assignment_id, by=by)
    if found is None:
        raise RoleAssignmentNotFound
    return found


def find_role_assignment(session: Session, assignment_id: UUID, *, by: Actor) -> RoleAssignment | None:
    """The assignment, if it is within the actor's reach."""
    return session.scalar(select(RoleAssignment).where(RoleAssignment.id == assignment_id, within(RoleAssignment, by)))


def list_role_assignments(
    session: Session,
    *,
    by: Actor,
    person_id: UUID | None = None,
    role: str | None = None,
    organisation_id: UUID | None = None,
    province: str | None = None,
    on: date | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> Sequence[RoleAssignment]:
    """Assignments in order of id, one more than the limit; `on` leaves those that are held on a day."""
    wanted = select(RoleAssignment).where(within(RoleAssignment, by)).order_by(RoleAssignment.id).limit(limit + 1)
    for column, value in (
        (RoleAssignment.person_id, person_id),
        (RoleAssignment.role, role),
        (RoleAssignment.organisation_id, organisation_id),
        (RoleAssignment.province, "" if province == NATIONAL else province),
    ):
        if value is not None:
            wanted = wanted.where(column == value)
    if on is not None:
        wanted = wanted.where(_held(on))
    return session.scalars(wanted.where(RoleAssignment.id > after) if after is not None else wanted).all()


def assignments_of(session: Session, *, tenant: str, person_id: UUID) -> Sequence[RoleAssignment]:
    """All assignments of a person, past and present."""
    return session.scalars(
        select(RoleAssignment)
        .where(RoleAssignment.tenant == tenant, RoleAssignment.person_id == person_id)
        .order_by(RoleAssignment.from_on, RoleAssignment.id)
    ).all()


def holders_of(
    session: Session,
    *,
    tenant: str,
    role: str,
    on: date,
    province: str | None = None,
    organisation_id: UUID | None = None,
) -> list[UUID]:
    """Ids of the people who hold a role on a day, in the order they began."""
    wanted = select(RoleAssignment.person_id).where(
        RoleAssignment.tenant == tenant, RoleAssignment.role == role, _held(on)
    )
    if province is not None:
        wanted = wanted.where(RoleAssignment.province == ("" if province == NATIONAL else province))
    if organisation_id is not None:
        wanted = wanted.where(RoleAssignment.organisation_id == organisation_id)
    found = session.scalars(wanted.order_by(RoleAssignment.from_on, RoleAssignment.id))
    return list(dict.fromkeys(found))


def holds_role(
    session: Session,
    *,
    tenant: str,
    person_id: UUID,
    role: str,
    on: date,
    province: str | None = None,
    organisation_id: UUID | None = None,
) -> bool:
    """Whether a person holds a role on a day (I-11)."""
    return person_id in holders_of(
        session, tenant=tenant, role=role, on=on, province=province, organisation_id=organisation_id
    )


def grants_of(session: Session, *, tenant: str, person_id: UUID, on: date) -> list[Grant]:
    """What a person may do on a day, for their token."""
    held = session.scalars(
        select(RoleAssignment)
        .where(RoleAssignment.tenant == tenant, RoleAssignment.person_id == person_id, _held(on))
        .order_by(RoleAssignment.from_on, RoleAssignment.id)
    )
    return [
        Grant(role=each.role, province=each.reach, organisation_id=each.organisation_id, district=each.district)
        for each in held
    ]
