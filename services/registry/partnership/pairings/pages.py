"""HTML door of pairings: the list, and one pairing with both parties equal and the seam of what happened."""

from datetime import date, datetime
from types import SimpleNamespace
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy.orm import Session

from services.registry.desk import (
    PAGE,
    STORIES,
    Act,
    Blank,
    Cell,
    Failed,
    Happening,
    Step,
    back_to,
    base_of,
    create_page,
    link_to,
    list_page,
    next_page,
    state_tag,
    take_step,
    thing_page,
    uuid_of,
)
from services.registry.face import PAGES
from services.registry.governance.letters.queries import list_letters
from services.registry.partnership.pairings import commands, queries
from services.registry.partnership.pairings.lifecycle import PAIRING, State
from services.registry.partnership.pairings.models import Pairing
from services.registry.partnership.province_plans.queries import find_plan
from services.registry.partnership.secretariats.queries import list_secretariats
from services.registry.partnership.selections.queries import list_selections
from services.registry.programme.cycles.queries import open_cycles
from services.registry.register.agencies.queries import get_agency
from services.registry.register.people.queries import people_named
from services.registry.register.roles.queries import holders_of
from services.registry.register.schools.queries import get_school
from shared.kernel.auth import Actor
from shared.kernel.http import ActorDep, NowDep, SessionDep
from shared.kernel.problems import NotFound, Refusal, refuse
from shared.web.doors import page_router
from shared.web.forms import FormDep
from shared.web.pages import Speech

router = page_router(PAGES, "/pairings")
SHAPES = {
    "proposed": "ring", "invited": "wait", "accepted": "half", "declined": "missed", "established": "done",
    "suspended": "wait", "dissolved": "waived", "completed": "done", "voided": "waived",
}  # fmt: skip
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
        request, actor, place="pairings", now=now, title=speech.t("nav.pairings"), path="/pairings",
        sentence=speech.t("pairing.sentence", n=linked, of=len(found[:PAGE])) if found else speech.t("pairing.sentence_none"),
        filters=[{"name": "state", "label": speech.t("list.state"), "options": states, "chosen": {"state": state}}],
        columns=[Cell(speech.t(f"pairing.col.{name}")) for name in ("school", "agency", "proposed", "established", "state")],
        rows=[_row(request, speech, each) for each in found[:PAGE]], next=next_page(request, found),
        empty=(speech.t("pairing.empty"), speech.t("pairing.empty_more")),
        create=("/pairings/new", speech.t("pairing.new")) if actor.has(*OFFICER) else None,
    )  # fmt: skip


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
    made = take_step(session, speech, [_propose_step(session, speech, actor)], "create", form, by=actor, now=now)
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
    made = take_step(session, speech, _steps(session, speech, pairing, actor), action, form, by=actor, now=now)
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


def _propose_step(session: Session, speech: Speech, actor: Actor) -> Step:
    cycle = open_cycles(session, tenant=actor.tenant)[0]
    place = {"tenant": actor.tenant, "programme": cycle.programme, "cycle": cycle.cycle}
    plan = find_plan(session, **place, province=actor.province)
    open_ones = [each for each in queries.list_pairings(session, by=actor, cycle=cycle.cycle, limit=ALL)]
    busy = {
        each.secretariat_id
        for each in open_ones
        if each.state in ("proposed", "invited", "accepted", "established", "suspended")
    }
    schools = [
        (str(each.id), speech.names(each.school_names))
        for each in list_secretariats(session, by=actor, cycle=cycle.cycle, limit=ALL)
        if each.state in PAIRABLE and each.id not in busy
    ]
    agencies = [
        (str(each.agency_id), speech.names(each.agency_names))
        for each in (list_selections(session, plan_id=plan.id, by=actor, state="selected", limit=ALL) if plan else [])
    ]

    def run(act: Act) -> Any:
        secretariat, agency = uuid_of(act.filled.get("secretariat_id")), uuid_of(act.filled.get("agency_id"))
        pairs = (("secretariat_id", secretariat), ("agency_id", agency))
        refuse([Refusal("choice_needed", name) for name, value in pairs if value is None])
        assert secretariat is not None and agency is not None
        return commands.propose_pairing(
            act.session,
            secretariat_id=secretariat,
            agency_id=agency,
            proposed_on=act.day("proposed_on"),
            by=act.by,
            now=act.now,
        )

    blanks = [
        Blank("secretariat_id", "choice", options=schools),
        Blank("agency_id", "choice", options=agencies),
        Blank("proposed_on", "day", required=False),
    ]
    return Step("create", run, blanks, OFFICER)


