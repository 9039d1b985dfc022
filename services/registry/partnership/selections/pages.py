"""HTML door of province plans with the agencies they selected: gauges, the four launch steps, the open steps."""

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from services.registry.desk import (
    Cell,
    Failed,
    back_to,
    base_of,
    create_page,
    link_to,
    list_page,
    state_tag,
    table_of,
    take_step,
    thing_page,
    today_of,
)
from services.registry.face import PAGES
from services.registry.partnership.province_plans import queries
from services.registry.partnership.quotas.queries import list_exceptions, slots_of
from services.registry.partnership.selections.forms import start_step, steps_of
from services.registry.partnership.selections.queries import list_selections
from services.registry.programme.cycles.queries import rules_of
from services.registry.register.territories.queries import list_provinces
from shared.kernel.auth import Actor
from shared.kernel.http import ActorDep, NowDep, SessionDep, offices_and_schools
from shared.web.doors import page_router
from shared.web.forms import FormDep
from shared.web.pages import Speech

router = page_router(PAGES, "/province-plans", doors=[offices_and_schools])
SHAPES = {"not_started": "ring", "preparing": "half", "running": "done", "closed": "waived"}
OFFICER = ("province_officer",)
HQ = ("hq_officer",)
FIGURES = {"secretariat": "K-01", "linked_agency": "K-03"}
ALL = 200


@router.get("")
def list_plans_page(
    request: Request, session: SessionDep, actor: ActorDep, now: NowDep, province: str = ""
) -> Response:
    """All plans for headquarters; a province goes straight to its own."""
    speech = PAGES.speech(request)
    found = queries.list_plans(session, by=actor, province=province or None, limit=ALL)
    if len(found) == 1 and (province or not actor.national):
        return RedirectResponse(f"{base_of(request)}/province-plans/{found[0].id}", status_code=303)
    names = {each.code: each.names for each in list_provinces(session, tenant=actor.tenant)}
    today = today_of(now)
    rows = [_row(request, session, speech, each, names, today) for each in found]
    may_start = actor.has("province_officer", "hq_officer")
    return list_page(
        request,
        actor,
        place="provinces" if actor.national else "province",
        now=now,
        title=speech.t("nav.provinces"),
        path="/province-plans",
        sentence=speech.t("plan.sentence", count=len(found)) if found else speech.t("plan.sentence_none"),
        columns=[
            Cell(speech.t(f"plan.col.{name}")) for name in ("province", "secretariats", "agencies", "steps", "state")
        ],
        rows=rows,
        empty=(speech.t("plan.empty"), speech.t("plan.empty_more")),
        create=("/province-plans/new", speech.t("plan.new")) if may_start else None,
    )


@router.get("/new")
def new_plan_page(request: Request, session: SessionDep, actor: ActorDep, now: NowDep) -> Response:
    """The form that starts a plan."""
    return _new(request, session, actor, now, None)


@router.post("/create")
def start_plan_page(request: Request, session: SessionDep, actor: ActorDep, now: NowDep, form: FormDep) -> Response:
    """Start a province's plan."""
    speech = PAGES.speech(request)
    made = take_step(session, speech, [start_step(session, speech, actor)], "create", form, by=actor, now=now)
    if isinstance(made, Failed):
        return _new(request, session, actor, now, made)
    return back_to(request, f"/province-plans/{made.id}", "start")


@router.get("/{plan_id}")
def get_plan_page(request: Request, session: SessionDep, actor: ActorDep, now: NowDep, plan_id: UUID) -> Response:
    """One plan with its gauges, steps and selected agencies."""
    return _page(request, session, actor, now, queries.get_plan(session, plan_id, by=actor), None)


@router.post("/{plan_id}/{action}")
def act_on_plan_page(
    request: Request, session: SessionDep, actor: ActorDep, now: NowDep, plan_id: UUID, action: str, form: FormDep
) -> Response:
    """Take a step; a refusal is shown in place."""
    plan = queries.get_plan(session, plan_id, by=actor)
    speech = PAGES.speech(request)
    made = take_step(session, speech, steps_of(session, speech, plan, actor), action, form, by=actor, now=now)
    if isinstance(made, Failed):
        return _page(request, session, actor, now, queries.get_plan(session, plan_id, by=actor), made)
    return back_to(request, f"/province-plans/{plan_id}", action)


def _row(
    request: Request, session: Session, speech: Speech, plan: Any, names: dict[str, Any], today: date
) -> list[Any]:
    slots = {each.subject: each for each in slots_of(session, plan.id, today)}
    steps = queries.steps_of(session, plan)

    def held(subject: str) -> Any:
        slot = slots.get(subject)
        return speech.t("plan.held", n=slot.established, min=slot.min, max=slot.max) if slot else "–"

    breached = any(each.breached for each in slots.values())
    tag = (
        {"shape": "late", "words": speech.t("plan.low")}
        if breached
        else state_tag(speech, "plan", plan.state, SHAPES[plan.state])
    )
    done = sum(1 for each in steps.values() if each is not None)
    return [
        link_to(request, f"/province-plans/{plan.id}", speech.names(names.get(plan.province)) or plan.province),
        held("secretariat"),
        held("linked_agency"),
        speech.t("plan.steps_done", n=done, of=len(steps)),
        tag,
    ]


