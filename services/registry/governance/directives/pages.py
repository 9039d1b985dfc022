"""HTML door of directives: read, acknowledge, and headquarters' steps up to issuing."""

from collections.abc import Sequence
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
    table_of,
    take_step,
    thing_page,
)
from services.registry.face import PAGES
from services.registry.governance.directives import commands, queries, schemas
from services.registry.governance.directives.lifecycle import DIRECTIVE, CopyState, State
from services.registry.governance.directives.models import Directive, DirectiveCopy
from services.registry.programme.cycles.queries import open_cycles
from services.registry.register.territories.queries import list_provinces
from shared.kernel.auth import Actor
from shared.kernel.http import ActorDep, NowDep, SessionDep, offices_and_schools
from shared.web.doors import page_router
from shared.web.forms import FormDep
from shared.web.pages import Speech

router = page_router(PAGES, "/directives", doors=[offices_and_schools])
SHAPES = {"draft": "ring", "approved": "half", "issued": "done", "superseded": "waived", "revoked": "missed"}
HQ = ("hq_officer",)


@router.get("")
def list_directives_page(
    request: Request, session: SessionDep, actor: ActorDep, now: NowDep, after: Annotated[UUID | None, Query()] = None
) -> Response:
    """The directives a person may know, with the own acknowledgement for provinces."""
    speech = PAGES.speech(request)
    found = queries.list_directives(session, by=actor, after=after, limit=PAGE)
    rows = [_row(request, session, speech, each, actor) for each in found[:PAGE]]
    waiting = sum(
        1 for each in found if _own_copy(session, each, actor) is not None and not _acknowledged(session, each, actor)
    )
    return list_page(
        request,
        actor,
        place="papers",
        now=now,
        title=speech.t("nav.papers"),
        path="/directives",
        sentence=speech.t("directive.sentence_waiting", count=waiting)
        if waiting
        else speech.t("directive.sentence", count=len(rows)),
        columns=[
            Cell(speech.t(f"directive.col.{name}")) for name in ("title", "number", "issued", "acknowledged", "state")
        ],
        rows=rows,
        next=next_page(request, found),
        empty=(speech.t("directive.empty"), speech.t("directive.empty_more")),
        create=("/directives/new", speech.t("directive.new")) if actor.has(*HQ) else None,
    )


@router.get("/new")
def new_directive_page(request: Request, session: SessionDep, actor: ActorDep, now: NowDep) -> Response:
    """The form of a new directive."""
    return _new(request, session, actor, now, None)


@router.post("/create")
def create_directive_page(
    request: Request, session: SessionDep, actor: ActorDep, now: NowDep, form: FormDep
) -> Response:
    """Draft a directive."""
    speech = PAGES.speech(request)
    made = take_step(session, speech, [_draft_step(session, actor)], "create", form, by=actor, now=now)
    if isinstance(made, Failed):
        return _new(request, session, actor, now, made)
    return back_to(request, f"/directives/{made.id}", "create")


@router.get("/{directive_id}")
def get_directive_page(
    request: Request, session: SessionDep, actor: ActorDep, now: NowDep, directive_id: UUID
) -> Response:
    """One directive with its text, addressees and open steps."""
    return _page(request, session, actor, now, queries.get_directive(session, directive_id, by=actor), None)


@router.post("/{directive_id}/{action}")
def act_on_directive_page(
    request: Request, session: SessionDep, actor: ActorDep, now: NowDep, directive_id: UUID, action: str, form: FormDep
) -> Response:
    """Take a step; a refusal is shown in place."""
    directive = queries.get_directive(session, directive_id, by=actor)
    speech = PAGES.speech(request)
    steps = _steps(session, speech, directive, actor)
    made = take_step(session, speech, steps, action, form, by=actor, now=now)
    if isinstance(made, Failed):
        return _page(request, session, actor, now, queries.get_directive(session, directive_id, by=actor), made)
    return back_to(request, f"/directives/{directive_id}", action)


def _own_copy(session: Session, directive: Directive, actor: Actor) -> DirectiveCopy | None:
    if actor.national:
        return None
    copies = queries.list_copies(session, directive.id, by=actor)
    return next((each for each in copies if each.province == actor.province), None)


def _acknowledged(session: Session, directive: Directive, actor: Actor) -> bool:
    copy = _own_copy(session, directive, actor)
    return copy is not None and copy.state == CopyState.ACKNOWLEDGED


def _row(request: Request, session: Session, speech: Speech, directive: Directive, actor: Actor) -> list[Any]:
    copies = queries.list_copies(session, directive.id, by=actor)
    done = sum(1 for each in copies if each.acknowledged_at is not None)
    heard: Any = speech.t("directive.heard", n=done, of=len(copies)) if copies else "–"
    if not actor.national and copies:
        heard = {
            "shape": "done" if done else "half",
            "words": speech.t("directive.yes" if done else "directive.not_yet"),
        }
    return [
        link_to(request, f"/directives/{directive.id}", speech.names(directive.title)),
        speech.iso(speech.digits(directive.number)),
        speech.date(directive.issued_on),
        heard,
        state_tag(speech, "directive", directive.state, SHAPES[directive.state]),
    ]


