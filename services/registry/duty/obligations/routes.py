"""The JSON door of obligations: /v1/obligations."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.registry.duty.obligations import commands, queries
from services.registry.duty.obligations.models import Obligation
from services.registry.duty.obligations.schemas import (
    AttestIn,
    ExtendIn,
    ObligationOut,
    WaiveIn,
    WholeObligationOut,
)
from shared.kernel.http import ActorDep, IfMatchDep, NowDep, SessionDep, answer, new_router, problems, require
from shared.kernel.lifecycle import IllegalTransition
from shared.kernel.pagination import LIMIT, MOST, Page, page, read_cursor
from shared.kernel.problems import Refused, Stale
from shared.kernel.wire import Code

router = new_router("obligations")
READERS = require("hq_officer", "hq_viewer", "legal_officer", "province_officer", "province_viewer", "district_officer")
OFFICERS = require("hq_officer", "province_officer")
CHANGE = problems(queries.ObligationNotFound, IllegalTransition, Refused, Stale)


def _shown(obligation: Obligation, response: Response) -> ObligationOut:
    answer(response, obligation)
    return ObligationOut.of(obligation)


@router.get("", response_model=Page[ObligationOut], dependencies=[READERS])
def list_obligations(
    session: SessionDep,
    actor: ActorDep,
    programme: Code | None = None,
    cycle: Code | None = None,
    province: Code | None = None,
    template: Code | None = None,
    state: Code | None = None,
    mine: bool = False,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
) -> dict[str, Any]:
    """List the obligations within reach; `mine=true` leaves those of the own level."""
    rows = queries.list_obligations(
        session,
        by=actor,
        programme=programme,
        cycle=cycle,
        province=province,
        template=template,
        state=state,
        mine=mine,
        after=read_cursor(after),
        limit=limit,
    )
    return page(rows, limit, ObligationOut.of)


@router.get("/{obligation_id}", responses=problems(queries.ObligationNotFound), dependencies=[READERS])
def get_obligation(obligation_id: UUID, session: SessionDep, actor: ActorDep, response: Response) -> WholeObligationOut:
    """Show one obligation with the due instants it had before."""
    obligation = queries.get_obligation(session, obligation_id, by=actor)
    answer(response, obligation)
    return WholeObligationOut.whole(obligation, queries.past_dues_of(session, obligation))


@router.post("/{obligation_id}/extend", responses=CHANGE, dependencies=[OFFICERS])
def extend_obligation(
    obligation_id: UUID, body: ExtendIn, session: SessionDep, actor: ActorDep, now: NowDep, if_match: IfMatchDep,
    response: Response,
) -> ObligationOut:  # fmt: skip
    """Give the assignee more time."""
    obligation = commands.extend_obligation(
        session, obligation_id=obligation_id, **body.model_dump(), expected=if_match, by=actor, now=now
    )
    return _shown(obligation, response)


@router.post("/{obligation_id}/waive", responses=CHANGE, dependencies=[OFFICERS])
def waive_obligation(
    obligation_id: UUID, body: WaiveIn, session: SessionDep, actor: ActorDep, now: NowDep, if_match: IfMatchDep,
    response: Response,
) -> ObligationOut:  # fmt: skip
    """Free the assignee of it."""
    obligation = commands.waive_obligation(
        session, obligation_id=obligation_id, reason=body.reason, expected=if_match, by=actor, now=now
    )
    return _shown(obligation, response)


@router.post("/{obligation_id}/attest", responses=CHANGE, dependencies=[OFFICERS])
def attest_obligation(
    obligation_id: UUID, body: AttestIn, session: SessionDep, actor: ActorDep, now: NowDep, if_match: IfMatchDep,
    response: Response,
) -> ObligationOut:  # fmt: skip
    """Declare it fulfilled with evidence from outside."""
    obligation = commands.attest_obligation(
        session, obligation_id=obligation_id, **body.model_dump(), expected=if_match, by=actor, now=now
    )
    return _shown(obligation, response)
