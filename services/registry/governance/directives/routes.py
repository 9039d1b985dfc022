"""The door of directives: /v1/directives."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy.orm import Session

from services.registry.governance.directives import commands, queries
from services.registry.governance.directives.commands import AddresseeOnly, DirectiveNumberTaken, LegalOfficerOnly
from services.registry.governance.directives.lifecycle import State
from services.registry.governance.directives.models import Directive
from services.registry.governance.directives.queries import DirectiveNotFound
from services.registry.governance.directives.schemas import (
    AcknowledgeIn,
    DirectiveIn,
    DirectiveOut,
    DirectiveTextIn,
    IssueIn,
    LegalCommentIn,
    RevokeIn,
    SupersedeIn,
    directive_out,
)
from shared.kernel.auth import Actor
from shared.kernel.http import ActorDep, IfMatchDep, NowDep, SessionDep, answer, new_router, problems, require
from shared.kernel.lifecycle import IllegalTransition
from shared.kernel.pagination import LIMIT, MOST, Page, page, read_cursor
from shared.kernel.problems import Refused, Stale
from shared.kernel.wire import Code

router = new_router("directives")
HEADQUARTERS = [require("hq_officer")]
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
CHANGES = problems(DirectiveNotFound, IllegalTransition, Stale, Refused)


def _out(session: Session, directive: Directive, actor: Actor) -> DirectiveOut:
    return directive_out(directive, queries.list_copies(session, directive.id, by=actor))


def _answered(session: Session, directive: Directive, actor: Actor, response: Response) -> DirectiveOut:
    answer(response, directive)
    return _out(session, directive, actor)


@router.get("", response_model=Page[DirectiveOut], dependencies=READERS)
def list_directives(
    session: SessionDep,
    actor: ActorDep,
    programme: Code | None = None,
    cycle: Code | None = None,
    state: State | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
) -> dict[str, Any]:
    """Directives; a province sees those that were issued."""
    rows = queries.list_directives(
        session, by=actor, programme=programme, cycle=cycle, state=state, after=read_cursor(cursor), limit=limit
    )
    return page(rows, limit, lambda directive: _out(session, directive, actor))


@router.get("/{directive_id}", responses=problems(DirectiveNotFound), dependencies=READERS)
def get_directive(directive_id: UUID, session: SessionDep, actor: ActorDep, response: Response) -> DirectiveOut:
    """One directive with its addressees."""
    return _answered(session, queries.get_directive(session, directive_id, by=actor), actor, response)


@router.post("", status_code=201, responses=problems(DirectiveNumberTaken), dependencies=HEADQUARTERS)
def draft_directive(
    body: DirectiveIn, session: SessionDep, actor: ActorDep, now: NowDep, response: Response
) -> DirectiveOut:
    """Begin a directive."""
    directive = commands.draft_directive(
        session,
        programme=body.programme,
        cycle=body.cycle,
        number=body.number,
        title=body.title,
        body=body.body,
        directive_id=body.id,
        by=actor,
        now=now,
    )
    return _answered(session, directive, actor, response)


@router.post("/{directive_id}/revise", responses=CHANGES, dependencies=HEADQUARTERS)
def revise_directive(
    directive_id: UUID,
    body: DirectiveTextIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> DirectiveOut:
    """Change a draft's text."""
    directive = commands.revise_directive(
        session, directive_id=directive_id, title=body.title, body=body.body, expected=if_match, by=actor, now=now
    )
    return _answered(session, directive, actor, response)


@router.post(
    "/{directive_id}/comment",
    responses=CHANGES | problems(LegalOfficerOnly),
    dependencies=[require("legal_officer", "hq_officer", "hq_viewer")],
)
def comment_directive(
    directive_id: UUID,
    body: LegalCommentIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> DirectiveOut:
    """Record the legal officer's comment."""
    directive = commands.comment_directive(
        session, directive_id=directive_id, comment=body.comment, expected=if_match, by=actor, now=now
    )
    return _answered(session, directive, actor, response)


@router.post("/{directive_id}/approve", responses=CHANGES, dependencies=HEADQUARTERS)
def approve_directive(
    directive_id: UUID,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> DirectiveOut:
    """Approve a draft that has a legal comment."""
    directive = commands.approve_directive(session, directive_id=directive_id, expected=if_match, by=actor, now=now)
    return _answered(session, directive, actor, response)


@router.post("/{directive_id}/issue", responses=CHANGES, dependencies=HEADQUARTERS)
def issue_directive(
    directive_id: UUID,
    body: IssueIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> DirectiveOut:
    """Send an approved directive to provinces."""
    directive = commands.issue_directive(
        session, directive_id=directive_id, provinces=body.provinces, expected=if_match, by=actor, now=now
    )
    return _answered(session, directive, actor, response)


@router.post(
    "/{directive_id}/acknowledge",
    responses=problems(DirectiveNotFound, IllegalTransition, AddresseeOnly),
    dependencies=[require("province_officer", "province_viewer", "hq_officer")],
)
def acknowledge_directive(
    directive_id: UUID, body: AcknowledgeIn, session: SessionDep, actor: ActorDep, now: NowDep, response: Response
) -> DirectiveOut:
    """Acknowledge receipt for one's province; needs no If-Match, because many provinces do it at once."""
    directive = commands.acknowledge_directive(session, directive_id=directive_id, by=actor, now=now)
    return _answered(session, directive, actor, response)


@router.post("/{directive_id}/supersede", responses=CHANGES, dependencies=HEADQUARTERS)
def supersede_directive(
    directive_id: UUID,
    body: SupersedeIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> DirectiveOut:
    """Replace an issued directive by another."""
    directive = commands.supersede_directive(
        session, directive_id=directive_id, successor_id=body.successor_id, expected=if_match, by=actor, now=now
    )
    return _answered(session, directive, actor, response)


@router.post("/{directive_id}/revoke", responses=CHANGES, dependencies=HEADQUARTERS)
def revoke_directive(
    directive_id: UUID,
    body: RevokeIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> DirectiveOut:
    """Take an issued directive back."""
    directive = commands.revoke_directive(
        session, directive_id=directive_id, reason=body.reason, expected=if_match, by=actor, now=now
    )
    return _answered(session, directive, actor, response)
