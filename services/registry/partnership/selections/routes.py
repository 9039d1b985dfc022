"""The door of selected agencies: /v1/province-plans/{plan_id}/agencies."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.registry.partnership.province_plans.queries import ProvincePlanNotFound, get_plan
from services.registry.partnership.quotas.commands import QuotaMaxReached
from services.registry.partnership.selections import commands, queries
from services.registry.partnership.selections.commands import AgencySelectedAlready
from services.registry.partnership.selections.queries import SelectionNotFound
from services.registry.partnership.selections.schemas import DeselectionIn, SelectionIn, SelectionOut
from services.registry.register.agencies.queries import AgencyNotFound
from shared.kernel.http import ActorDep, IfMatchDep, NowDep, SessionDep, answer, new_router, problems, require
from shared.kernel.lifecycle import IllegalTransition
from shared.kernel.pagination import LIMIT, MOST, Page, page, read_cursor
from shared.kernel.problems import Overtaken, Refused, RefusedNow, Stale
from shared.kernel.wire import Code

router = new_router("selections", prefix="/v1/province-plans/{plan_id}/agencies")
OFFICERS = require("province_officer")
READERS = require(
    "hq_officer", "hq_viewer", "legal_officer", "province_officer", "province_viewer", "district_officer", "principal",
    "secretariat_officer",
)  # fmt: skip


@router.get("", dependencies=[READERS], responses=problems(ProvincePlanNotFound))
def list_selections(
    plan_id: UUID,
    session: SessionDep,
    actor: ActorDep,
    state: Code | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
) -> Page[SelectionOut]:
    """The agencies selected in a plan."""
    after = read_cursor(cursor)
    get_plan(session, plan_id, by=actor)
    rows = queries.list_selections(session, plan_id=plan_id, by=actor, state=state, after=after, limit=limit)
    return Page[SelectionOut](**page(rows, limit, SelectionOut.of))


@router.get("/{agency_id}", dependencies=[READERS], responses=problems(SelectionNotFound))
def get_selection(
    plan_id: UUID, agency_id: UUID, session: SessionDep, actor: ActorDep, response: Response
) -> SelectionOut:
    """One agency's place in a plan."""
    return _out(response, queries.get_selection(session, plan_id=plan_id, agency_id=agency_id, by=actor))


@router.post(
    "",
    status_code=201,
    dependencies=[OFFICERS],
    responses=problems(
        ProvincePlanNotFound, AgencyNotFound, QuotaMaxReached, AgencySelectedAlready, IllegalTransition, Refused
    ),
)
def select_agency(
    plan_id: UUID, body: SelectionIn, session: SessionDep, actor: ActorDep, now: NowDep, response: Response
) -> SelectionOut:
    """Fix an agency of the pool; 409 when all slots are in use. Needs no If-Match: it adds to the plan."""
    selection = commands.select_agency(
        session,
        plan_id=plan_id,
        selection_id=body.id,
        agency_id=body.agency_id,
        decision_ref=body.decision_ref,
        criteria=body.criteria or "",
        selected_on=body.selected_on,
        by=actor,
        now=now,
    )
    return _out(response, selection)


@router.post(
    "/{agency_id}/deselect",
    dependencies=[OFFICERS],
    responses=problems(
        ProvincePlanNotFound, SelectionNotFound, IllegalTransition, Refused, RefusedNow, Stale, Overtaken
    ),
)
def deselect_agency(
    plan_id: UUID,
    agency_id: UUID,
    body: DeselectionIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> SelectionOut:
    """Give the agency's slot back; 409 with `link` while a pairing with it is open."""
    selection = commands.deselect_agency(
        session,
        plan_id=plan_id,
        agency_id=agency_id,
        reason=body.reason,
        deselected_on=body.deselected_on,
        expected=if_match,
        by=actor,
        now=now,
    )
    return _out(response, selection)


def _out(response: Response, selection: Any) -> SelectionOut:
    answer(response, selection)
    return SelectionOut.of(selection)
