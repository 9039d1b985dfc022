"""The door of authorisations: /v1/authorisations."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.registry.governance.authorisations import commands, queries
from services.registry.governance.authorisations.lifecycle import State
from services.registry.governance.authorisations.models import Authorisation
from services.registry.governance.authorisations.queries import AuthorisationNotFound
from services.registry.governance.authorisations.schemas import (
    AuthorisationIn,
    AuthorisationOut,
    GrantIn,
    Kind,
    RefuseIn,
    TableIn,
    authorisation_out,
)
from shared.kernel.http import ActorDep, IfMatchDep, NowDep, SessionDep, answer, new_router, problems, require
from shared.kernel.lifecycle import IllegalTransition
from shared.kernel.pagination import LIMIT, MOST, Page, page, read_cursor
from shared.kernel.problems import Refused, Stale
from shared.kernel.wire import Code

router = new_router("authorisations")
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
CHANGES = problems(AuthorisationNotFound, IllegalTransition, Stale, Refused)


def _answered(authorisation: Authorisation, response: Response) -> AuthorisationOut:
    answer(response, authorisation)
    return authorisation_out(authorisation)


@router.get("", response_model=Page[AuthorisationOut], dependencies=READERS)
def list_authorisations(
    session: SessionDep,
    actor: ActorDep,
    cycle: Code | None = None,
    province: Code | None = None,
    kind: Kind | None = None,
    state: State | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
) -> dict[str, Any]:
    """Authorisations within reach."""
    rows = queries.list_authorisations(
        session,
        by=actor,
        cycle=cycle,
        province=province,
        kind=kind,
        state=state,
        after=read_cursor(cursor),
        limit=limit,
    )
    return page(rows, limit, authorisation_out)


@router.get("/{authorisation_id}", responses=problems(AuthorisationNotFound), dependencies=READERS)
def get_authorisation(
    authorisation_id: UUID, session: SessionDep, actor: ActorDep, response: Response
) -> AuthorisationOut:
    """One authorisation."""
    return _answered(queries.get_authorisation(session, authorisation_id, by=actor), response)


@router.post("", status_code=201, responses=problems(Refused), dependencies=OFFICERS)
def request_authorisation(
    body: AuthorisationIn, session: SessionDep, actor: ActorDep, now: NowDep, response: Response
) -> AuthorisationOut:
    """Ask a body for its permit."""
    authorisation = commands.request_authorisation(
        session,
        programme=body.programme,
        cycle=body.cycle,
        province=body.province,
        kind=body.kind,
        body=body.body,
        subject=body.subject,
        about_id=body.about_id,
        requested_on=body.requested_on,
        authorisation_id=body.id,
        by=actor,
        now=now,
    )
    return _answered(authorisation, response)


@router.post("/{authorisation_id}/table", responses=CHANGES, dependencies=OFFICERS)
def table_authorisation(
    authorisation_id: UUID,
    body: TableIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> AuthorisationOut:
    """Record that the body had it on its table."""
    authorisation = commands.table_authorisation(
        session,
        authorisation_id=authorisation_id,
        tabled_on=body.tabled_on,
        meeting_id=body.meeting_id,
        expected=if_match,
        by=actor,
        now=now,
    )
    return _answered(authorisation, response)


@router.post("/{authorisation_id}/grant", responses=CHANGES, dependencies=OFFICERS)
def grant_authorisation(
    authorisation_id: UUID,
    body: GrantIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> AuthorisationOut:
    """Record the permit."""
    authorisation = commands.grant_authorisation(
        session,
        authorisation_id=authorisation_id,
        number=body.number,
        granted_on=body.granted_on,
        valid_until=body.valid_until,
        expected=if_match,
        by=actor,
        now=now,
    )
    return _answered(authorisation, response)


@router.post("/{authorisation_id}/refuse", responses=CHANGES, dependencies=OFFICERS)
def refuse_authorisation(
    authorisation_id: UUID,
    body: RefuseIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> AuthorisationOut:
    """Record that the body said no."""
    authorisation = commands.refuse_authorisation(
        session,
        authorisation_id=authorisation_id,
        reason=body.reason,
        refused_on=body.refused_on,
        expected=if_match,
        by=actor,
        now=now,
    )
    return _answered(authorisation, response)