def _steps(session: Session, speech: Speech, pairing: Pairing, actor: Actor) -> list[Step]:
    """The open steps, the next one first; an agency may only answer."""
    letters = [
        (str(each.id), f"{speech.digits(each.number or '')} – {each.subject}")
        for each in list_letters(session, by=actor, cycle=pairing.cycle, limit=ALL)
        if each.agency_id == pairing.agency_id and each.subject_code == "readiness" and each.state != "drafted"
    ]
    key = pairing.id
    reason, on = Blank("reason", "prose"), Blank("on", "day", required=False)
    known = {
        "invite": Step("invite", lambda act: _invite(act, key), [Blank("letter_id", "choice", options=letters), Blank("invited_on", "day", required=False)], OFFICER),
        "accept": Step("accept", lambda act: _answer(act, key, True), [Blank("number", required=False), Blank("answered_on", "day", required=False)], ANSWERERS),
        "decline": Step("decline", lambda act: _answer(act, key, False), [reason, Blank("answered_on", "day", required=False)], ANSWERERS, soft=True),
        "establish": Step("establish", lambda act: _establish(act, key), [Blank("established_on", "day", required=False)], OFFICER),
        "resume": Step("resume", lambda act: _reasoned(act, key, commands.resume_pairing), [reason, on], OFFICER),
        "suspend": Step("suspend", lambda act: _reasoned(act, key, commands.suspend_pairing), [reason, on], OFFICER, soft=True),
        "dissolve": Step("dissolve", lambda act: _reasoned(act, key, commands.dissolve_pairing), [reason, on], OFFICER, soft=True),
        "void": Step("void", lambda act: _void(act, key), [reason], OFFICER, soft=True),
    }  # fmt: skip
    opened = [str(each) for each in PAIRING.open(State(pairing.state))]
    return [known[each] for each in known if each in opened]


def _common(act: Act, pairing_id: UUID) -> dict[str, Any]:
    return {"pairing_id": pairing_id, "expected": act.filled.version, "by": act.by, "now": act.now}


def _invite(act: Act, pairing_id: UUID) -> Any:
    letter = uuid_of(act.filled.get("letter_id"))
    refuse([] if letter else [Refusal("choice_needed", "letter_id")])
    assert letter is not None
    return commands.invite_pairing(
        act.session, letter_id=letter, invited_on=act.day("invited_on"), **_common(act, pairing_id)
    )


def _answer(act: Act, pairing_id: UUID, accepted: bool) -> Any:
    given = {"answered_on": act.day("answered_on"), "number": act.filled.or_none("number")}
    if accepted:
        return commands.accept_pairing(act.session, **given, **_common(act, pairing_id))
    return commands.decline_pairing(act.session, reason=act.filled.prose("reason"), **given, **_common(act, pairing_id))


def _establish(act: Act, pairing_id: UUID) -> Any:
    return commands.establish_pairing(act.session, established_on=act.day("established_on"), **_common(act, pairing_id))


def _reasoned(act: Act, pairing_id: UUID, run: Any) -> Any:
    return run(act.session, reason=act.filled.prose("reason"), on=act.day("on"), **_common(act, pairing_id))


def _void(act: Act, pairing_id: UUID) -> Any:
    return commands.void_pairing(act.session, reason=act.filled.prose("reason"), **_common(act, pairing_id))


def _new(request: Request, session: Session, actor: Actor, now: datetime, failed: Failed | None) -> Response:
    speech = PAGES.speech(request)
    title = str(speech.t("pairing.new"))
    return create_page(
        request, actor, place="pairings", noun="pairing", now=now, step=_propose_step(session, speech, actor),
        path="/pairings", title=title, lead=str(speech.t("pairing.new_lead")), failed=failed,
        crumbs=[(str(speech.t("nav.pairings")), f"{base_of(request)}/pairings"), (title, "")],
    )  # fmt: skip


def _page(
    request: Request, session: Session, actor: Actor, now: datetime, pairing: Pairing, failed: Failed | None
) -> Response:
    speech = PAGES.speech(request)
    story = _story(session, speech, pairing, actor)
    title = f"{speech.names(pairing.school_names)} – {speech.names(pairing.agency_names)}"
    return thing_page(
        request, actor, place="pairings", noun="pairing", now=now, steps=_steps(session, speech, pairing, actor),
        path=f"/pairings/{pairing.id}", version=pairing.version, failed=failed, template="pairings/pairing.html", title=title,
        tag=state_tag(speech, "pairing", pairing.state, SHAPES[pairing.state]),
        since=speech.date(pairing.established_on) if pairing.established_on else "",
        crumbs=[(speech.t("nav.pairings"), f"{base_of(request)}/pairings"), (title, "")],
        school=_school(session, speech, pairing, actor, now.date()), agency=_agency(session, speech, pairing, actor, now.date()),
        story=story, health=_health(speech, pairing, story, now.date()), reason=pairing.reason,
    )  # fmt: skip


