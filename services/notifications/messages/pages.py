"""HTML door of the delivery ledger: the watched numbers, every planned message with its state, and its preview."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Annotated, Any
from uuid import UUID

from fastapi import FastAPI, Query, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from services.notifications.contacts import queries as contacts
from services.notifications.face import PAGES
from services.notifications.messages import commands, queries
from services.notifications.messages.desk import desk_of
from services.notifications.messages.lifecycle import DELIVERY, Action, State
from services.notifications.messages.models import Delivery
from services.notifications.messages.preview import mask, preview_of
from services.notifications.messages.queries import DeliveryFilter
from services.notifications.notices.definition import catalogue
from shared.kernel.auth import Actor
from shared.kernel.cursors import count_parked
from shared.kernel.http import ActorDep, NowDep, RoleMissing, SessionDep
from shared.web.doors import Trouble, open_doors, page_router
from shared.web.forms import FormDep, attempt
from shared.web.pages import Speech

router = page_router(PAGES)
PAGE = 50
DAY = timedelta(days=1)
OLDEST_ALARM_S = 300
SHAPES = {
    "planned": "ring",
    "claimed": "half",
    "data": "half",
    "sent": "done",
    "unknown": "wait",
    "failed": "missed",
    "expired": "waived",
    "suppressed": "waived",
}
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
    known = state if state in SHAPES else None
    wanted = DeliveryFilter(rule=rule or None, channel=channel or None, state=known)
    found = queries.list_deliveries(session, by=actor, filters=wanted, limit=PAGE, after=after)
    doubtful = queries.list_deliveries(session, by=actor, filters=DeliveryFilter(state="unknown"), limit=20)
    states = queries.count_by_state(session, by=actor, since=now - 3650 * DAY)
    page = SimpleNamespace(
        now=now,
        sentence=_sentence(speech, numbers, parked, _base(request)),
        numbers=_numbers(speech, numbers, parked),
        unknown=[_line(session, speech, each) for each in doubtful[:20]],
        rows=[_line(session, speech, each) for each in found[:PAGE]],
        states=_states(speech, states),
        held=_held(states),
        chosen={"state": state, "channel": channel, "rule": rule},
        state_options=[(each, str(speech.t(f"delivery.state.{each}"))) for each in SHAPES],
        channel_options=[(each, str(speech.t(f"deliveries.channel.{each}"))) for each in ("email", "sms")],
        rule_options=[(code, f"{code} {speech.names(each.name)}") for code, each in catalogue().items()],
        next=f"?{PAGES.query(state=state, channel=channel, rule=rule, after=found[PAGE - 1].id)}"
        if len(found) > PAGE
        else None,
        may_resend=actor.has(*RESENDERS),
    )
    flash = {"words": speech.t("deliveries.resent"), "bad": False} if request.query_params.get("done") else None
    return PAGES.render(
        request,
        "deliveries/ledger.html",
        actor=actor,
        place="messages",
        title=str(speech.t("deliveries.title")),
        page=page,
        flash=flash,
    )


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


def _sentence(speech: Speech, numbers: Any, parked: int, base: str) -> Any:
    """What is not calm, in one sentence; if all is calm it says so."""
    worries = []
    if parked:
        worries.append(speech.t("deliveries.say.parked", count=parked))
    for name in ("unknown", "failed"):
        count = getattr(numbers, name)
        if count:
            worries.append(
                speech.t(f"deliveries.say.{name}", count=count, href=f"{base}/deliveries?state={name}#ledger")
            )
    if not worries:
        return speech.t("deliveries.say.calm", count=numbers.sent_24h)
    return (
        speech.t("deliveries.say.calm_of", n=5 - len(worries), of=5)
        + " "
        + speech.t("deliveries.say.and").join(worries)
        + "."
    )


def _numbers(speech: Speech, numbers: Any, parked: int) -> list[SimpleNamespace]:
    """The five numbers with their alarm in words."""
    rows = (
        (
            "oldest",
            numbers.oldest_due_seconds,
            numbers.oldest_due_seconds > OLDEST_ALARM_S,
            f"{speech.num(numbers.due)}",
        ),
        ("parked", parked, parked > 0, ""),
        ("unknown", numbers.unknown, numbers.unknown > 0, ""),
        ("failed", numbers.failed, numbers.failed > 0, ""),
        ("sent", numbers.sent_24h, False, ""),
    )
    return [
        SimpleNamespace(
            title=speech.t(f"deliveries.number.{name}"),
            value=speech.num(value),
            unit=speech.t(f"deliveries.unit.{name}"),
            alarm=speech.t(f"deliveries.alarm.{name}", extra=extra),
            tag={
                "shape": "late" if worry else "done",
                "words": speech.t("deliveries.look" if worry else "deliveries.calm"),
            },
        )
        for name, value, worry, extra in rows
    ]


def _states(speech: Speech, counts: dict[tuple[str, str], int]) -> list[SimpleNamespace]:
    return [
        SimpleNamespace(
            shape=shape,
            state=state,
            words=speech.t(f"delivery.state.{state}"),
            email=counts.get((state, "email"), 0),
            sms=counts.get((state, "sms"), 0),
        )
        for state, shape in SHAPES.items()
    ]


def _held(counts: dict[tuple[str, str], int]) -> int:
    return sum(count for (state, _), count in counts.items() if state == "suppressed")


def _line(session: Session, speech: Speech, delivery: Delivery) -> SimpleNamespace:
    """One line of the ledger."""
    contact = contacts.get_contact(session, delivery.person_id)
    notice = catalogue().get(delivery.rule)
    why = queries.why_not_sent(delivery)
    address = (contact.email if delivery.channel == "email" else contact.mobile) if contact else None
    when = delivery.sent_at or delivery.not_before
    return SimpleNamespace(
        id=delivery.id,
        rule=delivery.rule,
        title=speech.names(notice.name) if notice else delivery.rule,
        person=contact.display_name if contact else str(speech.t("deliveries.nobody")),
        role=speech.t(f"role.{delivery.role}") if speech.has(f"role.{delivery.role}") else delivery.role,
        address=mask(address),
        channel=delivery.channel,
        when=speech.moment(when),
        step=delivery.step,
        tag={"shape": SHAPES[delivery.state], "words": speech.t(f"delivery.state.{delivery.state}")},
        why=speech.t(why) if why else "",
        reply=delivery.reply,
        state=delivery.state,
        version=delivery.version,
    )


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
    line = _line(session, speech, delivery)
    preview = preview_of(session, delivery, desk=desk_of(request.app.state.settings), now=now)
    resendable = Action.RESEND in DELIVERY.open(State(delivery.state)) and actor.has(*RESENDERS)
    facts = [
        (speech.t("deliveries.fact.rule"), speech.iso(delivery.rule)),
        (speech.t("deliveries.fact.to"), f"{line.person} · {line.role}"),
        (speech.t("deliveries.fact.address"), speech.iso(line.address)),
        (speech.t("deliveries.fact.channel"), speech.t(f"deliveries.channel.{delivery.channel}")),
        (speech.t("deliveries.fact.planned"), speech.moment(delivery.planned_at)),
        (speech.t("deliveries.fact.not_before"), speech.moment(delivery.not_before)),
        (speech.t("deliveries.fact.sent"), speech.moment(delivery.sent_at)),
    ]
    if line.why:
        facts.append((speech.t("deliveries.why"), line.why))
    if delivery.channel == "sms" and preview.cost_rial is not None:
        facts.append((speech.t("deliveries.fact.cost"), speech.t("deliveries.rial", n=preview.cost_rial)))
    notes = [
        [
            speech.t(f"deliveries.note.{each.what}") if speech.has(f"deliveries.note.{each.what}") else each.what,
            speech.moment(each.at),
            each.detail,
        ]
        for each in queries.list_notes(session, delivery.id)
    ]
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
