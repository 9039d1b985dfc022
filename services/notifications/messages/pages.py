"""HTML door of the delivery ledger: the watched numbers, every planned message with its state, and its preview."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Annotated, Any
from uuid import UUID

from fastapi import FastAPI, Query, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from services.notifications.face import PAGES
from services.notifications.messages import commands, queries, view
from services.notifications.messages.desk import desk_of
from services.notifications.messages.lifecycle import DELIVERY, Action, State
from services.notifications.messages.models import Delivery
from services.notifications.messages.preview import preview_of
from services.notifications.messages.queries import DeliveryFilter
from shared.kernel.auth import Actor
from shared.kernel.cursors import count_parked
from shared.kernel.http import ActorDep, NowDep, RoleMissing, SessionDep
from shared.web.doors import Trouble, open_doors, page_router
from shared.web.forms import FormDep, attempt

router = page_router(PAGES)
PAGE = 50
DAY = timedelta(days=1)
RESENDERS = ("hq_officer", "tenant_administrator", "operator")


def setup(app: FastAPI) -> None:
    """Static files, language and theme choices, and problems as pages."""
    open_doors(app, PAGES)


@router.get("/")
def home_page(request: Request) -> Response:
    """The ledger is the home of this service."""
    return RedirectResponse(f"{_base(request)}/deliveries", status_code=303)


@router.get("/deliveries")
def list_deliveries_page(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    state: str = "",
    channel: str = "",
    rule: str = "",
    after: Annotated[UUID | None, Query()] = None,
) -> Response:
    """Sentence, five numbers, what is unknown, where everything ended, and the ledger itself."""
    speech = PAGES.speech(request)
    numbers = queries.count_numbers(session, by=actor, now=now)
    parked = count_parked(session, reader="notifications", province=actor.province)
    known = state if state in view.SHAPES else None
    wanted = DeliveryFilter(rule=rule or None, channel=channel or None, state=known)
    found = queries.list_deliveries(session, by=actor, filters=wanted, limit=PAGE, after=after)
    chosen = {"state": state, "channel": channel, "rule": rule}
    doubtful = queries.list_deliveries(session, by=actor, filters=DeliveryFilter(state="unknown"), limit=20)
    states = queries.count_by_state(session, by=actor, since=now - 3650 * DAY)
    page = SimpleNamespace(
        now=now,
        sentence=view.sentence_of(speech, numbers, parked, _base(request)),
        numbers=view.numbers_of(speech, numbers, parked),
        unknown=[view.line_of(session, speech, each) for each in doubtful[:20]],
        rows=[view.line_of(session, speech, each) for each in found[:PAGE]],
        states=view.states_of(speech, states),
        held=view.held_of(states),
        chosen=chosen,
        **view.options_of(speech),
        next=f"?{PAGES.query(**chosen, after=found[PAGE - 1].id)}" if len(found) > PAGE else None,
        may_resend=actor.has(*RESENDERS),
    )
    flash = {"words": speech.t("deliveries.resent"), "bad": False} if request.query_params.get("done") else None
    title = str(speech.t("deliveries.title"))
    shown: dict[str, Any] = {"place": "messages", "title": title, "page": page, "flash": flash}
    return PAGES.render(request, "deliveries/ledger.html", actor=actor, **shown)


@router.get("/deliveries/{delivery_id}")
def get_delivery_page(
    request: Request, session: SessionDep, actor: ActorDep, now: NowDep, delivery_id: UUID
) -> Response:
    """One message as it is sent, with its parts, its state and its history."""
    delivery = queries.get_delivery(session, delivery_id, by=actor)
    return _page(request, session, actor, now, delivery, None, "")


@router.post("/deliveries/{delivery_id}/resend")
def resend_delivery_page(
    request: Request, session: SessionDep, actor: ActorDep, now: NowDep, delivery_id: UUID, form: FormDep
) -> Response:
    """Send again what is unknown, failed or too late; the reason is kept."""
    if not actor.has(*RESENDERS):
        raise RoleMissing
    speech = PAGES.speech(request)
    delivery = queries.get_delivery(session, delivery_id, by=actor)

    def run() -> Delivery:
        return commands.resend_delivery(
            session, delivery_id=delivery_id, expected=form.version or 0, reason=form.line("reason"), by=actor, now=now
        )

    made = attempt(session, speech, run)
    if isinstance(made, Trouble):
        session.refresh(delivery)
        return _page(request, session, actor, now, delivery, made, form.get("reason"))
    return RedirectResponse(f"{_base(request)}/deliveries?done=resend", status_code=303)


def _base(request: Request) -> str:
    return str(request.scope.get("root_path", "")).rstrip("/")


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    now: datetime,
    delivery: Delivery,
    trouble: Trouble | None,
    typed: str,
) -> Response:
    speech = PAGES.speech(request)
    line = view.line_of(session, speech, delivery)
    preview = preview_of(session, delivery, desk=desk_of(request.app.state.settings), now=now)
    resendable = Action.RESEND in DELIVERY.open(State(delivery.state)) and actor.has(*RESENDERS)
    facts = view.facts_of(speech, delivery, line, preview.cost_rial)
    notes = view.notes_of(session, speech, delivery)
    page = SimpleNamespace(
        now=now,
        line=line,
        preview=preview,
        facts=facts,
        notes=notes,
        resendable=resendable,
        trouble=trouble,
        typed=typed,
        version=delivery.version,
        id=delivery.id,
        lang=delivery.language,
    )
    return PAGES.render(
        request,
        "deliveries/message.html",
        status=422 if trouble else 200,
        actor=actor,
        place="messages",
        title=preview.subject or str(line.title),
        page=page,
    )
