"""HTML door of the nation: headquarters' home."""

from types import SimpleNamespace
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.responses import RedirectResponse

from services.reporting.face import PAGES
from services.reporting.kpis.queries import answer_kpi, current_cycle, list_sources
from services.reporting.nation import view
from services.reporting.nation.queries import NationToday, nation_today
from shared.kernel.http import ActorDep, NowDep, SessionDep
from shared.web.doors import open_doors, page_router
from shared.web.navigation import NATIONAL_ROLES
from shared.web.pages import Speech

router = page_router(PAGES)


def setup(app: FastAPI) -> None:
    """Static files, language and theme choices, and problems as pages."""
    open_doors(app, PAGES)


@router.get("/")
def nation_today_page(
    request: Request, session: SessionDep, actor: ActorDep, now: NowDep, measure: str = "K-01", province: str = ""
) -> Response:
    """Nation today: the sentence, the map, what needs a decision; other roles go to their own home."""
    if not actor.has(*NATIONAL_ROLES):
        return RedirectResponse("/notifications/deliveries" if actor.has("operator") else "/registry/", status_code=303)
    speech = PAGES.speech(request)
    cycle = current_cycle(session, tenant=actor.tenant)
    scope: dict[str, Any] = {"tenant": actor.tenant, "programme": cycle.programme, "cycle": cycle.cycle}
    today = nation_today(session, **scope)
    code = measure if measure in view.MEASURES else "K-01"
    splits: dict[str, Any] = {}
    if code not in view.BANDED:
        answer = answer_kpi(session, code=code, **scope, at=today.at, by=["prv"], by_actor=actor)
        splits = {str(each.by.get("prv")): each for each in answer.splits}
    base = str(request.scope.get("root_path", "")).rstrip("/")
    page = _page(speech, today, code, splits, base, province)
    page.now, page.age = now, max((each.age_seconds for each in list_sources(session)), default=None)
    return PAGES.render(
        request, "nation/nation.html", actor=actor, place="nation", title=str(speech.t("nation.title")), page=page
    )


def _rows(speech: Speech, today: NationToday, splits: dict[str, Any]) -> list[SimpleNamespace]:
    """The provinces as a table, those with a plan first."""
    provinces = today.provinces
    return [
        SimpleNamespace(
            code=each.code,
            names=each.names,
            secretariats=each.secretariats,
            agencies=each.agencies,
            value=speech.pct(splits[each.code].value) if each.code in splits else "–",
            tag=view.province_tag(speech, each),
        )
        for each in sorted(provinces, key=lambda each: (not each.has_plan, speech.names(each.names)))
    ]


def _measure(speech: Speech, today: NationToday, code: str) -> SimpleNamespace:
    """The measure the map shows."""
    national = next((each for each in today.gauges if each.code == code), None)
    return SimpleNamespace(
        code=code,
        title=speech.t(f"kpi.{code}.name"),
        short=speech.t(f"nation.measure.{code}"),
        national=view.figure(speech, national) if national else None,
        banded=code in view.BANDED,
        extra=code not in view.BANDED,
    )


def _page(
    speech: Speech, today: NationToday, code: str, splits: dict[str, Any], base: str, province: str
) -> SimpleNamespace:
    links = view.Links(base)
    provinces = today.provinces
    planned = [each for each in provinces if each.has_plan]
    selected = view.chosen(today, province)
    first = planned[0] if planned else provinces[0]
    rows = _rows(speech, today, splits)
    return SimpleNamespace(
        **_period(speech, today),
        known_at=today.known_at,
        parked=today.parked,
        sentence=view.sentence(speech, today, links),
        measure=_measure(speech, today, code),
        measures=[SimpleNamespace(code=each, words=speech.t(f"nation.measure.{each}")) for each in view.MEASURES],
        map=view.map_of(speech, today, code, splits, base),
        selected=view.selected_panel(speech, selected, code) if selected else None,
        minimum=first.minimum,
        maximum=first.maximum,
        below=sum(each.status == "below" for each in provinces),
        exceptions=sum(each.status == "exception" for each in provinces),
        no_plan=sum(not each.has_plan for each in provinces),
        attention=view.attention_rows(speech, today),
        attention_total=today.attention_total,
        histogram=[
            (each.agencies if code == "K-03" else each.secretariats, each.status == "exception") for each in planned
        ],
        meetings=view.meeting_bars(speech, today, links),
        duties=view.duty_bar(speech, today, links),
        trend=view.trend(speech, today.series),
        rows=rows,
    )


def _period(speech: Speech, today: NationToday) -> dict[str, Any]:
    period = today.period
    if period is None:
        return {"period_label": today.cycle.names, "period_days": "", "period_tag": None}
    shape = {"open": "half", "grace": "half", "closed": "done"}.get(period.state, "ring")
    tag = SimpleNamespace(shape=shape, words=speech.t(f"nation.period.{period.state}"))
    days = speech.daterange(period.from_on, period.to_on)
    return {"period_label": period.label, "period_days": days, "period_tag": tag}
