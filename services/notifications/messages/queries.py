"""Questions about messages: what is planned, what became of it, and why it has not been sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from services.notifications.messages.lifecycle import OPEN, State
from services.notifications.messages.models import Delivery, DeliveryNote, Happening, Item, Notification, Sending
from shared.kernel.auth import Actor
from shared.kernel.clock import known_tenants
from shared.kernel.problems import NotFound
from shared.kernel.tenancy import enter, within

WAITING = "no_contact_yet"
WAIT_FOR_CONTACT = timedelta(hours=48)
ASK_FOR = timedelta(hours=24)
"""How long a gateway is asked about a text message in doubt."""
LOG_READERS = ("hq_officer", "province_officer", "district_officer", "tenant_administrator", "system")
"""Roles that read the log of their place; messages name people, so everybody else reads only their own."""


class DeliveryNotFound(NotFound):
    """No such message."""


@dataclass(frozen=True)
class DeliveryFilter:
    """Which deliveries to list; empty fields do not limit."""

    rule: str | None = None
    subject_id: UUID | None = None
    person_id: UUID | None = None
    channel: str | None = None
    state: str | None = None
    step: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Numbers:
    """The operator's numbers: what waits, what is held, what nobody knows, what failed, what left in a day."""

    due: int
    waiting: int
    held: int
    unknown: int
    failed: int
    sent_24h: int
    oldest_due_seconds: int


def list_deliveries(
    session: Session, *, by: Actor, filters: DeliveryFilter, limit: int, after: UUID | None = None
) -> Sequence[Delivery]:
    """Deliveries the actor may see, newest first; one more than `limit` says that there are more."""
    conditions = [_visible(by)]
    for column, wanted in (
        (Delivery.rule, filters.rule),
        (Delivery.subject_id, filters.subject_id),
        (Delivery.person_id, filters.person_id),
        (Delivery.channel, filters.channel),
        (Delivery.state, filters.state),
        (Delivery.step, filters.step),
    ):
        if wanted is not None:
            conditions.append(column == wanted)
    if filters.since is not None:
        conditions.append(Delivery.planned_at >= filters.since)
    if filters.until is not None:
        conditions.append(Delivery.planned_at < filters.until)
    if after is not None:
        conditions.append(Delivery.id < after)
    return session.scalars(select(Delivery).where(*conditions).order_by(Delivery.id.desc()).limit(limit + 1)).all()


def get_delivery(session: Session, delivery_id: UUID, *, by: Actor) -> Delivery:
    """One delivery; DeliveryNotFound when there is none or it is another province's."""
    found = session.scalars(select(Delivery).where(Delivery.id == delivery_id, _visible(by))).one_or_none()
    if found is None:
        raise DeliveryNotFound
    return found


def get_notification(session: Session, notification_id: UUID) -> Notification:
    """The message a delivery belongs to."""
    return session.scalars(select(Notification).where(Notification.id == notification_id)).one()


def list_items(session: Session, notification_ids: Sequence[UUID]) -> dict[UUID, list[Item]]:
    """Items of some messages, in the order they were said."""
    found: dict[UUID, list[Item]] = {each: [] for each in notification_ids}
    statement = select(Item).where(Item.notification_id.in_(notification_ids)).order_by(Item.recorded_at, Item.id)
    for item in session.scalars(statement):
        found[item.notification_id].append(item)
    return found


def list_traces(session: Session, notification_ids: Sequence[UUID]) -> dict[UUID, tuple[str, ...]]:
    """The traceparents of what some messages tell of, in the order it was said."""
    found: dict[UUID, dict[str, None]] = {each: {} for each in notification_ids}
    statement = (
        select(Item.notification_id, Item.traceparent)
        .where(Item.notification_id.in_(notification_ids), Item.traceparent.is_not(None))
        .order_by(Item.recorded_at, Item.id)
    )
    for message, traceparent in session.execute(statement):
        found[message].setdefault(str(traceparent))
    return {message: tuple(each) for message, each in found.items()}


def list_notes(session: Session, delivery_id: UUID) -> Sequence[DeliveryNote]:
    """The history of a delivery, oldest first."""
    statement = select(DeliveryNote).where(DeliveryNote.delivery_id == delivery_id)
    return session.scalars(statement.order_by(DeliveryNote.at, DeliveryNote.id)).all()


def why_not_sent(delivery: Delivery) -> str | None:
    """The key of the words that say why a delivery has not left; None when it has."""
    if delivery.state == State.SENT:
        return None
    fallback = {State.UNKNOWN: "doubt", State.FAILED: "refused", State.EXPIRED: "too_late"}
    reason = delivery.reason or fallback.get(State(delivery.state))
    return f"delivery.reason.{reason}" if reason else None


