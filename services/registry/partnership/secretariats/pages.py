"""HTML door of secretariats: the list, one secretariat from nomination to establishment, and a new nomination."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy.orm import Session

from services.registry.desk import (
    PAGE,
    Act,
    Blank,
    Cell,
    Failed,
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
from services.registry.partnership.secretariats import commands, queries
from services.registry.partnership.secretariats.lifecycle import State
from services.registry.partnership.secretariats.models import Secretariat
from services.registry.programme.cycles.queries import open_cycles, rules_of
from services.registry.programme.cycles.queries import rules_of
from services.registry.register.people.queries import people_named
from services.registry.register.roles.queries import holders_of
from services.registry.register.schools.queries import list_schools
from shared.kernel.auth import Actor
from shared.kernel.http import ActorDep, NowDep, SessionDep
from shared.kernel.problems import Refusal, refuse
from shared.values.texts import digits_to_ascii
from shared.web.doors import page_router
from shared.web.forms import FormDep
from shared.web.pages import Speech

router = page_router(PAGES, "/secretariats")
SHAPES = {
    "nominated": "ring", "assessed": "half", "not_selected": "waived", "selected": "half", "appointed": "half",
    "established": "done", "suspended": "wait", "revoked": "missed", "completed": "done",
}  # fmt: skip
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
        request, actor, place="secretariats", now=now, title=speech.t("nav.secretariats"), path="/secretariats",
        sentence=speech.t("secretariat.sentence", n=working, of=len(found[:PAGE])) if found else speech.t("secretariat.sentence_none"),
        filters=[{"name": "state", "label": speech.t("list.state"), "options": states, "chosen": {"state": state}}],
        columns=[Cell(speech.t(f"secretariat.col.{name}")) for name in ("school", "nominated", "selected", "established", "state")],
        rows=[_row(request, speech, each) for each in found[:PAGE]], next=next_page(request, found),
        empty=(speech.t("secretariat.empty"), speech.t("secretariat.empty_more")),
        create=("/secretariats/new", speech.t("secretariat.new")) if actor.has(*OFFICER) else None,
    )  # fmt: skip


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
    made = take_step(session, speech, [_nominate_step(session, speech, actor)], "create", form, by=actor, now=now)
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
    made = take_step(session, speech, _steps(session, speech, secretariat, actor, now), action, form, by=actor, now=now)
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


def _nominate_step(session: Session, speech: Speech, actor: Actor) -> Step:
    cycle = open_cycles(session, tenant=actor.tenant)[0]
    taken = {each.school_id for each in queries.list_secretariats(session, by=actor, cycle=cycle.cycle, limit=ALL)}
    schools = [each for each in list_schools(session, by=actor, limit=ALL) if each.id not in taken]

    def run(act: Act) -> Any:
        school = uuid_of(act.filled.get("school_id"))
        refuse([] if school else [Refusal("choice_needed", "school_id")])
        assert school is not None
        return commands.nominate_secretariat(
            act.session, programme=cycle.programme, cycle=cycle.cycle, school_id=school,
            nominated_on=act.day("nominated_on"), by=act.by, now=act.now,
        )  # fmt: skip

    options = sorted(((str(each.id), speech.names(each.names)) for each in schools), key=lambda pair: pair[1])
    return Step(
        "create",
        run,
        [Blank("school_id", "choice", options=options), Blank("nominated_on", "day", required=False)],
        OFFICER,
    )


def _steps(session: Session, speech: Speech, secretariat: Secretariat, actor: Actor, now: datetime) -> list[Step]:
    """The open steps, the next one first."""
    rules = rules_of(session, tenant=actor.tenant, programme=secretariat.programme, cycle=secretariat.cycle)
    checklist = [(item.code, speech.names(item.names)) for item in rules.checklist]
    duties = [(item.code, speech.names(item.names)) for item in rules.duty_sheet]
    here = {"organisation_id": secretariat.school_id, "tenant": actor.tenant, "on": now.date()}
    principals = _people(session, actor, holders_of(session, role="principal", **here))
    officers = _people(session, actor, holders_of(session, role="secretariat_officer", **here)) or principals
    key = secretariat.id

    def step(action: str, run: Any, *blanks: Blank, soft: bool = False) -> Step:
        return Step(action, lambda act: run(act, key), blanks, OFFICER, soft=soft)

    known = {
        "assess": step("assess", lambda act, id: _assess(act, id, checklist), Blank("checklist_items", "checks", options=checklist), Blank("score", required=False, hint="score"), Blank("assessed_on", "day", required=False)),
        "select": step("select", _select, Blank("decision_ref"), Blank("selected_on", "day", required=False)),
        "issue-appointment": step("issue-appointment", _appoint, Blank("person_id", "choice", options=principals), Blank("number"), Blank("letter_on", "day", required=False)),
        "establish": step("establish", lambda act, id: _establish(act, id, dict(duties)), Blank("officers", "checks", options=officers), Blank("duties", "checks", options=duties), Blank("calendar_title"), Blank("calendar_on", "day"), Blank("established_on", "day", required=False)),
        "pass-over": step("pass-over", lambda act, id: _reasoned(act, id, commands.pass_over_secretariat), Blank("reason", "prose"), soft=True),
        "suspend": step("suspend", lambda act, id: _reasoned(act, id, commands.suspend_secretariat), Blank("reason", "prose"), soft=True),
        "resume": step("resume", lambda act, id: _reasoned(act, id, commands.resume_secretariat), Blank("reason", "prose")),
        "revoke": step("revoke", lambda act, id: _reasoned(act, id, commands.revoke_secretariat), Blank("reason", "prose"), soft=True),
    }  # fmt: skip
    opened = queries.open_actions_of(secretariat)
    return [known[each] for each in known if each in opened]


def _people(session: Session, actor: Actor, ids: Sequence[UUID]) -> list[tuple[str, str]]:
    return [(str(key), name) for key, name in people_named(session, person_ids=list(ids), tenant=actor.tenant).items()]


def _common(act: Act, secretariat_id: UUID) -> dict[str, Any]:
    return {"secretariat_id": secretariat_id, "expected": act.filled.version, "by": act.by, "now": act.now}


def _assess(act: Act, secretariat_id: UUID, checklist: Sequence[tuple[str, str]]) -> Any:
    ticked = set(act.filled.lists.get("checklist_items", []))
    text = digits_to_ascii(act.filled.get("score")).replace("٫", ".")
    try:
        score = Decimal(text) if text else None
    except InvalidOperation:
        score = Decimal(-1)
    return commands.assess_secretariat(
        act.session, checklist={code: code in ticked for code, _ in checklist}, score=score,
        assessed_on=act.day("assessed_on"), **_common(act, secretariat_id),
    )  # fmt: skip


def _select(act: Act, secretariat_id: UUID) -> Any:
    return commands.select_secretariat(
        act.session, decision_ref=act.filled.line("decision_ref"), selected_on=act.day("selected_on"),
        **_common(act, secretariat_id),
    )  # fmt: skip


def _appoint(act: Act, secretariat_id: UUID) -> Any:
    person = uuid_of(act.filled.get("person_id"))
    refuse([] if person else [Refusal("choice_needed", "person_id")])
    assert person is not None
    return commands.issue_appointment_of_secretariat(
        act.session, person_id=person, number=act.filled.line("number"), letter_on=act.day("letter_on"),
        **_common(act, secretariat_id),
    )  # fmt: skip


def _establish(act: Act, secretariat_id: UUID, duties: dict[str, str]) -> Any:
    on = act.day("calendar_on")
    refuse([] if on else [Refusal("day_needed", "calendar_on")])
    assert on is not None
    return commands.establish_secretariat(
        act.session, officers=[UUID(each) for each in act.filled.lists.get("officers", []) if uuid_of(each)],
        duty_sheet=[duties[code] for code in act.filled.lists.get("duties", []) if code in duties],
        action_calendar=[{"on": on.isoformat(), "title": act.filled.line("calendar_title")}],
        established_on=act.day("established_on"), **_common(act, secretariat_id),
    )  # fmt: skip


def _reasoned(act: Act, secretariat_id: UUID, run: Any) -> Any:
    return run(act.session, reason=act.filled.prose("reason"), **_common(act, secretariat_id))


def _new(request: Request, session: Session, actor: Actor, now: datetime, failed: Failed | None) -> Response:
    speech = PAGES.speech(request)
    title = str(speech.t("secretariat.new"))
    return create_page(
        request, actor, place="secretariats", noun="secretariat", now=now, step=_nominate_step(session, speech, actor),
        path="/secretariats", title=title, failed=failed,
        crumbs=[(str(speech.t("nav.secretariats")), f"{base_of(request)}/secretariats"), (title, "")],
    )  # fmt: skip


def _page(
    request: Request, session: Session, actor: Actor, now: datetime, secretariat: Secretariat, failed: Failed | None
) -> Response:
    speech = PAGES.speech(request)
    officers = queries.officers_of(session, secretariat.id)
    wanted = [each.person_id for each in officers] + ([secretariat.principal_id] if secretariat.principal_id else [])
    names = people_named(session, person_ids=wanted, tenant=actor.tenant)
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
    calendar = [
        [entry.get("title", ""), _typed_on(speech, entry.get("on", ""))] for entry in secretariat.action_calendar
    ]
    tables = [
        {"title": speech.t("label.duties"), "note": "", "columns": [speech.t("label.duty")], "empty": "", "rows": [[each] for each in secretariat.duty_sheet]},
        {"title": speech.t("secretariat.calendar"), "note": "", "columns": [speech.t("label.calendar_title"), speech.t("label.day")], "empty": "", "rows": calendar},
    ]  # fmt: skip
    return thing_page(
        request, actor, place="secretariats", noun="secretariat", now=now, steps=_steps(session, speech, secretariat, actor, now),
        path=f"/secretariats/{secretariat.id}", version=secretariat.version, failed=failed,
        title=speech.names(secretariat.school_names), facts=facts, tables=[each for each in tables if each["rows"]],
        tag=state_tag(speech, "secretariat", secretariat.state, SHAPES[secretariat.state]),
        crumbs=[(speech.t("nav.secretariats"), f"{base_of(request)}/secretariats"), (speech.names(secretariat.school_names), "")],
    )  # fmt: skip


def _typed_on(speech: Speech, text: str) -> str:
    try:
        return speech.date(datetime.fromisoformat(text).date())
    except ValueError:
        return speech.digits(text)
