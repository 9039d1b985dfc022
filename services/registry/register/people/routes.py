"""The door of people: /v1/people."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import Query, Response
from sqlalchemy.orm import Session

from services.registry.register.people import commands, queries
from services.registry.register.people.commands import PersonExists
from services.registry.register.people.models import Person
from services.registry.register.people.queries import PersonNotFound
from services.registry.register.people.schemas import (
    ContactPointsIn,
    PersonBatchIn,
    PersonIn,
    PersonOut,
    PreferencesIn,
    person_out,
)
from services.registry.register.territories.queries import OutsideYourProvince, TerritoryNotFound
from shared.kernel.auth import Actor
from shared.kernel.http import ActorDep, IfMatchDep, NowDep, SessionDep, answer, new_router, problems, require
from shared.kernel.lifecycle import IllegalTransition
from shared.kernel.pagination import LIMIT, MOST, Page, page, read_cursor
from shared.kernel.problems import Refused, Stale

log = structlog.get_logger()
router = new_router("people")
writers = require("hq_officer", "province_officer", "tenant_administrator")
REGISTER = problems(TerritoryNotFound, PersonNotFound, OutsideYourProvince, PersonExists, Refused)
CHANGE = problems(PersonNotFound, OutsideYourProvince, IllegalTransition, Stale, Refused)


def _register(session: Session, item: PersonIn, *, actor: Actor, now: datetime) -> Person:
    return commands.register_person(
        session,
        person_id=item.id,
        territory_code=item.territory_code,
        contacts=item.contacts(),
        preferences=item.preferences(),
        minor=item.minor,
        another_because=item.another_because,
        by=actor,
        now=now,
    )


@router.get("", response_model=Page[PersonOut], dependencies=[writers])
def list_people(
    session: SessionDep,
    actor: ActorDep,
    q: Annotated[str | None, Query(max_length=200)] = None,
    province: Annotated[str | None, Query(max_length=12)] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
) -> dict[str, Any]:
    """People within your reach, with their contact points."""
    rows = queries.list_people(session, by=actor, q=q, province=province, after=read_cursor(cursor), limit=limit)
    # Every reading of contact points is kept in the log, by ids only.
    log.info("people.contacts_read", by=actor.principal, count=min(len(rows), limit))
    return page(rows, limit, person_out)


@router.get("/{person_id}", responses=problems(PersonNotFound), dependencies=[writers])
def get_person(person_id: UUID, session: SessionDep, actor: ActorDep, response: Response) -> PersonOut:
    """One person with their contact points."""
    person = queries.get_person(session, person_id, by=actor)
    log.info("people.contacts_read", by=actor.principal, person_id=str(person.id), count=1)
    answer(response, person)
    return person_out(person)


@router.post("", status_code=201, responses=REGISTER, dependencies=[writers])
def register_person(body: PersonIn, session: SessionDep, actor: ActorDep, now: NowDep, response: Response) -> PersonOut:
    """Register a person."""
    person = _register(session, body, actor=actor, now=now)
    answer(response, person)
    return person_out(person)


@router.post("/batch", status_code=201, responses=REGISTER, dependencies=[writers])
def register_people(body: PersonBatchIn, session: SessionDep, actor: ActorDep, now: NowDep) -> list[PersonOut]:
    """Register many people; all or none."""
    return [person_out(_register(session, item, actor=actor, now=now)) for item in body.items]


@router.put("/{person_id}/contact-points", responses=CHANGE, dependencies=[writers])
def change_contact_points(
    person_id: UUID,
    body: ContactPointsIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> PersonOut:
    """Replace a person's names and contact points."""
    person = commands.change_contact_points(
        session, person_id=person_id, expected=if_match, contacts=body.contacts(), by=actor, now=now
    )
    answer(response, person)
    return person_out(person)


@router.put("/{person_id}/preferences", responses=CHANGE)
def change_preferences(
    person_id: UUID,
    body: PreferencesIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> PersonOut:
    """Change how a person is spoken to: one's own, or that of somebody within one's reach."""
    person = commands.change_preferences(
        session, person_id=person_id, expected=if_match, preferences=body.preferences(), by=actor, now=now
    )
    answer(response, person)
    return person_out(person)


@router.post("/{person_id}/erase", responses=CHANGE, dependencies=[writers])
def erase_person(
    person_id: UUID,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> PersonOut:
    """Erase a person's names and contact points everywhere; it cannot be undone."""
    person = commands.erase_person(session, person_id=person_id, expected=if_match, by=actor, now=now)
    answer(response, person)
    return person_out(person)