def stopping_event(session: Session, item: Item) -> str | None:
    """The later event that makes an item needless, None while it is still worth saying."""
    if not item.stops_on:
        return None
    statement = select(Happening.event).where(
        Happening.tenant == item.tenant,
        Happening.event.in_(item.stops_on),
        Happening.subject_id == item.subject_id,
        or_(Happening.qualifier == "", Happening.qualifier == item.qualifier),
        Happening.feedseq > item.feedseq,
    )
    return session.scalars(statement.limit(1)).first()


def is_live(session: Session, tenant: str) -> bool:
    """Whether messages of a tenant leave."""
    found = session.get(Sending, tenant)
    return found is not None and found.live


def get_sending(session: Session, tenant: str) -> Sending | None:
    """The switch of a tenant."""
    return session.get(Sending, tenant)


def count_numbers(session: Session, *, by: Actor, now: datetime) -> Numbers:
    """The operator's numbers for the actor's scope."""
    count = func.count()
    due = and_(Delivery.state.in_(OPEN), Delivery.not_before <= now, Delivery.reason.is_distinct_from(WAITING))
    row = session.execute(
        select(
            count.filter(due),
            count.filter(Delivery.state == State.PLANNED, Delivery.not_before > now),
            count.filter(Delivery.state == State.SUPPRESSED),
            count.filter(Delivery.state == State.UNKNOWN),
            count.filter(Delivery.state == State.FAILED),
            count.filter(Delivery.state == State.SENT, Delivery.sent_at > now - timedelta(days=1)),
            func.min(Delivery.not_before).filter(due),
        ).where(_visible(by))
    ).one()
    oldest = int((now - row[6]).total_seconds()) if row[6] else 0
    return Numbers(row[0], row[1], row[2], row[3], row[4], row[5], oldest)


def count_by_state(session: Session, *, by: Actor, since: datetime) -> dict[tuple[str, str], int]:
    """Deliveries planned since an instant by (state, channel): every planned message ends in one state."""
    statement = (
        select(Delivery.state, Delivery.channel, func.count())
        .where(_visible(by), Delivery.planned_at >= since)
        .group_by(Delivery.state, Delivery.channel)
    )
    return {(state, channel): count for state, channel, count in session.execute(statement)}


def unsent_due(session: Session, now: datetime) -> int:
    """Deliveries of all tenants whose business instant has come and that are still on their way."""
    statement = select(func.count()).where(
        Delivery.state.in_(OPEN), Delivery.not_before <= now, Delivery.reason.is_distinct_from(WAITING)
    )
    total = 0
    for tenant in known_tenants(session):
        enter(session, tenant=tenant, province="*")
        total += session.scalar(statement) or 0
    return total


def has_work(session: Session, *, tenant: str, now: datetime) -> bool:
    """Whether a turn of the sweeper would find anything at all for a tenant; one look instead of seven."""
    machine = func.clock_timestamp()
    ready = or_(Delivery.retry_at.is_(None), Delivery.retry_at <= machine)
    planned, waiting = Delivery.state == State.PLANNED, Delivery.reason.is_not_distinct_from(WAITING)
    askable = and_(Delivery.channel == "sms", Delivery.doubted_at > machine - ASK_FOR)
    repeatable = and_(Delivery.delivery_class == "must_arrive", Delivery.attempt == 1)
    reasons = or_(
        and_(planned, ~waiting, Delivery.not_before <= now, ready),
        and_(planned, waiting, Delivery.planned_at < now - WAIT_FOR_CONTACT),
        and_(Delivery.state.in_((State.CLAIMED, State.DATA)), Delivery.lease_until < machine),
        and_(Delivery.state == State.UNKNOWN, ready, or_(askable, repeatable)),
    )
    return bool(session.scalar(select(exists().where(Delivery.tenant == tenant, reasons))))


def next_due(session: Session) -> datetime | None:
    """The earliest business instant at which a planned delivery may leave, over all tenants."""
    statement = select(func.min(Delivery.not_before)).where(
        Delivery.state == State.PLANNED, Delivery.reason.is_distinct_from(WAITING)
    )
    instants = []
    for tenant in known_tenants(session):
        enter(session, tenant=tenant, province="*")
        at = session.scalar(statement)
        if at is not None:
            instants.append(at)
    return min(instants, default=None)


def _visible(by: Actor) -> ColumnElement[bool]:
    """First lock; who does not keep the log of a place sees only what was sent to themselves."""
    scope = within(Delivery, by)
    return scope if by.has(*LOG_READERS) else and_(scope, Delivery.person_id == by.person_id)
