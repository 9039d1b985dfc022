"""HTML door of obligations: "my obligations", the home of every role below headquarters, and one obligation."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.orm import Session

from services.registry.desk import (
    Act,
    Blank,
    Failed,
    Step,
    back_to,
    base_of,
    take_step,
    thing_page,
    today_of,
)
from services.registry.duty.obligations import commands, queries, view
from services.registry.duty.obligations.lifecycle import State
from services.registry.duty.obligations.models import Obligation
from services.registry.face import PAGES
from services.registry.governance.directives.queries import list_copies, list_directives
from services.registry.governance.letters.queries import list_letters
from services.registry.partnership.pairings.queries import list_pairings
from services.registry.partnership.province_plans.queries import find_plan
from services.registry.partnership.selections.pages import gauges_of
from services.registry.programme.cycles.queries import open_cycles
from shared.kernel.auth import Actor
from shared.kernel.http import ActorDep, NowDep, SessionDep
from shared.kernel.problems import Refusal, refuse
from shared.web.doors import page_router
from shared.web.forms import FormDep
from shared.web.pages import Speech

router = page_router(PAGES)
ALL = 200


@router.get("/")
def list_obligations_page(request: Request, session: SessionDep, actor: ActorDep, now: NowDep) -> Response:
    """My obligations: the sentence, this fortnight, waiting on others, done; beside it the own quota at a glance."""
    speech, today = PAGES.speech(request), today_of(now)
    duties = queries.list_obligations(session, by=actor, mine=True, limit=ALL)
    soon, later, over = view.split(duties, today)
    rows = [_row(session, speech, each, actor, today) for each in soon]
    owed_days = [each.due_on for each in [*soon, *later]]
    page = SimpleNamespace(
        now=now,
        sentence=view.sentence(speech, rows, base_of(request)),
        soon=rows,
        later=[_row(session, speech, each, actor, today) for each in later[:6]],
        waiting=_waiting(session, speech, actor),
        done=[view.done_of(speech, each) for each in over],
        week=view.week_strip(speech, today, owed_days),
        gauges=_gauges(session, speech, actor, now),
        glance=_glance(session, speech, actor),
    )
    return PAGES.render(
        request, "home/home.html", actor=actor, place="duties", title=str(speech.t("nav.duties")), page=page
    )


@router.get("/obligations/{obligation_id}")
def get_obligation_page(
    request: Request, session: SessionDep, actor: ActorDep, now: NowDep, obligation_id: UUID
) -> Response:
    """One obligation: where it stands, what fulfils it, what the clock does next."""
    return _page(request, session, actor, now, queries.get_obligation(session, obligation_id, by=actor), None)


@router.post("/obligations/{obligation_id}/{action}")
def act_on_obligation_page(
    request: Request, session: SessionDep, actor: ActorDep, now: NowDep, obligation_id: UUID, action: str, form: FormDep
) -> Response:
    """Extend or waive; a refusal is shown in place."""
    duty = queries.get_obligation(session, obligation_id, by=actor)
    made = take_step(session, PAGES.speech(request), _steps(duty), action, form, by=actor, now=now)
    if isinstance(made, Failed):
        return _page(request, session, actor, now, queries.get_obligation(session, obligation_id, by=actor), made)
    return back_to(request, f"/obligations/{obligation_id}", action)


def _row(session: Session, speech: Speech, duty: Obligation, actor: Actor, today: Any) -> SimpleNamespace:
    may_act = actor.has("province_officer", "hq_officer")
    return view.row_of(speech, duty, today, ahead=queries.meeting_ahead(session, duty), may_act=may_act)


def _unacknowledged(session: Session, speech: Speech, actor: Actor) -> list[SimpleNamespace]:
    """Directives whose own copy waits for its acknowledgement."""
    rows = []
    for each in list_directives(session, by=actor, state="issued", limit=ALL):
        mine = [copy for copy in list_copies(session, each.id, by=actor) if copy.province == actor.province]
        if mine and mine[0].acknowledged_at is None:
            rows.append(
                SimpleNamespace(
                    day=speech.day_number(mine[0].acknowledge_by),
                    month="",
                    weekday=speech.weekday(mine[0].acknowledge_by),
                    title=speech.t("duty.wait.directive", title=speech.names(each.title)),
                    path=f"/directives/{each.id}",
                    due_on=speech.local(mine[0].acknowledge_by),
                    note=speech.iso(speech.digits(each.number)),
                    tag={"shape": "half", "words": speech.t("duty.for_you")},
                    action=speech.t("step.directive.acknowledge"),
                ),
            )
    return rows


def _waiting(session: Session, speech: Speech, actor: Actor) -> list[SimpleNamespace]:
    """What others owe: answers to letters and invitations."""
    letters = [
        each
        for each in list_letters(session, by=actor, limit=ALL)
        if each.state in ("sent", "unanswered") and each.expects_answer
    ]
    rows = [
        SimpleNamespace(
            day=speech.day_number(each.sent_on) if each.sent_on else "–",
            month="",
            weekday=speech.weekday(each.sent_on) if each.sent_on else "",
            title=speech.t("duty.wait.letter", subject=each.subject),
            path=f"/letters/{each.id}",
            due_on=each.sent_on,
            note=speech.join([speech.names(one.get("names")) for one in each.addressees]),
            tag={
                "shape": "late" if each.state == "unanswered" else "wait",
                "words": speech.t(f"letter.state.{each.state}"),
            },
            action=speech.t("duty.see"),
        )
        for each in letters[:5]
    ]
    return [*_unacknowledged(session, speech, actor), *rows]


def _gauges(session: Session, speech: Speech, actor: Actor, now: datetime) -> list[SimpleNamespace]:
    cycles = open_cycles(session, tenant=actor.tenant)
    if actor.national or not cycles:
        return []
    place = {"tenant": actor.tenant, "programme": cycles[0].programme, "cycle": cycles[0].cycle}
    plan = find_plan(session, **place, province=actor.province)
    return gauges_of(session, speech, plan, today_of(now)) if plan is not None else []


def _glance(session: Session, speech: Speech, actor: Actor) -> list[tuple[str, Any, Any]]:
    """Where the pairings stand, by state."""
    counts: dict[str, int] = {}
    for each in list_pairings(session, by=actor, limit=ALL):
        counts[each.state] = counts.get(each.state, 0) + 1
    order = (
        ("established", "done"),
        ("accepted", "half"),
        ("invited", "wait"),
        ("proposed", "ring"),
        ("declined", "missed"),
    )
    return [(shape, speech.t(f"pairing.state.{state}"), counts[state]) for state, shape in order if counts.get(state)]


def _steps(duty: Obligation) -> list[Step]:
    if duty.state not in (State.OPEN, State.OVERDUE):
        return []
    reason = Blank("reason", "prose")
    return [
        Step(
            "extend",
            lambda act: _extend(act, duty.id),
            [Blank("due_on", "day"), reason],
            ("hq_officer", "province_officer"),
            soft=True,
        ),
        Step("waive", lambda act: _waive(act, duty.id), [reason], ("hq_officer", "province_officer"), soft=True),
    ]


def _extend(act: Act, obligation_id: UUID) -> Any:
    due = act.day("due_on")
    refuse([] if due else [Refusal("day_needed", "due_on")])
    assert due is not None
    return commands.extend_obligation(
        act.session,
        obligation_id=obligation_id,
        due_on=due,
        reason=act.filled.prose("reason"),
        expected=act.filled.version,
        by=act.by,
        now=act.now,
    )


def _waive(act: Act, obligation_id: UUID) -> Any:
    return commands.waive_obligation(
        act.session,
        obligation_id=obligation_id,
        reason=act.filled.prose("reason"),
        expected=act.filled.version,
        by=act.by,
        now=act.now,
    )


def _page(
    request: Request, session: Session, actor: Actor, now: datetime, duty: Obligation, failed: Failed | None
) -> Response:
    speech = PAGES.speech(request)
    shape = {"fulfilled": "done", "waived": "waived", "missed": "missed", "overdue": "late"}.get(duty.state, "ring")
    facts = [
        (speech.t("duty.code"), speech.iso(duty.template)),
        (speech.t("duty.period"), speech.names(duty.period_label)),
        (speech.t("duty.due"), speech.date(duty.due_on, weekday=True)),
        (speech.t("duty.fulfilled_on"), speech.date(duty.fulfilled_on)),
        (speech.t("duty.next"), speech.moment(duty.next_at) if duty.next_at else "–"),
    ]
    past = [
        [speech.date(each.due_on), speech.moment(each.moved_at), each.reason]
        for each in queries.past_dues_of(session, duty)
    ]
    columns = [speech.t(f"duty.past.{name}") for name in ("due", "moved", "reason")]
    return thing_page(
        request,
        actor,
        place="duties",
        noun="duty",
        now=now,
        steps=_steps(duty),
        path=f"/obligations/{duty.id}",
        version=duty.version,
        failed=failed,
        title=speech.names(duty.title),
        facts=facts,
        tag={"shape": shape, "words": speech.t(f"duty.state.{duty.state}")},
        crumbs=[(speech.t("nav.duties"), f"{base_of(request)}/"), (speech.iso(duty.template), "")],
        tables=[{"title": speech.t("duty.past.title"), "note": "", "columns": columns, "rows": past, "empty": ""}]
        if past
        else [],
    )
