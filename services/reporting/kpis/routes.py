"""JSON door of the figures: /v1/kpis."""

import hashlib
from datetime import date, datetime
from typing import Annotated, Any

import orjson
from fastapi import Depends, Query, Request, Response
from sqlalchemy.orm import Session

from services.reporting.kpis import freshness, queries
from services.reporting.kpis.cycles import CycleNotFound, CycleView
from services.reporting.kpis.queries import KpiNotFound
from services.reporting.kpis.reach import READERS, TerritoryNotFound
from services.reporting.kpis.saying import answer_out, kpi_out, point_out, why_out
from services.reporting.kpis.schemas import (
    AnswerOut,
    KpiListOut,
    KpiQuery,
    ScopeQuery,
    SeriesOut,
    SeriesQuery,
    WhyOut,
)
from shared.kernel.auth import Actor
from shared.kernel.http import ActorDep, LangDep, NowDep, SessionDep, new_router, problems, require
from shared.kernel.problems import Refused

router = new_router("kpis")
READ = [require(*READERS)]
FAILURES = problems(KpiNotFound, CycleNotFound, TerritoryNotFound, Refused)


def _json(body: Any, etag: str | None = None, status: int = 200) -> Response:
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"} if etag else {}
    return Response(orjson.dumps(body), status_code=status, media_type="application/json", headers=headers)


def _etag(request: Request, session: Session, actor: Actor, now: datetime) -> str:
    """Names all an answer depends on: its address, who asks, what is folded in, the half hour of business time.

    A local day begins on a half hour in every zone that is served, so "today" never outlives it.
    """
    version = freshness.version_of(session, tenant=actor.tenant)
    moment = f"{now:%Y-%m-%dT%H}:{now.minute // 30}"
    parts = (request.url.path, request.url.query, actor.tenant, repr(actor.roles), version, moment)
    return f'"{hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]}"'


def _known(value: datetime | date | None, cycle: CycleView) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    return cycle.end_of(value)


def _scope(session: Session, actor: Actor, query: ScopeQuery) -> dict[str, Any]:
    cycle = queries.current_cycle(session, tenant=actor.tenant, programme=query.programme, cycle=query.cycle)
    return {
        "tenant": actor.tenant, "programme": cycle.programme, "cycle": cycle.cycle, "territory": query.territory,
        "known_at": _known(query.known_at, cycle), "filters": query.filters, "by_actor": actor,
    }  # fmt: skip


def unless_known(request: Request, session: SessionDep, actor: ActorDep, now: NowDep) -> str:
    """The answer's ETag."""
    return _etag(request, session, actor, now)


EtagDep = Annotated[str, Depends(unless_known, scope="function")]


def _same(request: Request, etag: str) -> bool:
    return etag in {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}


@router.get("", response_model=KpiListOut, dependencies=READ)
def list_kpis(session: SessionDep) -> Response:
    """All figures this service knows, with names, units, dimensions, targets and formulas in words."""
    return _json({"items": [kpi_out(kpi) for kpi in queries.list_kpis()]})


@router.get("/{code}", response_model=AnswerOut, responses=FAILURES, dependencies=READ)
def answer_kpi(
    code: str,
    query: Annotated[KpiQuery, Query()],
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    etag: EtagDep,
) -> Response:
    """A figure on a day, as known at an instant, for a territory; 304 while nothing it depends on has changed."""
    if _same(request, etag):
        return Response(status_code=304, headers={"ETag": etag})
    answer = queries.answer_kpi(
        session, code=code, at=query.at, period=query.period, by=query.dimensions, **_scope(session, actor, query)
    )
    return _json(answer_out(answer), etag if code.upper() != "K-81" else None)


@router.get("/{code}/why", response_model=WhyOut, responses=FAILURES, dependencies=READ)
def explain_kpi(
    code: str,
    query: Annotated[KpiQuery, Query()],
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    lang: LangDep,
    etag: EtagDep,
) -> Response:
    """The figure's formula, the cases it counted, those it left out and why, and its value on other days."""
    if _same(request, etag):
        return Response(status_code=304, headers={"ETag": etag})
    why = queries.explain_kpi(session, code=code, at=query.at, period=query.period, **_scope(session, actor, query))
    reasons = {each.reason for each in why.excluded if each.reason}
    words = {reason: request.app.state.words.t(lang, f"reason.{reason}") for reason in reasons}
    return _json(why_out(why, words), etag)


@router.get("/{code}/series", response_model=SeriesOut, responses=FAILURES, dependencies=READ)
def kpi_series(
    code: str,
    query: Annotated[SeriesQuery, Query()],
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    etag: EtagDep,
) -> Response:
    """The figure at the end of each step of a span."""
    if _same(request, etag):
        return Response(status_code=304, headers={"ETag": etag})
    answer, points = queries.kpi_series(
        session, code=code, frm=query.frm, to=query.to, step=query.step, **_scope(session, actor, query)
    )
    return _json({"answer": answer_out(answer), "points": [point_out(point) for point in points]}, etag)
