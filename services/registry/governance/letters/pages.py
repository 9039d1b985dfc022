"""HTML door of letters: the list, one letter with its answer, and a new draft."""

from datetime import datetime
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
from services.registry.governance.letters import commands, queries, schemas
from services.registry.governance.letters.lifecycle import LETTER, State
from services.registry.governance.letters.models import Letter
from services.registry.programme.cycles.queries import open_cycles
from services.registry.register.agencies.queries import list_agencies
from services.registry.register.territories.queries import list_provinces
from shared.kernel.auth import Actor
from shared.kernel.http import ActorDep, NowDep, SessionDep
from shared.web.doors import page_router
from shared.web.forms import FormDep
from shared.web.pages import Speech

router = page_router(PAGES, "/letters")
SHAPES = {"drafted": "ring", "sent": "wait", "answered": "done", "unanswered": "late"}
WRITERS = ("province_officer", "hq_officer")
ANSWERERS = ("province_officer", "agency_manager", "agency_contact")
ALL = 200


@router.get("")
def list_letters_page(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    state: str = "",
    after: Annotated[UUID | None, Query()] = None,
) -> Response:
    """The letters within reach; those without an answer are counted in the sentence."""
    speech = PAGES.speech(request)
    found = queries.list_letters(session, by=actor, state=state or None, after=after, limit=PAGE)
    silent = sum(1 for each in found if each.state == State.UNANSWERED)
    states = [(each.value, str(speech.t(f"letter.state.{each.value}"))) for each in State]
    return list_page(
        request,
        actor,
        place="papers",
        now=now,
        title=speech.t("letter.title"),
        path="/letters",
        sentence=speech.t("letter.sentence_silent", count=silent)
        if silent
        else speech.t("letter.sentence", count=len(found[:PAGE])),
        filters=[{"name": "state", "label": speech.t("list.state"), "options": states, "chosen": {"state": state}}],
        columns=[Cell(speech.t(f"letter.col.{name}")) for name in ("subject", "number", "to", "sent", "state")],
        rows=[_row(request, speech, each) for each in found[:PAGE]],
        next=next_page(request, found),
        empty=(speech.t("letter.empty"), speech.t("letter.empty_more")),
        create=("/letters/new", speech.t("letter.new")) if actor.has(*WRITERS) else None,
    )


@router.get("/new")
def new_letter_page(request: Request, session: SessionDep, actor: ActorDep, now: NowDep) -> Response:
    """The form of a new letter."""
    return _new(request, session, actor, now, None)


@router.post("/create")
def create_letter_page(request: Request, session: SessionDep, actor: ActorDep, now: NowDep, form: FormDep) -> Response:
    """Draft a letter."""
    speech = PAGES.speech(request)
    made = take_step(session, speech, [_draft_step(session, speech, actor)], "create", form, by=actor, now=now)
    if isinstance(made, Failed):
        return _new(request, session, actor, now, made)
    return back_to(request, f"/letters/{made.id}", "create")


@router.get("/{letter_id}")
def get_letter_page(request: Request, session: SessionDep, actor: ActorDep, now: NowDep, letter_id: UUID) -> Response:
    """One letter with its text and open steps."""
    return _page(request, session, actor, now, queries.get_letter(session, letter_id, by=actor), None)


@router.post("/{letter_id}/{action}")
def act_on_letter_page(
    request: Request, session: SessionDep, actor: ActorDep, now: NowDep, letter_id: UUID, action: str, form: FormDep
) -> Response:
    """Take a step; a refusal is shown in place."""
    letter = queries.get_letter(session, letter_id, by=actor)
    speech = PAGES.speech(request)
    made = take_step(session, speech, _steps(letter), action, form, by=actor, now=now)
    if isinstance(made, Failed):
        return _page(request, session, actor, now, queries.get_letter(session, letter_id, by=actor), made)
    return back_to(request, f"/letters/{letter_id}", action)


def _to(speech: Speech, letter: Letter) -> str:
    return str(speech.join([speech.names(each.get("names")) for each in letter.addressees]))


def _row(request: Request, speech: Speech, letter: Letter) -> list[Any]:
    number = speech.iso(speech.digits(letter.number)) if letter.number else "–"
    return [
        link_to(request, f"/letters/{letter.id}", letter.subject),
        number,
        _to(speech, letter),
        speech.date(letter.sent_on, year=False),
        _tag(speech, letter),
    ]


def _tag(speech: Speech, letter: Letter) -> dict[str, Any]:
    """How it stands; a letter nobody has to answer is simply sent."""
    if letter.state == State.SENT and not letter.expects_answer:
        return {"shape": "done", "words": speech.t("letter.only_sent")}
    return state_tag(speech, "letter", letter.state, SHAPES[letter.state])