def _new(request: Request, session: Session, actor: Actor, now: datetime, failed: Failed | None) -> Response:
    speech = PAGES.speech(request)
    title = str(speech.t("plan.new"))
    return create_page(
        request,
        actor,
        place="provinces" if actor.national else "province",
        noun="plan",
        now=now,
        title=title,
        step=start_step(session, speech, actor),
        path="/province-plans",
        failed=failed,
        crumbs=[(str(speech.t("nav.provinces")), f"{base_of(request)}/province-plans"), (title, "")],
    )


def gauges_of(session: Session, speech: Speech, plan: Any, today: date) -> list[SimpleNamespace]:
    """Each quota of a plan as a gauge with its words."""
    excepted = {each.quota_id for each in list_exceptions(session, plan.id) if each.from_on <= today <= each.until_on}
    rules = rules_of(session, tenant=plan.tenant, programme=plan.programme, cycle=plan.cycle)
    usual = {each.id: each for each in rules.quotas}
    gauges = []
    for each in sorted(slots_of(session, plan.id, today), key=lambda slot: slot.subject != "secretariat"):
        exception = each.quota_id in excepted
        key = "exception" if exception else "low" if each.established < each.min else "within"
        normal = usual.get(each.quota_id)
        gauges.append(
            SimpleNamespace(
                title=speech.t(f"plan.subject.{each.subject}"),
                held=each.established,
                used=each.used,
                minimum=normal.min if normal else each.min,
                maximum=max(each.max, normal.max if normal else each.max),
                exception=exception,
                breached=each.breached,
                code=FIGURES.get(each.subject, "K-01"),
                words=speech.t(f"plan.gauge.{key}", held=each.established, min=each.min, max=each.max, used=each.used),
            )
        )
    return gauges


def _launch_steps(session: Session, speech: Speech, plan: Any, today: date) -> list[SimpleNamespace]:
    """T1 to T4 with the day each was completed, or its deadline."""
    return [
        SimpleNamespace(
            shape="done" if day else "late" if today > plan.launch_to else "ring",
            code=code,
            words=speech.t(f"plan.step.{code}"),
            when=speech.date(day) if day else speech.t("plan.until", day=plan.launch_to),
        )
        for code, day in queries.steps_of(session, plan).items()
    ]


def _selections(request: Request, session: Session, speech: Speech, plan: Any, actor: Actor) -> list[list[Any]]:
    """The agencies of the plan with slot and pairing."""
    return [
        [
            speech.names(each.agency_names),
            speech.num(each.slot_no),
            link_to(request, f"/pairings/{each.pairing_id}", speech.t("plan.has_pairing")) if each.pairing_id else "–",
            {
                "shape": "done" if each.state == "selected" else "waived",
                "words": speech.t(f"selection.state.{each.state}"),
            },
        ]
        for each in list_selections(session, plan_id=plan.id, by=actor, limit=ALL)
    ]


def _page(
    request: Request, session: Session, actor: Actor, now: datetime, plan: Any, failed: Failed | None
) -> Response:
    speech = PAGES.speech(request)
    today = today_of(now)
    names = {each.code: each.names for each in list_provinces(session, tenant=actor.tenant)}
    title = speech.names(names.get(plan.province)) or plan.province
    gauges = gauges_of(session, speech, plan, today)
    steps = _launch_steps(session, speech, plan, today)
    selections = _selections(request, session, speech, plan, actor)
    low = next((each for each in gauges if each.breached), None)
    lead = speech.t("plan.lead_low", held=low.held, min=low.minimum) if low else speech.t("plan.lead_within")
    columns = [speech.t(f"plan.selection.{name}") for name in ("agency", "slot", "pairing", "state")]
    return thing_page(
        request,
        actor,
        place="provinces" if actor.national else "province",
        noun="plan",
        now=now,
        template="plans/plan.html",
        steps=steps_of(session, speech, plan, actor),
        path=f"/province-plans/{plan.id}",
        version=plan.version,
        failed=failed,
        title=title,
        lead=lead,
        tag=state_tag(speech, "plan", plan.state, SHAPES[plan.state]),
        gauges=gauges,
        launch=steps,
        facts=[
            (speech.t("label.started_on"), speech.date(plan.started_on)),
            (speech.t("label.launched_on"), speech.date(plan.launched_on)),
        ],
        crumbs=[(speech.t("nav.provinces"), f"{base_of(request)}/province-plans"), (title, "")],
        province=plan.province,
        tables=[table_of(speech.t("plan.selection.title"), columns, selections, speech.t("plan.selection.none"))],
    )
