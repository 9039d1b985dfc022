"""The door of baselines: /v1/baselines."""

from typing import Annotated, Any

from fastapi import Query, Response

from services.registry.programme.baselines import commands, queries
from services.registry.programme.baselines.schemas import BaselineIn, BaselineOut, baseline_out
from services.registry.programme.programmes.queries import ProgrammeNotFound
from shared.kernel.http import ActorDep, NowDep, SessionDep, answer, members, new_router, problems, require
from shared.kernel.pagination import LIMIT, MOST, Page, page, read_cursor

router = new_router("baselines")


@router.get("", response_model=Page[BaselineOut], dependencies=[members])
def list_baselines(
    session: SessionDep,
    actor: ActorDep,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
) -> dict[str, Any]:
    """Historic totals of the tenant."""
    return page(queries.list_baselines(session, by=actor, after=read_cursor(cursor), limit=limit), limit, baseline_out)


@router.post("", status_code=201, responses=problems(ProgrammeNotFound), dependencies=[require("hq_officer")])
def record_baseline(
    body: BaselineIn, session: SessionDep, actor: ActorDep, now: NowDep, response: Response
) -> BaselineOut:
    """Record a historic total."""
    baseline = commands.record_baseline(
        session, baseline_id=body.id, by=actor, now=now, **body.model_dump(exclude={"id"})
    )
    answer(response, baseline)
    return baseline_out(baseline)
