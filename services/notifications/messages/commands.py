"""Planning into rows, releasing what waited for an address, the tenant's switch, and sending again on purpose."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.notifications.contacts import queries as contacts
from services.notifications.messages import queries
from services.notifications.messages.lifecycle import DELIVERY, Action, State
from services.notifications.messages.models import Delivery, DeliveryNote, Happening, Item, Notification, Sending
from services.notifications.messages.told import Told
from services.notifications.notices.definition import ChannelName, Notice, Role, Urgency
from services.notifications.notices.planning import Locale, PlannedDelivery, PlannedItem, not_before, reachable
from shared.contracts.envelope import Envelope
from shared.kernel.auth import Actor
from shared.kernel.problems import Conflict, NotFound, expect
from shared.kernel.tracing import current_traceparent
from shared.values.ids import new_id

log = structlog.get_logger()


class NotResendable(Conflict):
    """Only a message that is unknown, failed or too late can be sent again."""


class ForeignTenant(NotFound):
    """No such organisation."""


def note_happening(session: Session, envelope: Envelope, *, event: str, qualifier: str = "") -> None:
    """Remember the newest event of a kind on a subject, for the stop conditions."""
    values = {
        "tenant": envelope.tenant,
        "programme": envelope.programme,
        "cycle": envelope.cycle,
        "province": envelope.province,
        "territory": envelope.territory,
        "event": event,
        "subject_id": envelope.subject,
        "qualifier": qualifier,
        "feedseq": envelope.feedseq,
    }
    keys = ["tenant", "event", "subject_id", "qualifier"]
    statement = insert(Happening).values(**values)
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_={"feedseq": envelope.feedseq}))


def keep_planned(
    session: Session, envelope: Envelope, notice: Notice, told: Told, planned: PlannedItem, *, now: datetime
) -> None:
    """Write one planned item: into an open message of the same bundle, or as a message of its own; never twice."""
    known = select(Item.id).where(Item.tenant == envelope.tenant, Item.once_key == planned.once_key)
    if session.scalar(known) is not None:
        return
    silent = all(each.suppressed for each in planned.deliveries)
    scope = _scope(envelope, told.province)
    joined = None if silent else _open_bundle(session, envelope.tenant, planned, now)
    message = joined or _new_message(session, scope, planned, now, silent)
    there = _channels_of(session, joined) if joined else set()
    session.add(_item(scope, message.id, envelope, told, planned))
    for each in planned.deliveries:
        if each.channel.value not in there:
            delivery = _delivery(session, scope, message, notice, told, planned, each, now)
            session.add(delivery)
            log.info("delivery.planned", state=delivery.state, reason=delivery.reason, **named(delivery))
    session.flush()


def named(delivery: Delivery) -> dict[str, str]:
    """What a line about a delivery says of it: its id, rule and channel."""
    return {"delivery": str(delivery.id), "rule": delivery.rule, "channel": delivery.channel}


def _channels_of(session: Session, message: Notification) -> set[str]:
    statement = select(Delivery.channel).where(
        Delivery.tenant == message.tenant, Delivery.notification_id == message.id
    )
    return set(session.scalars(statement))


def _scope(envelope: Envelope, province: str) -> dict[str, str]:
    territory = envelope.territory
    if province and province != envelope.province:
        # A national event told to a province: its row belongs to that province's ledger.
        territory = f"{province.partition('-')[0]}/{province}"
    return {
        "tenant": envelope.tenant,
        "programme": envelope.programme,
        "cycle": envelope.cycle,
        "province": province,
        "territory": territory,
    }


def _open_bundle(session: Session, tenant: str, planned: PlannedItem, now: datetime) -> Notification | None:
    statement = (
        select(Notification)
        .where(
            Notification.tenant == tenant,
            Notification.person_id == planned.person_id,
            Notification.bundle_key == planned.bundle_key,
            Notification.closes_at > now,
        )
        .order_by(Notification.opened_at.desc())
        .limit(1)
        .with_for_update()
    )
    return session.scalars(statement).first()


def _new_message(
    session: Session, scope: Mapping[str, str], planned: PlannedItem, now: datetime, silent: bool
) -> Notification:
    message = Notification(
        id=new_id(),
        rule=planned.message_rule,
        person_id=planned.person_id,
        role=planned.role.value,
        language=planned.language,
        urgency=planned.urgency.value,
        bundle_key=planned.once_key if silent else planned.bundle_key,
        opened_at=now,
        closes_at=now if silent else planned.closes_at,
        **scope,
    )
    session.add(message)
    session.flush()
    return message


def _item(scope: Mapping[str, str], message_id: UUID, envelope: Envelope, told: Told, planned: PlannedItem) -> Item:
    return Item(
        id=new_id(),
        notification_id=message_id,
        once_key=planned.once_key,
        rule=planned.rule,
        template=planned.template,
        event=told.matter.event,
        event_id=envelope.id,
        feedseq=envelope.feedseq,
        subject_type=told.matter.subject_type,
        subject_id=told.matter.subject_id,
        qualifier=told.matter.qualifier,
        step=planned.step,
        stops_on=list(planned.stops_on),
        facts=told.facts,
        recorded_at=envelope.time,
        traceparent=current_traceparent(),
        **scope,
    )


def _delivery(
    session: Session,
    scope: Mapping[str, str],
    message: Notification,
    notice: Notice,
    told: Told,
    planned: PlannedItem,
    each: PlannedDelivery,
    now: datetime,
) -> Delivery:
    return Delivery(
        id=new_id(),
        notification_id=message.id,
        person_id=planned.person_id,
        role=planned.role.value,
        channel=each.channel.value,
        rule=planned.message_rule,
        subject_type=told.matter.subject_type,
        subject_id=told.matter.subject_id,
        step=planned.step,
        language=planned.language,
        urgency=planned.urgency.value,
        delivery_class=notice.delivery_class.value,
        state=DELIVERY.start(Action.WITHHOLD if each.suppressed else Action.PLAN).value,
        reason=each.suppressed or _why_later(session, each, planned, message, now),
        planned_at=now,
        not_before=max(each.not_before, message.closes_at) if not each.suppressed else now,
        expires_at=planned.expires_at,
        reply="",
        **scope,
    )


def _why_later(
    session: Session, each: PlannedDelivery, planned: PlannedItem, message: Notification, now: datetime
) -> str | None:
    contact = contacts.get_contact(session, planned.person_id)
    if contact is None or not contact.arrived:
        return queries.WAITING
    if each.not_before > planned.closes_at:
        return "quiet_hours"
    if planned.message_rule != planned.rule:
        return "digest"
    return "bundling" if message.closes_at > now else None


def release_waiting(session: Session, *, person_id: UUID, now: datetime) -> None:
    """An address arrived (or the person was erased): what waited for it may leave, or is held for a reason."""
    contact = contacts.get_contact(session, person_id)
    waiting = select(Delivery).where(Delivery.person_id == person_id, Delivery.reason == queries.WAITING)
    for delivery in session.scalars(waiting.with_for_update()):
        recipient = contacts.as_recipient(person_id, contact, Role(delivery.role))
        locale = contacts.locale_of(session, delivery.tenant, delivery.programme, delivery.province)
        if recipient.erased or recipient.minor:
            withhold(session, delivery, reason="erased" if recipient.erased else "minor", now=now)
        elif reachable(recipient, ChannelName(delivery.channel)):
            delivery.reason = None
            delivery.language = recipient.language if recipient.language in locale.languages else delivery.language
            delivery.not_before = max(delivery.not_before, now)
            if delivery.channel == ChannelName.SMS:
                delivery.not_before = later(delivery, locale, now)
        else:
            withhold(session, delivery, reason="no_contact", now=now)
    session.flush()


def later(delivery: Delivery, locale: Locale, now: datetime) -> datetime:
    """When a text message of this urgency may leave from now on."""
    return not_before(ChannelName.SMS, Urgency(delivery.urgency), max(delivery.not_before, now), locale)


def withhold(session: Session, delivery: Delivery, *, reason: str, now: datetime) -> None:
    """Hold a delivery for good, visibly."""
    delivery.state = DELIVERY.after(State(delivery.state), Action.WITHHOLD).value
    delivery.reason, delivery.lease_until = reason, None
    note(session, delivery, what="withheld", at=now, detail=reason)


def note(session: Session, delivery: Delivery, *, what: str, at: datetime, detail: str = "") -> None:
    """Append to a delivery's history; the actor is the session's."""
    session.add(
        DeliveryNote(
            id=new_id(),
            tenant=delivery.tenant,
            programme=delivery.programme,
            cycle=delivery.cycle,
            province=delivery.province,
            territory=delivery.territory,
            delivery_id=delivery.id,
            at=at,
            what=what,
            by=dict(session.info.get("actor") or {"role": "system"}),
            detail=detail[:500],
        )
    )


def resend_delivery(
    session: Session, *, delivery_id: UUID, expected: int, reason: str, by: Actor, now: datetime
) -> Delivery:
    """Send an unknown, failed or late delivery again, with its old reference, and keep who wanted it and why."""
    delivery = queries.get_delivery(session, delivery_id, by=by)
    expect(delivery, expected)
    if Action.RESEND not in DELIVERY.open(State(delivery.state)):
        raise NotResendable
    delivery.state = DELIVERY.after(State(delivery.state), Action.RESEND).value
    delivery.reason = delivery.retry_at = delivery.expires_at = delivery.settled_at = None
    delivery.not_before, delivery.refusals = now, 0
    note(session, delivery, what="resend", at=now, detail=reason)
    log.info("delivery.resend_asked", by=by.principal, **named(delivery))
    session.flush()
    return delivery


def set_sending(session: Session, *, tenant: str, live: bool, reason: str, by: Actor, now: datetime) -> Sending:
    """Switch a tenant's messages on or off; what was planned while it was off stays held."""
    if tenant != by.tenant:
        raise ForeignTenant
    found: Sending | None = session.get(Sending, tenant, with_for_update=True)
    values: dict[str, Any] = {"live": live, "changed_at": now, "changed_by": by.wire, "reason": reason}
    if found is None:
        found = Sending(tenant=tenant, version=1, **values)
        session.add(found)
    elif found.live != live:
        for name, value in values.items():
            setattr(found, name, value)
        found.version += 1
    session.flush()
    return found
