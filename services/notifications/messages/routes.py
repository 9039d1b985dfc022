"""The delivery ledger: what was planned, what became of it, why it has not left, and the tenant's switch."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import FastAPI, Query, Request, Response
from pydantic import AwareDatetime
from sqlalchemy.orm import Session

from services.notifications.contacts import queries as contacts
from services.notifications.messages import commands, queries
from services.notifications.messages.commands import ForeignTenant, NotResendable
from services.notifications.messages.desk import desk_of
from services.notifications.messages.lifecycle import State
from services.notifications.messages.models import Delivery
from services.notifications.messages.preview import preview_of
from services.notifications.messages.queries import DeliveryFilter, DeliveryNotFound
from services.notifications.messages.rendering import words
from services.notifications.messages.schemas import (
    DeliveryDetailOut,
    DeliveryOut,
    NoteOut,
    NumbersOut,
    PreviewOut,
    ResendIn,
    SendingIn,
    SendingOut,
)
from shared.kernel.http import ActorDep, IfMatchDep, LangDep, NowDep, SessionDep, answer, new_router, problems, require
from shared.kernel.pagination import LIMIT, MOST, CursorMalformed, Page, page, read_cursor
from shared.kernel.problems import Stale
from shared.kernel.wire import Code

router = new_router("deliveries")
tenants = new_router("tenants")

READERS = (
    "hq_officer", "hq_viewer", "legal_officer", "province_officer", "province_viewer", "district_officer", "principal",
    "secretariat_officer", "agency_manager", "agency_contact", "tenant_administrator",
)  # fmt: skip


@router.get("", responses=problems(CursorMalformed), dependencies=[require(*READERS)])
def list_deliveries(
    session: SessionDep,
    actor: ActorDep,
    language: LangDep,
    rule: Code | None = None,
    subject: UUID | None = None,
    person: UUID | None = None,
    channel: Code | None = None,
    state: State | None = None,
    step: Annotated[str | None, Query(max_length=80)] = None,
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
    after: Annotated[str | None, Query(max_length=40)] = None,
) -> Page[DeliveryOut]:
    """The ledger, newest first."""
    wanted = DeliveryFilter(rule, subject, person, channel, state, step, since, until)
    rows = queries.list_deliveries(session, by=actor, filters=wanted, limit=limit, after=read_cursor(after))
    return Page[DeliveryOut].model_validate(page(rows, limit, Ledger(session, rows, language)))


class Ledger:
    """Turns rows into lines with their items and names, two look-ups for a whole page."""

    def __init__(self, session: Session, rows: Any, language: str) -> None:
        self._language = language
        self._items = queries.list_items(session, [row.notification_id for row in rows])
        self._contacts = contacts.list_contacts(session, [row.person_id for row in rows])

    def __call__(self, delivery: Delivery) -> DeliveryOut:
        """One line."""
        return DeliveryOut.of(
            delivery,
            items=self._items[delivery.notification_id],
            contact=self._contacts.get(delivery.person_id),
            words=words(),
            language=self._language,
        )


@router.get("/numbers", dependencies=[require("hq_officer", "tenant_administrator", "province_officer")])
def count_numbers(session: SessionDep, actor: ActorDep, now: NowDep) -> NumbersOut:
    """The operator's numbers."""
    return NumbersOut.of(queries.count_numbers(session, by=actor, now=now))


@router.get("/{delivery_id}", responses=problems(DeliveryNotFound), dependencies=[require(*READERS)])
def get_delivery(
    delivery_id: UUID,
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    language: LangDep,
    response: Response,
) -> DeliveryDetailOut:
    """One delivery with its message and history."""
    delivery = queries.get_delivery(session, delivery_id, by=actor)
    answer(response, delivery)
    line = Ledger(session, [delivery], language)(delivery)
    return DeliveryDetailOut(
        **line.model_dump(),
        preview=_preview(request.app, session, delivery, now),
        history=[NoteOut.of(note) for note in queries.list_notes(session, delivery_id)],
    )


def _preview(app: FastAPI, session: Session, delivery: Delivery, now: datetime) -> PreviewOut:
    return PreviewOut.of(preview_of(session, delivery, desk=desk_of(app.state.settings), now=now))


@router.post(
    "/{delivery_id}/resend",
    responses=problems(DeliveryNotFound, NotResendable, Stale),
    dependencies=[require("hq_officer", "tenant_administrator")],
)
def resend_delivery(
    delivery_id: UUID,
    body: ResendIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    language: LangDep,
    if_match: IfMatchDep,
    response: Response,
) -> DeliveryOut:
    """Send again what is unknown, failed or too late; who wanted it and why is kept."""
    delivery = commands.resend_delivery(
        session, delivery_id=delivery_id, expected=if_match, reason=body.reason, by=actor, now=now
    )
    answer(response, delivery)
    return Ledger(session, [delivery], language)(delivery)


@tenants.get(
    "/{tenant}/sending", responses=problems(ForeignTenant), dependencies=[require("hq_officer", "tenant_administrator")]
)
def get_sending(tenant: Code, session: SessionDep, actor: ActorDep) -> SendingOut:
    """Whether messages of the tenant leave."""
    if tenant != actor.tenant:
        raise ForeignTenant
    return SendingOut.of(queries.get_sending(session, tenant), tenant)


@tenants.put(
    "/{tenant}/sending", responses=problems(ForeignTenant), dependencies=[require("hq_officer", "tenant_administrator")]
)
def set_sending(tenant: Code, body: SendingIn, session: SessionDep, actor: ActorDep, now: NowDep) -> SendingOut:
    """Switch the tenant's messages on or off."""
    sending = commands.set_sending(session, tenant=tenant, live=body.live, reason=body.reason, by=actor, now=now)
    return SendingOut.of(sending, tenant)


def setup(app: FastAPI) -> None:
    """Adds the tenants' switch beside the ledger."""
    app.include_router(tenants)
