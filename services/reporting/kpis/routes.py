"""JSON door of the figures: /v1/kpis."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import orjson
from fastapi import Depends, FastAPI, Query, Request, Response
from sqlalchemy.orm import Session

from services.reporting.kpis import freshness, queries
from services.reporting.kpis.cycles import CycleNotFound, CycleView
from services.reporting.kpis.queries import KpiNotFound
from services.reporting.kpis.reach import READERS, TerritoryNotFound
from services.reporting.kpis.remembering import Remembered
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
from shared.kernel.http import (
    ActorDep,
    Answered,
    LangDep,
    NowDep,
    SessionDep,
    language_of,
    new_router,
    problems,
    require,
)
from shared.kernel.problems import Refused

router = new_router("kpis")
READ = [require(*READERS)]
FAILURES = problems(KpiNotFound, CycleNotFound, TerritoryNotFound, Refused)


def _json(body: Any, version: "Version | None" = None) -> Response:
    return Response(orjson.dumps(body), media_type="application/json", headers=_headers(version))


@dataclass(frozen=True)
class Version:
    """The answer's ETag, and the name under which this process remembers the answer."""

    etag: str
    key: str


async def _version(request: Request, actor: Actor, now: datetime) -> Version:
    """Names all an answer depends on: its address, who asks, what is folded in, the half hour of business time.

    A local day begins on a half hour in every zone that is served, so "today" never outlives it.
    """
    standing = await request.app.state.standings[actor.tenant].ask()
    moment = f"{now:%Y-%m-%dT%H}:{now.minute // 30}"
    asked = (request.url.path, request.url.query, language_of(request))
    parts = (*asked, actor.tenant, repr(actor.roles), standing.version, moment)
    etag = f'"{hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]}"'
    return Version(etag, f"{etag} {standing.told}")


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


async def unless_known(request: Request, actor: ActorDep, now: NowDep) -> Version:
    """The answer's version; raises Answered when the caller has it (304) or this process remembers it.

    One statement decides, before the transaction of the request begins.
    """
    version = await _version(request, actor, now)
    if version.etag in {
        each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")
    }:
        raise Answered(Response(status_code=304, headers=_headers(version)))
    body = request.app.state.remembered.find(version.key)
    if body is not None:
        raise Answered(Response(body, media_type="application/json", headers=_headers(version)))
    return version


VersionDep = Annotated[Version, Depends(unless_known, scope="function")]


def setup(app: FastAPI) -> None:
    """Every web process remembers answers of its own."""
    app.state.remembered, app.state.standings = Remembered(), freshness.Standings(app.state.engine)


def _headers(version: Version | None) -> dict[str, str]:
    return {"ETag": version.etag, "Cache-Control": "private, no-cache"} if version else {}


def _remembered(request: Request, body: Any, version: Version) -> Response:
    """The answer, kept for whoever asks the same while nothing has moved."""
    response = _json(body, version)
    request.app.state.remembered.keep(version.key, bytes(response.body))
    return response


@router.get("", response_model=KpiListOut, dependencies=READ)
def list_kpis(session: SessionDep) -> Response:
    """All figures this service knows, with names, units, dimensions, targets and formulas in words."""
    return _json({"items": [kpi_out(kpi) for kpi in queries.list_kpis()]})


@router.get("/{code}", response_model=AnswerOut, responses=FAILURES, dependencies=READ)
def answer_kpi(
    code: str,
    query: Annotated[KpiQuery, Query()],
    request: Request,
    version: VersionDep,
    session: SessionDep,
    actor: ActorDep,
) -> Response:
    """A figure on a day, as known at an instant, for a territory; 304 while nothing it depends on has changed."""
    answer = queries.answer_kpi(
        session, code=code, at=query.at, period=query.period, by=query.dimensions, **_scope(session, actor, query)
    )
    if code.upper() == "K-81":  # moves with the clock
        return _json(answer_out(answer))
    return _remembered(request, answer_out(answer), version)


@router.get("/{code}/why", response_model=WhyOut, responses=FAILURES, dependencies=READ)
def explain_kpi(
    code: str,
    query: Annotated[KpiQuery, Query()],
    request: Request,
    version: VersionDep,
    session: SessionDep,
    actor: ActorDep,
    lang: LangDep,
) -> Response:
    """The figure's formula, the cases it counted, those it left out and why, and its value on other days."""
    why = queries.explain_kpi(session, code=code, at=query.at, period=query.period, **_scope(session, actor, query))
    reasons = {each.reason for each in why.excluded if each.reason}
    words = {reason: request.app.state.words.t(lang, f"reason.{reason}") for reason in reasons}
    return _json(why_out(why, words), version)


@router.get("/{code}/series", response_model=SeriesOut, responses=FAILURES, dependencies=READ)
def kpi_series(
    code: str,
    query: Annotated[SeriesQuery, Query()],
    request: Request,
    version: VersionDep,
    session: SessionDep,
    actor: ActorDep,
) -> Response:
    """The figure at the end of each step of a span."""
    answer, points = queries.kpi_series(
        session, code=code, frm=query.frm, to=query.to, step=query.step, **_scope(session, actor, query)
    )
    return _json({"answer": answer_out(answer), "points": [point_out(point) for point in points]}, version)
