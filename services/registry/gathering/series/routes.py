"""The JSON door of series: /v1/series."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.registry.gathering.series import commands, queries
from services.registry.gathering.series.schemas import SeriesIn, SeriesOut
from shared.kernel.http import ActorDep, NowDep, SessionDep, answer, members, new_router, problems, require
from shared.kernel.pagination import LIMIT, MOST, Page, page, read_cursor
from shared.kernel.problems import Refused
from shared.kernel.wire import Code

router = new_router("series")


@router.post(
    "",
    status_code=201,
    responses=problems(commands.SeriesExists, Refused),
    dependencies=[require("hq_officer", "province_officer")],
)
def create_series(body: SeriesIn, session: SessionDep, actor: ActorDep, now: NowDep, response: Response) -> SeriesOut:
    """Found a series of meetings."""
    fields = body.model_dump(exclude={"id", "province"})
    series = commands.create_series(
        session, **fields, province=body.province or "", series_id=body.id, by=actor, now=now
    )
    answer(response, series)
    return SeriesOut.of(series)


@router.get("", response_model=Page[SeriesOut], dependencies=[members])
def list_series(
    session: SessionDep,
    actor: ActorDep,
    programme: Code | None = None,
    kind: Code | None = None,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
) -> dict[str, Any]:
    """List the series within reach."""
    rows = queries.list_series(session, by=actor, programme=programme, kind=kind, after=read_cursor(after), limit=limit)
    return page(rows, limit, SeriesOut.of)


@router.get("/{series_id}", responses=problems(queries.SeriesNotFound), dependencies=[members])
def get_series(series_id: UUID, session: SessionDep, actor: ActorDep, response: Response) -> SeriesOut:
    """Show one series."""
    series = queries.get_series(session, series_id, by=actor)
    answer(response, series)
    return SeriesOut.of(series)