def _steps(session: Session, speech: Speech, directive: Directive, actor: Actor) -> list[Step]:
    """The open steps: a province acknowledges its copy, headquarters does the rest."""
    if not actor.national:
        copy = _own_copy(session, directive, actor)
        waiting = copy is not None and copy.state != CopyState.ACKNOWLEDGED and directive.state == State.ISSUED
        return (
            [Step("acknowledge", lambda act: _acknowledge(act, directive.id), roles=("province_officer",))]
            if waiting
            else []
        )
    provinces = [(each.code, speech.names(each.names)) for each in list_provinces(session, tenant=actor.tenant)]
    known = {
        "comment": Step(
            "comment", lambda act: _comment(act, directive.id), [Blank("comment", "prose")], ("legal_officer", *HQ)
        ),
        "approve": Step("approve", lambda act: _approve(act, directive.id), roles=HQ),
        "issue": Step(
            "issue", lambda act: _issue(act, directive.id), [Blank("provinces", "checks", options=provinces)], HQ
        ),
        "revoke": Step("revoke", lambda act: _revoke(act, directive.id), [Blank("reason", "prose")], HQ, soft=True),
    }
    opened = [str(each) for each in DIRECTIVE.open(State(directive.state))]
    order = (
        ("approve", "comment", "issue", "revoke")
        if directive.legal_comment
        else ("comment", "approve", "issue", "revoke")
    )
    return [known[each] for each in order if each in opened]


def _acknowledge(act: Act, directive_id: UUID) -> Any:
    return commands.acknowledge_directive(act.session, directive_id=directive_id, by=act.by, now=act.now)


def _comment(act: Act, directive_id: UUID) -> Any:
    body = schemas.LegalCommentIn(comment=act.filled.get("comment"))
    return commands.comment_directive(
        act.session,
        directive_id=directive_id,
        comment=body.comment,
        expected=act.filled.version,
        by=act.by,
        now=act.now,
    )


def _approve(act: Act, directive_id: UUID) -> Any:
    return commands.approve_directive(
        act.session, directive_id=directive_id, expected=act.filled.version, by=act.by, now=act.now
    )


def _issue(act: Act, directive_id: UUID) -> Any:
    body = schemas.IssueIn(provinces=act.filled.lists.get("provinces", []))
    return commands.issue_directive(
        act.session,
        directive_id=directive_id,
        provinces=body.provinces,
        expected=act.filled.version,
        by=act.by,
        now=act.now,
    )


def _revoke(act: Act, directive_id: UUID) -> Any:
    body = schemas.RevokeIn(reason=act.filled.get("reason"))
    return commands.revoke_directive(
        act.session, directive_id=directive_id, reason=body.reason, expected=act.filled.version, by=act.by, now=act.now
    )


def _draft_step(session: Session, actor: Actor) -> Step:
    def run(act: Act) -> Any:
        cycle = open_cycles(session, tenant=actor.tenant)[0]
        body = schemas.DirectiveIn(
            programme=cycle.programme,
            cycle=cycle.cycle,
            number=act.filled.get("number"),
            title={"fa": act.filled.get("title")},
            body={"fa": act.filled.get("body")},
        )
        values = body.model_dump(exclude={"id"})
        return commands.draft_directive(act.session, **values, by=act.by, now=act.now)

    return Step("create", run, [Blank("number"), Blank("title"), Blank("body", "prose")], HQ)


def _new(request: Request, session: Session, actor: Actor, now: datetime, failed: Failed | None) -> Response:
    speech = PAGES.speech(request)
    base = base_of(request)
    return create_page(
        request,
        actor,
        place="papers",
        noun="directive",
        now=now,
        step=_draft_step(session, actor),
        path="/directives",
        title=str(speech.t("directive.new")),
        crumbs=[(str(speech.t("nav.papers")), f"{base}/directives"), (str(speech.t("directive.new")), "")],
        failed=failed,
    )


def _addressees(speech: Speech, copies: Sequence[DirectiveCopy], now: datetime) -> list[list[Any]]:
    """Each office with its last day and its acknowledgement."""
    return [
        [
            speech.names(each.office_names),
            speech.moment(each.acknowledge_by),
            {"shape": "done", "words": speech.moment(each.acknowledged_at)}
            if each.acknowledged_at
            else {"shape": "late" if each.acknowledge_by < now else "wait", "words": speech.t("directive.not_yet")},
        ]
        for each in copies
    ]


def _page(
    request: Request, session: Session, actor: Actor, now: datetime, directive: Directive, failed: Failed | None
) -> Response:
    speech = PAGES.speech(request)
    base = base_of(request)
    copies = queries.list_copies(session, directive.id, by=actor)
    rows = _addressees(speech, copies, now)
    facts = [
        (speech.t("directive.col.number"), speech.iso(speech.digits(directive.number))),
        (speech.t("directive.col.issued"), speech.moment(directive.issued_at)),
        (speech.t("directive.revision"), speech.num(directive.revision)),
    ]
    if actor.national and directive.legal_comment:
        facts.append((speech.t("label.comment"), directive.legal_comment))
    columns = [speech.t(f"directive.addressee.{name}") for name in ("office", "until", "state")]
    return thing_page(
        request,
        actor,
        place="papers",
        noun="directive",
        now=now,
        steps=_steps(session, speech, directive, actor),
        path=f"/directives/{directive.id}",
        version=directive.version,
        failed=failed,
        title=speech.names(directive.title),
        tag=state_tag(speech, "directive", directive.state, SHAPES[directive.state]),
        facts=facts,
        body=speech.names(directive.body),
        crumbs=[(speech.t("nav.papers"), f"{base}/directives"), (speech.iso(speech.digits(directive.number)), "")],
        tables=[table_of(speech.t("directive.addressees"), columns, rows, speech.t("directive.none"))],
    )