def _school(session: Session, speech: Speech, pairing: Pairing, actor: Actor, on: date) -> SimpleNamespace:
    lines: list[Any] = []
    try:
        school = get_school(session, school_id=pairing.school_id, by=actor)
        stages = [str(speech.t(f"stage.{each}")) for each in school.stages]
        pupils = str(speech.t("school.pupils", count=school.enrolment)) if school.enrolment else ""
        lines.append(
            " · ".join(
                part for part in (str(speech.t(f"gender.{school.gender}")), str(speech.join(stages)), pupils) if part
            )
        )
    except NotFound:
        lines.append("")
    holders = holders_of(session, tenant=actor.tenant, role="principal", on=on, organisation_id=pairing.school_id)
    lines.append(_contact(session, speech, actor, "role.principal", holders))
    return SimpleNamespace(role=speech.t("pairing.party.school"), name=speech.names(pairing.school_names), lines=lines)


def _agency(session: Session, speech: Speech, pairing: Pairing, actor: Actor, on: date) -> SimpleNamespace:
    lines: list[Any] = []
    try:
        agency = get_agency(session, agency_id=pairing.agency_id, by=actor)
        lines.append(f"{speech.t(f'sector.{agency.sector}')} · {speech.t(f'agency.kind.{agency.kind}')}")
    except NotFound:
        lines.append("")
    holders = holders_of(session, tenant=actor.tenant, role="agency_manager", on=on, organisation_id=pairing.agency_id)
    lines.append(_contact(session, speech, actor, "role.agency_manager", holders))
    return SimpleNamespace(role=speech.t("pairing.party.agency"), name=speech.names(pairing.agency_names), lines=lines)


def _contact(session: Session, speech: Speech, actor: Actor, role: str, holders: Any) -> str:
    names = people_named(session, person_ids=list(holders), tenant=actor.tenant)
    return f"{speech.t(role)}: {'، '.join(names.values()) if names else speech.t('pairing.nobody')}"


def _story(session: Session, speech: Speech, pairing: Pairing, actor: Actor) -> list[Happening]:
    """Newest first; what is still ahead stands on top."""
    known = (
        (pairing.proposed_on, "us", "proposed"),
        (pairing.invited_on, "us", "invited"),
        (pairing.answered_on, "them", "declined" if pairing.state == State.DECLINED else "accepted"),
        (pairing.established_on, "both", "established"),
        (pairing.ended_on if pairing.state != State.DECLINED else None, "both", "ended"),
    )
    story = [Happening(on, side, speech.t(f"pairing.story.{what}")) for on, side, what in known if on is not None]
    for add in STORIES["pairing"]:
        story += add(session, speech, pairing.id, actor)
    order = {"us": 0, "them": 1, "both": 2}
    return [
        each
        for _, each in sorted(
            enumerate(story), key=lambda pair: (pair[1].on, order[pair[1].side], pair[0]), reverse=True
        )
    ]


def _health(speech: Speech, pairing: Pairing, story: list[Happening], today: date) -> SimpleNamespace:
    """A word of judgement and its signals; never a score."""
    meetings = [
        each for each in story if each.side == "both" and each.shape in ("done", "half") and each.ahead is not None
    ]
    held = [each for each in story if each.shape == "done" and each.side == "both"][: len(meetings)]
    joint = max(0, len(held) - (1 if pairing.established_on else 0))
    ahead = any(each.ahead for each in story)
    established = pairing.state == State.ESTABLISHED
    signals = [
        (
            "done" if pairing.answered_on else "wait",
            speech.t("pairing.signal.answer"),
            speech.date(pairing.answered_on),
        ),
        ("done" if established else "ring", speech.t("pairing.signal.link"), speech.date(pairing.established_on)),
        (
            "done" if joint else "half" if ahead else "ring",
            speech.t("pairing.signal.meetings"),
            speech.t("pairing.signal.held", count=joint),
        ),
    ]
    word = "good" if established and (joint or ahead) else "new" if established else "coming"
    return SimpleNamespace(
        word=speech.t(f"pairing.health.{word}"), signals=signals, next=speech.t(f"pairing.next.{pairing.state}")
    )
