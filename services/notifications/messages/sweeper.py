"""One turn of the sweeper: ends lost leases, bounds waiting, asks gateways about doubt, and sends what is due.

It needs neither Celery nor Redis: with both away mail still flows.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, sessionmaker

from services.notifications.channels.channel import Report
from services.notifications.channels.sms_http import SmsLine
from services.notifications.messages import claims, commands, queries
from services.notifications.messages.claims import Claim
from services.notifications.messages.delivery import Breaker, deliver_due, tell
from services.notifications.messages.desk import desk_of
from services.notifications.messages.letters import Desk
from services.notifications.messages.lifecycle import DELIVERY, Action, State
from services.notifications.messages.models import Delivery, DeliveryNote
from services.notifications.messages.settling import doubt, settle
from services.notifications.notices.definition import ChannelName, DeliveryClass
from shared.kernel.clock import business_now, known_tenants, machine_now
from shared.kernel.tenancy import enter
from shared.kernel.tracing import in_trace

if TYPE_CHECKING:
    from services.notifications.settings import NotificationsSettings

ASK_AGAIN = timedelta(minutes=5)
REPEAT_AFTER = timedelta(minutes=15)
BREAKER = Breaker()
"""One per process: a provider that is away is away for all tenants."""


def sweep(sessions: sessionmaker[Session], settings: "NotificationsSettings") -> int:
    """Everything that is due now, once; returns how many deliveries were touched."""
    with sessions.begin() as session:
        tenants = [tenant for tenant in known_tenants(session) if _busy(session, tenant)]
    if not tenants:
        return 0
    desk = desk_of(settings)
    touched = sum(tidy(sessions, desk, tenant) for tenant in tenants)
    return touched + deliver_due(sessions, desk, BREAKER)


def _busy(session: Session, tenant: str) -> bool:
    enter(session, tenant=tenant, province="*")
    return queries.has_work(session, tenant=tenant, now=business_now(session))


def tidy(sessions: sessionmaker[Session], desk: Desk, tenant: str) -> int:
    """Lost leases, addresses that never came, channels that are off, and doubt that can be asked about."""
    with sessions.begin() as session:
        enter(session, tenant=tenant, province="*")
        now, machine = business_now(session), machine_now(session)
        touched = _end_leases(session, now, machine)
        touched += _bound_waiting(session, now)
        touched += _hold_closed_channels(session, desk, now)
        touched += _repeat_what_must_arrive(session, now, machine)
    return touched + _ask_about_doubt(sessions, desk, tenant)


def _end_leases(session: Session, now: datetime, machine: datetime) -> int:
    lost = claims.expired_leases(session)
    for delivery, claim in zip(lost, claims.claims_of(session, lost), strict=True):
        with in_trace(claim.traceparent):
            if delivery.state == State.DATA:
                doubt(session, delivery, now=now, machine=machine)
            else:
                delivery.state = DELIVERY.after(State(delivery.state), Action.RELEASE).value
                delivery.lease_until, delivery.reason = None, "retry"
            tell(delivery, claim)
    return len(lost)


def _bound_waiting(session: Session, now: datetime) -> int:
    statement = select(Delivery).where(
        Delivery.state == State.PLANNED,
        Delivery.reason == queries.WAITING,
        Delivery.planned_at < now - queries.WAIT_FOR_CONTACT,
    )
    late = list(session.scalars(statement.limit(200).with_for_update(skip_locked=True)))
    for delivery in late:
        commands.withhold(session, delivery, reason="no_contact", now=now)
    return len(late)


def _hold_closed_channels(session: Session, desk: Desk, now: datetime) -> int:
    statement = select(Delivery).where(
        Delivery.state == State.PLANNED, Delivery.not_before <= now, Delivery.channel.not_in(list(desk.channels))
    )
    closed = list(session.scalars(statement.limit(200).with_for_update(skip_locked=True)))
    for delivery in closed:
        commands.withhold(session, delivery, reason="channel_off", now=now)
    return len(closed)


def _repeat_what_must_arrive(session: Session, now: datetime, machine: datetime) -> int:
    """Safeguarding notices are repeated once, under the same Message-ID; everything else stays in doubt."""
    repeated = exists().where(DeliveryNote.delivery_id == Delivery.id, DeliveryNote.what == "repeated")
    statement = select(Delivery).where(
        Delivery.state == State.UNKNOWN,
        Delivery.delivery_class == DeliveryClass.MUST_ARRIVE.value,
        ~repeated,
        Delivery.doubted_at < machine - REPEAT_AFTER,
    )
    again = list(session.scalars(statement.limit(50).with_for_update(skip_locked=True)))
    for delivery in again:
        delivery.state = DELIVERY.after(State(delivery.state), Action.RELEASE).value
        delivery.reason, delivery.retry_at = "retry", None
        commands.note(session, delivery, what="repeated", at=now)
    return len(again)


def _ask_about_doubt(sessions: sessionmaker[Session], desk: Desk, tenant: str) -> int:
    """Text messages in doubt are looked up by our reference for a day."""
    channel = desk.channels.get(ChannelName.SMS)
    if channel is None:
        return 0
    doubtful = _doubtful(sessions, tenant)
    if not doubtful:
        return 0
    with channel.open() as line:
        if not isinstance(line, SmsLine):
            return 0
        for claim in doubtful:
            with in_trace(claim.traceparent):
                _learn(sessions, claim, line.look_up(str(claim.delivery_id)))
    return len(doubtful)


def _learn(sessions: sessionmaker[Session], claim: Claim, report: Report) -> None:
    with sessions.begin() as session:
        enter(session, tenant=claim.tenant, province="*")
        own = claims.own_for_settling(session, claim)
        if own is None or own[0].state != State.UNKNOWN:
            return
        delivery, machine = own
        settle(session, delivery, report, now=business_now(session), machine=machine)
    tell(delivery, claim)


def _doubtful(sessions: sessionmaker[Session], tenant: str) -> list[Claim]:
    with sessions.begin() as session:
        enter(session, tenant=tenant, province="*")
        machine = machine_now(session)
        statement = select(Delivery).where(
            Delivery.state == State.UNKNOWN,
            Delivery.channel == ChannelName.SMS.value,
            Delivery.retry_at <= machine,
            Delivery.doubted_at > machine - queries.ASK_FOR,
        )
        found = list(session.scalars(statement.limit(50).with_for_update(skip_locked=True)))
        for delivery in found:
            delivery.retry_at = machine + ASK_AGAIN
        return claims.claims_of(session, found)