def _draft_step(session: Session, speech: Speech, actor: Actor) -> Step:
    cycle = open_cycles(session, tenant=actor.tenant)[0]
    if actor.national:
        places = [(each.code, speech.names(each.names)) for each in list_provinces(session, tenant=actor.tenant)]
        receiver, codes = Blank("province", "choice", options=places), ("directive_notice", "other")
    else:
        agencies = [
            (str(each.id), speech.names(each.names)) for each in list_agencies(session, by=actor, limit=ALL)[:ALL]
        ]
        receiver, codes = Blank("agency_id", "choice", options=agencies), ("readiness", "other")

    def run(act: Act) -> Any:
        filled = act.filled
        body = schemas.LetterIn.model_validate(
            {
                "programme": cycle.programme,
                "cycle": cycle.cycle,
                "subject": filled.get("subject"),
                "province": filled.get("province") if actor.national else actor.province,
                "direction": "hq_to_province" if actor.national else "province_to_agency",
                "subject_code": filled.get("subject_code"),
                "body": filled.or_none("body"),
                "agency_id": None if actor.national else uuid_of(filled.get("agency_id")),
            }
        )
        values = body.model_dump(exclude={"id"}) | {"body": body.body or ""}
        return commands.draft_letter(act.session, **values, by=act.by, now=act.now)

    options = [(code, str(speech.t(f"letter.subject.{code}"))) for code in codes]
    blanks = [
        receiver,
        Blank("subject_code", "choice", options=options),
        Blank("subject"),
        Blank("body", "prose", required=False),
    ]
    return Step("create", run, blanks, WRITERS)


def _steps(letter: Letter) -> list[Step]:
    key = letter.id
    known = {
        "send": Step(
            "send",
            lambda act: _send(act, key),
            [Blank("number", required=False, hint="letter_number"), Blank("sent_on", "day", required=False)],
            WRITERS,
        ),
        "register_answer": Step(
            "answer",
            lambda act: _answer(act, key),
            [
                Blank("number", required=False),
                Blank("answered_on", "day", required=False),
                Blank("body", "prose", required=False),
            ],
            ANSWERERS,
        ),
        "revise": Step(
            "revise",
            lambda act: _revise(act, key),
            [Blank("subject"), Blank("body", "prose", required=False)],
            WRITERS,
            soft=True,
        ),
    }
    opened = [str(each) for each in LETTER.open(State(letter.state))]
    return [known[each] for each in known if each in opened and (each != "register_answer" or letter.expects_answer)]


def _common(act: Act, letter_id: UUID) -> dict[str, Any]:
    return {"letter_id": letter_id, "expected": act.filled.version, "by": act.by, "now": act.now}


def _send(act: Act, letter_id: UUID) -> Any:
    number = act.filled.line("number") if act.filled.get("number") else None
    return commands.send_letter(act.session, number=number, sent_on=act.day("sent_on"), **_common(act, letter_id))


def _answer(act: Act, letter_id: UUID) -> Any:
    number = act.filled.line("number") if act.filled.get("number") else None
    body = act.filled.prose("body") if act.filled.get("body") else ""
    return commands.register_answer(
        act.session, number=number, answered_on=act.day("answered_on"), body=body, **_common(act, letter_id)
    )


def _revise(act: Act, letter_id: UUID) -> Any:
    body = act.filled.prose("body") if act.filled.get("body") else ""
    return commands.revise_letter(act.session, subject=act.filled.line("subject"), body=body, **_common(act, letter_id))


def _new(request: Request, session: Session, actor: Actor, now: datetime, failed: Failed | None) -> Response:
    speech = PAGES.speech(request)
    title = str(speech.t("letter.new"))
    return create_page(
        request,
        actor,
        place="papers",
        noun="letter",
        now=now,
        step=_draft_step(session, speech, actor),
        path="/letters",
        title=title,
        failed=failed,
        crumbs=[(str(speech.t("letter.title")), f"{base_of(request)}/letters"), (title, "")],
    )


def _page(
    request: Request, session: Session, actor: Actor, now: datetime, letter: Letter, failed: Failed | None
) -> Response:
    speech = PAGES.speech(request)
    reply = queries.find_reply(session, letter)
    facts = [
        (speech.t("letter.col.number"), speech.iso(speech.digits(letter.number)) if letter.number else "–"),
        (speech.t("letter.from"), speech.names(letter.sender_names)),
        (speech.t("letter.col.to"), _to(speech, letter)),
        (speech.t("letter.col.sent"), speech.date(letter.sent_on)),
        (speech.t("letter.answered_on"), speech.date(letter.answered_on)),
    ]
    if reply is not None:
        facts.append((speech.t("letter.reply"), link_to(request, f"/letters/{reply.id}", reply.subject)))
    return thing_page(
        request,
        actor,
        place="papers",
        noun="letter",
        now=now,
        steps=_steps(letter),
        path=f"/letters/{letter.id}",
        version=letter.version,
        failed=failed,
        title=letter.subject,
        facts=facts,
        body=letter.body,
        tag=_tag(speech, letter),
        crumbs=[(speech.t("letter.title"), f"{base_of(request)}/letters"), (letter.subject, "")],
    )
