"""HTML door of pairings: the list, and one pairing with both parties equal and the seam of what happened."""

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
    take_step,
    thing_page,
)
from services.registry.face import PAGES
from services.registry.partnership.pairings import queries
from services.registry.partnership.pairings.forms import propose_step, steps_of
from services.registry.partnership.pairings.lifecycle import State
from services.registry.partnership.pairings.models import Pairing
from services.registry.partnership.pairings.view import agency_of, health_of, school_of, story_of
from shared.kernel.auth import Actor
from shared.kernel.http import ActorDep, NowDep, SessionDep
from shared.web.doors import page_router
from shared.web.forms import FormDep
from shared.web.pages import Speech

router = page_router(PAGES, "/pairings")
SHAPES = {
    "proposed": "ring",
    "invited": "wait",
    "accepted": "half",
    "declined": "missed",
    "established": "done",
    "suspended": "wait",
    "dissolved": "waived",
    "completed": "done",
    "voided": "waived",
}
OFFICER = ("province_officer",)
ANSWERERS = ("province_officer", "agency_manager", "agency_contact")
PAIRABLE = ("selected", "appointed", "established")
ALL = 200


@router.get("")
def list_pairings_page(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    state: str = "",
    province: str = "",
    after: Annotated[UUID | None, Query()] = None,
) -> Response:
    """The pairings within reach, school and agency side by side."""
    speech = PAGES.speech(request)
    found = queries.list_pairings(
        session, by=actor, state=state or None, province=province or None, after=after, limit=PAGE
    )
    linked = sum(1 for each in found[:PAGE] if each.state == State.ESTABLISHED)
    states = [(each.value, str(speech.t(f"pairing.state.{each.value}"))) for each in State]
    return list_page(
        request,
        actor,
        place="pairings",
        now=now,
        title=speech.t("nav.pairings"),
        path="/pairings",
        sentence=speech.t("pairing.sentence", n=linked, of=len(found[:PAGE]))
        if found
        else speech.t("pairing.sentence_none"),
        filters=[{"name": "state", "label": speech.t("list.state"), "options": states, "chosen": {"state": state}}],
        columns=[
            Cell(speech.t(f"pairing.col.{name}")) for name in ("school", "agency", "proposed", "established", "state")
        ],
        rows=[_row(request, speech, each) for each in found[:PAGE]],
        next=next_page(request, found),
        empty=(speech.t("pairing.empty"), speech.t("pairing.empty_more")),
        create=("/pairings/new", speech.t("pairing.new")) if actor.has(*OFFICER) else None,
    )


@router.get("/new")
def new_pairing_page(request: Request, session: SessionDep, actor: ActorDep, now: NowDep) -> Response:
    """The form that proposes a pairing."""
    return _new(request, session, actor, now, None)


@router.post("/create")
def propose_pairing_page(
    request: Request, session: SessionDep, actor: ActorDep, now: NowDep, form: FormDep
) -> Response:
    """Propose a pairing; the one in the way is linked."""
    speech = PAGES.speech(request)
    made = take_step(session, speech, [propose_step(session, speech, actor)], "create", form, by=actor, now=now)
    if isinstance(made, Failed):
        return _new(request, session, actor, now, made)
    return back_to(request, f"/pairings/{made.id}", "propose")


@router.get("/{pairing_id}")
def get_pairing_page(request: Request, session: SessionDep, actor: ActorDep, now: NowDep, pairing_id: UUID) -> Response:
    """One pairing: both parties, health, seam time line, open steps."""
    return _page(request, session, actor, now, queries.get_pairing(session, pairing_id, by=actor), None)


@router.post("/{pairing_id}/{action}")
def act_on_pairing_page(
    request: Request, session: SessionDep, actor: ActorDep, now: NowDep, pairing_id: UUID, action: str, form: FormDep
) -> Response:
    """Take a step; a refusal is shown in place."""
    pairing = queries.get_pairing(session, pairing_id, by=actor)
    speech = PAGES.speech(request)
    made = take_step(session, speech, steps_of(session, speech, pairing, actor), action, form, by=actor, now=now)
    if isinstance(made, Failed):
        return _page(request, session, actor, now, queries.get_pairing(session, pairing_id, by=actor), made)
    return back_to(request, f"/pairings/{pairing_id}", action)


def _row(request: Request, speech: Speech, each: Pairing) -> list[Any]:
    return [
        link_to(request, f"/pairings/{each.id}", speech.names(each.school_names)),
        speech.names(each.agency_names),
        speech.date(each.proposed_on, year=False),
        speech.date(each.established_on, year=False),
        state_tag(speech, "pairing", each.state, SHAPES[each.state]),
    ]


def _new(request: Request, session: Session, actor: Actor, now: datetime, failed: Failed | None) -> Response:
    speech = PAGES.speech(request)
    title = str(speech.t("pairing.new"))
    return create_page(
        request,
        actor,
        place="pairings",
        noun="pairing",
        now=now,
        step=propose_step(session, speech, actor),
        path="/pairings",
        title=title,
        lead=str(speech.t("pairing.new_lead")),
        failed=failed,
        crumbs=[(str(speech.t("nav.pairings")), f"{base_of(request)}/pairings"), (title, "")],
    )


def _page(
    request: Request, session: Session, actor: Actor, now: datetime, pairing: Pairing, failed: Failed | None
) -> Response:
    speech = PAGES.speech(request)
    story = story_of(session, speech, pairing, actor)
    title = f"{speech.names(pairing.school_names)} – {speech.names(pairing.agency_names)}"
    return thing_page(
        request,
        actor,
        place="pairings",
        noun="pairing",
        now=now,
        steps=steps_of(session, speech, pairing, actor),
        path=f"/pairings/{pairing.id}",
        version=pairing.version,
        failed=failed,
        template="pairings/pairing.html",
        title=title,
        tag=state_tag(speech, "pairing", pairing.state, SHAPES[pairing.state]),
        since=speech.date(pairing.established_on) if pairing.established_on else "",
        crumbs=[(speech.t("nav.pairings"), f"{base_of(request)}/pairings"), (title, "")],
        school=school_of(session, speech, pairing, actor, now.date()),
        agency=agency_of(session, speech, pairing, actor, now.date()),
        story=story,
        health=health_of(speech, pairing, story, now.date()),
        reason=pairing.reason,
    )
