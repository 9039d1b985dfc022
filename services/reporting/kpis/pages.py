"""HTML door of the figures: the catalogue and the reasons of each number."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from fastapi import Request, Response

from services.reporting.face import PAGES
from services.reporting.kpis import queries, view
from services.reporting.kpis.queries import CycleView, answer_kpi, current_cycle, explain_kpi, list_kpis, list_sources
from shared.kernel.auth import Actor
from shared.kernel.http import ActorDep, NowDep, SessionDep
from shared.kernel.problems import NotFound
from shared.web.doors import page_router
from shared.web.drawings import zone
from shared.web.forms import BlankNotRead, read_day
from shared.web.pages import Speech

router = page_router(PAGES, "/kpis")


class KpiPageNotFound(NotFound):
    """No such indicator."""


@router.get("")
def list_kpis_page(
    request: Request, session: SessionDep, actor: ActorDep, now: NowDep, territory: str = ""
) -> Response:
    """All indicators with today's values; each opens to its reasons."""
    speech = PAGES.speech(request)
    cycle = current_cycle(session, tenant=actor.tenant)
    place = _territory(actor, territory)
    at = queries.local_today(session, cycle)
    scope: dict[str, Any] = {"programme": cycle.programme, "cycle": cycle.cycle, "territory": place, "at": at}
    base = _base(request)
    rows = []
    for kpi in list_kpis():
        answer = answer_kpi(session, code=kpi.code, tenant=actor.tenant, **scope, by_actor=actor)
        shown = answer.unit == "share" and bool(answer.denominator)
        fraction = speech.t("nation.count_of", n=answer.numerator or 0, of=answer.denominator) if shown else "–"
        rows.append(
            {
                "code": kpi.code,
                "name": speech.names(answer.names),
                "value": view.value_words(speech, answer),
                "fraction": fraction,
                "target": view.target_words(speech, answer.target) or "–",
                "href": f"{base}/kpis/{kpi.code}?{PAGES.query(territory=territory)}".rstrip("?"),
            }
        )
    age = max((each.age_seconds for each in list_sources(session)), default=None)
    page = {
        "rows": rows,
        "now": now,
        "age": age,
        "known_at": None,
        "parked": 0,
        "cycle": speech.names(cycle.names) or cycle.cycle,
        "scope": _place_words(session, speech, place),
    }
    return PAGES.render(
        request, "kpis/catalogue.html", actor=actor, place="kpis", title=str(speech.t("kpis.title")), page=page
    )


@router.get("/{code}")
def explain_kpi_page(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    code: str,
    territory: str = "",
    at: str = "",
    known_at: str = "",
) -> Response:
    """Why a number is what it is: fraction, counted and excluded rows with reasons, other days."""
    speech = PAGES.speech(request)
    kpi = next((each for each in list_kpis() if each.code == code), None)
    if kpi is None:
        raise KpiPageNotFound
    cycle = current_cycle(session, tenant=actor.tenant)
    today = queries.local_today(session, cycle)
    day, known, error = _days(speech, at, known_at, today, cycle)
    place = _territory(actor, territory)
    scope: dict[str, Any] = {"code": code, "tenant": actor.tenant, "programme": cycle.programme, "cycle": cycle.cycle}
    why = explain_kpi(session, **scope, territory=place, at=day, known_at=known, by_actor=actor)
    nation = answer_kpi(session, **scope, at=day, known_at=known, by_actor=actor) if place and actor.national else None
    keep = [("territory", territory)] if territory else []
    names = _names(session)
    page = view.why_page(speech, why, base=_base(request), places=names, nation=nation, keep=keep)
    page.now, page.form_error = now, error
    page.scope = speech.join([_place_words(session, speech, place), speech.date(day)])
    page.card = view.card(speech, kpi, why.answer)
    page.at_typed = at or speech.date(day)
    page.known_typed = known_at
    return PAGES.render(
        request, "kpis/why.html", actor=actor, place="kpis", title=f"{page.question} {page.name}", page=page
    )


def _base(request: Request) -> str:
    return str(request.scope.get("root_path", "")).rstrip("/")


def _territory(actor: Actor, asked: str) -> str | None:
    if actor.national:
        return asked or None
    return actor.province


def _days(speech: Speech, at: str, known_at: str, today: date, cycle: CycleView) -> tuple[date, datetime | None, str]:
    """The days asked for; one that cannot be read is said in words and today is shown."""
    try:
        day = read_day(at, near=today) if at.strip() else today
        if not known_at.strip():
            return day, None, ""
        end = datetime.combine(read_day(known_at, near=today) + timedelta(days=1), time(), zone(cycle.tz))
        return day, end.astimezone(UTC) - timedelta(milliseconds=1), ""
    except BlankNotRead as error:
        return today, None, speech.words.t(speech.lang, f"field.{error.code}", **error.params)


def _names(session: Any) -> dict[str, Any]:
    return dict(queries.province_names(session))


def _place_words(session: Any, speech: Speech, place: str | None) -> str:
    if place is None:
        return str(speech.t("kpis.nation"))
    return speech.names(_names(session).get(place)) or place
