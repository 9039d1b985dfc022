"""HTML door of secretariats: the list, one secretariat from nomination to establishment, and a new nomination."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy.orm import Session

from services.registry.desk import (
    PAGE,
    Cell,
    Failed,
    back_to,
    base_of,
    create_page,
    link_to,
    list_page,
    next_page,
    state_tag,
    table_of,
    take_step,
    thing_page,
)
from services.registry.face import PAGES
from services.registry.partnership.secretariats import queries
from services.registry.partnership.secretariats.forms import nominate_step, steps_of
from services.registry.partnership.secretariats.lifecycle import State
from services.registry.partnership.secretariats.models import Secretariat
from services.registry.register.people.queries import people_named
from shared.kernel.auth import Actor
from shared.kernel.http import ActorDep, NowDep, SessionDep
from shared.web.doors import page_router
from shared.web.forms import FormDep
from shared.web.pages import Speech

router = page_router(PAGES, "/secretariats")
SHAPES = {
    "nominated": "ring",
    "assessed": "half",
    "not_selected": "waived",
    "selected": "half",
    "appointed": "half",
    "established": "done",
    "suspended": "wait",
    "revoked": "missed",
    "completed": "done",
}
OFFICER = ("province_officer",)
ALL = 200


@router.get("")
def list_secretariats_page(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    state: str = "",
    province: str = "",
    after: Annotated[UUID | None, Query()] = None,
) -> Response:
    """The schools on their way to be a secretariat, and those that are."""
    speech = PAGES.speech(request)
    found = queries.list_secretariats(
        session, by=actor, state=state or None, province=province or None, after=after, limit=PAGE
    )
    working = sum(1 for each in found if each.state == State.ESTABLISHED)
    states = [(each.value, str(speech.t(f"secretariat.state.{each.value}"))) for each in State]
    return list_page(
        request,
        actor,
        place="secretariats",
        now=now,
        title=speech.t("nav.secretariats"),
        path="/secretariats",
        sentence=speech.t("secretariat.sentence", n=working, of=len(found[:PAGE]))
        if found
        else speech.t("secretariat.sentence_none"),
        filters=[{"name": "state", "label": speech.t("list.state"), "options": states, "chosen": {"state": state}}],
        columns=[
            Cell(speech.t(f"secretariat.col.{name}"))
            for name in ("school", "nominated", "selected", "established", "state")
        ],
        rows=[_row(request, speech, each) for each in found[:PAGE]],
        next=next_page(request, found),
        empty=(speech.t("secretariat.empty"), speech.t("secretariat.empty_more")),
        create=("/secretariats/new", speech.t("secretariat.new")) if actor.has(*OFFICER) else None,
    )


@router.get("/new")
def new_secretariat_page(request: Request, session: SessionDep, actor: ActorDep, now: NowDep) -> Response:
    """The form that nominates a school."""
    return _new(request, session, actor, now, None)


@router.post("/create")
def nominate_secretariat_page(
    request: Request, session: SessionDep, actor: ActorDep, now: NowDep, form: FormDep
) -> Response:
    """Nominate a school."""
    speech = PAGES.speech(request)
    made = take_step(session, speech, [nominate_step(session, speech, actor)], "create", form, by=actor, now=now)
    if isinstance(made, Failed):
        return _new(request, session, actor, now, made)
    return back_to(request, f"/secretariats/{made.id}", "nominate")


@router.get("/{secretariat_id}")
def get_secretariat_page(
    request: Request, session: SessionDep, actor: ActorDep, now: NowDep, secretariat_id: UUID
) -> Response:
    """One secretariat with its letter, officers, duty sheet and open steps."""
    return _page(request, session, actor, now, queries.get_secretariat(session, secretariat_id, by=actor), None)


@router.post("/{secretariat_id}/{action}")
def act_on_secretariat_page(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    secretariat_id: UUID,
    action: str,
    form: FormDep,
) -> Response:
    """Take a step; a refusal is shown in place."""
    secretariat = queries.get_secretariat(session, secretariat_id, by=actor)
    speech = PAGES.speech(request)
    made = take_step(
        session, speech, steps_of(session, speech, secretariat, actor, now), action, form, by=actor, now=now
    )
    if isinstance(made, Failed):
        return _page(request, session, actor, now, queries.get_secretariat(session, secretariat_id, by=actor), made)
    return back_to(request, f"/secretariats/{secretariat_id}", action)


def _row(request: Request, speech: Speech, each: Secretariat) -> list[Any]:
    return [
        link_to(request, f"/secretariats/{each.id}", speech.names(each.school_names)),
        speech.date(each.nominated_on, year=False),
        speech.date(each.selected_on, year=False),
        speech.date(each.established_on, year=False),
        state_tag(speech, "secretariat", each.state, SHAPES[each.state]),
    ]


def _new(request: Request, session: Session, actor: Actor, now: datetime, failed: Failed | None) -> Response:
    speech = PAGES.speech(request)
    title = str(speech.t("secretariat.new"))
    return create_page(
        request,
        actor,
        place="secretariats",
        noun="secretariat",
        now=now,
        step=nominate_step(session, speech, actor),
        path="/secretariats",
        title=title,
        failed=failed,
        crumbs=[(str(speech.t("nav.secretariats")), f"{base_of(request)}/secretariats"), (title, "")],
    )


def _facts(session: Session, speech: Speech, secretariat: Secretariat, actor: Actor) -> list[tuple[Any, Any]]:
    """Its days, slot, letter and people."""
    officers = queries.officers_of(session, secretariat.id)
    wanted = [each.person_id for each in officers] + ([secretariat.principal_id] if secretariat.principal_id else [])
    known = people_named(session, person_ids=wanted, tenant=actor.tenant)
    names = {person: speech.digits(name) for person, name in known.items()}
    days = ("nominated_on", "assessed_on", "selected_on", "appointed_on", "established_on", "ended_on")
    facts = [
        (speech.t(f"label.{name}"), speech.date(getattr(secretariat, name)))
        for name in days
        if getattr(secretariat, name)
    ]
    if secretariat.slot_no:
        facts.append((speech.t("secretariat.slot"), speech.num(secretariat.slot_no)))
    if secretariat.appointment_number:
        facts.append((speech.t("secretariat.letter"), speech.iso(speech.digits(secretariat.appointment_number))))
    if secretariat.principal_id:
        facts.append((speech.t("role.principal"), names.get(secretariat.principal_id, "–")))
    if officers:
        facts.append(
            (speech.t("role.secretariat_officer"), speech.join([names.get(each.person_id, "–") for each in officers]))
        )
    if secretariat.reason:
        facts.append((speech.t("label.reason"), secretariat.reason))
    return facts


def _page(
    request: Request, session: Session, actor: Actor, now: datetime, secretariat: Secretariat, failed: Failed | None
) -> Response:
    speech = PAGES.speech(request)
    facts = _facts(session, speech, secretariat, actor)
    calendar = [
        [entry.get("title", ""), _typed_on(speech, entry.get("on", ""))] for entry in secretariat.action_calendar
    ]
    duties, entries = [[each] for each in secretariat.duty_sheet], ("label.calendar_title", "label.day")
    tables = [
        table_of(speech.t("label.duties"), [speech.t("label.duty")], duties),
        table_of(speech.t("secretariat.calendar"), [speech.t(each) for each in entries], calendar),
    ]
    return thing_page(
        request,
        actor,
        place="secretariats",
        noun="secretariat",
        now=now,
        steps=steps_of(session, speech, secretariat, actor, now),
        path=f"/secretariats/{secretariat.id}",
        version=secretariat.version,
        failed=failed,
        title=speech.names(secretariat.school_names),
        facts=facts,
        tables=[each for each in tables if each["rows"]],
        tag=state_tag(speech, "secretariat", secretariat.state, SHAPES[secretariat.state]),
        crumbs=[
            (speech.t("nav.secretariats"), f"{base_of(request)}/secretariats"),
            (speech.names(secretariat.school_names), ""),
        ],
    )


def _typed_on(speech: Speech, text: str) -> str:
    try:
        return speech.date(datetime.fromisoformat(text).date())
    except ValueError:
        return speech.digits(text)
