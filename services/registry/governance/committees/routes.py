"""The door of committees: /v1/committees."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy.orm import Session

from services.registry.governance.committees import commands, queries
from services.registry.governance.committees.commands import (
    CommitteeExists,
    CommitteeNotInProgramme,
    NationalCommitteeOnly,
    SeatHeld,
)
from services.registry.governance.committees.models import Committee
from services.registry.governance.committees.queries import CommitteeNotFound, SeatNotFound
from services.registry.governance.committees.schemas import (
    CommitteeIn,
    CommitteeOut,
    SeatEndIn,
    SeatPersonIn,
    SecretaryIn,
    committee_out,
)
from shared.kernel.http import ActorDep, IfMatchDep, NowDep, SessionDep, answer, new_router, problems, require
from shared.kernel.lifecycle import IllegalTransition
from shared.kernel.pagination import LIMIT, MOST, Page, page, read_cursor
from shared.kernel.problems import Refused, Stale
from shared.kernel.wire import Code

router = new_router("committees")
OFFICERS = [require("hq_officer", "province_officer")]
READERS = [
    require(
        "hq_officer",
        "hq_viewer",
        "legal_officer",
        "province_officer",
        "province_viewer",
        "district_officer",
        "principal",
        "secretariat_officer",
    )
]
CHANGES = problems(CommitteeNotFound, SeatNotFound, NationalCommitteeOnly, SeatHeld, IllegalTransition, Stale, Refused)


def _out(session: Session, committee: Committee) -> CommitteeOut:
    return committee_out(
        committee, list(queries.list_seats(session, committee)), list(queries.list_holdings(session, committee))
    )


def _answered(session: Session, committee: Committee, response: Response) -> CommitteeOut:
    answer(response, committee)
    return _out(session, committee)


@router.get("", response_model=Page[CommitteeOut], dependencies=READERS)
def list_committees(
    session: SessionDep,
    actor: ActorDep,
    programme: Code | None = None,
    cycle: Code | None = None,
    level: Literal["national", "province"] | None = None,
    province: Code | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
) -> dict[str, Any]:
    """Committees within reach, with their seats."""
    rows = queries.list_committees(
        session,
        by=actor,
        programme=programme,
        cycle=cycle,
        level=level,
        province=province,
        after=read_cursor(cursor),
        limit=limit,
    )
    return page(rows, limit, lambda committee: _out(session, committee))


@router.get("/{committee_id}", responses=problems(CommitteeNotFound), dependencies=READERS)
def get_committee(committee_id: UUID, session: SessionDep, actor: ActorDep, response: Response) -> CommitteeOut:
    """One committee with its seats."""
    return _answered(session, queries.get_committee(session, committee_id, by=actor), response)


@router.post(
    "",
    status_code=201,
    responses=problems(CommitteeExists, CommitteeNotInProgramme, NationalCommitteeOnly),
    dependencies=OFFICERS,
)
def constitute_committee(
    body: CommitteeIn, session: SessionDep, actor: ActorDep, now: NowDep, response: Response
) -> CommitteeOut:
    """Constitute the committee of a level with the vacant seats of its template."""
    committee = commands.constitute_committee(
        session,
        programme=body.programme,
        cycle=body.cycle,
        level=body.level,
        province=body.province or "",
        constituted_on=body.constituted_on,
        committee_id=body.id,
        by=actor,
        now=now,
    )
    return _answered(session, committee, response)


@router.post("/{committee_id}/seats/{code}/fill", responses=CHANGES, dependencies=OFFICERS)
def fill_seat(
    committee_id: UUID,
    code: Code,
    body: SeatPersonIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> CommitteeOut:
    """Put a person into a vacant seat."""
    committee = commands.fill_seat(
        session,
        committee_id=committee_id,
        code=code,
        person_id=body.person_id,
        begins_on=body.begins_on,
        expected=if_match,
        by=actor,
        now=now,
    )
    return _answered(session, committee, response)


@router.post("/{committee_id}/seats/{code}/vacate", responses=CHANGES, dependencies=OFFICERS)
def vacate_seat(
    committee_id: UUID,
    code: Code,
    body: SeatEndIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> CommitteeOut:
    """Let a seat's holder leave."""
    committee = commands.vacate_seat(
        session, committee_id=committee_id, code=code, ends_on=body.ends_on, expected=if_match, by=actor, now=now
    )
    return _answered(session, committee, response)


@router.post("/{committee_id}/seats/{code}/delegate", responses=CHANGES, dependencies=OFFICERS)
def name_delegate(
    committee_id: UUID,
    code: Code,
    body: SeatPersonIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> CommitteeOut:
    """Name who stands in for a seat's holder."""
    committee = commands.name_delegate(
        session,
        committee_id=committee_id,
        code=code,
        person_id=body.person_id,
        begins_on=body.begins_on,
        expected=if_match,
        by=actor,
        now=now,
    )
    return _answered(session, committee, response)


@router.post("/{committee_id}/secretary", responses=CHANGES, dependencies=OFFICERS)
def name_secretary(
    committee_id: UUID,
    body: SecretaryIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> CommitteeOut:
    """Give a seat the secretary's function, where the definition leaves it open."""
    committee = commands.name_secretary(
        session, committee_id=committee_id, seat=body.seat, expected=if_match, by=actor, now=now
    )
    return _answered(session, committee, response)
