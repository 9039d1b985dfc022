"""What became of a try: the row, its note and its event, in one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from services.notifications.channels.channel import Outcome, Report
from services.notifications.contacts import queries as contacts
from services.notifications.messages import commands, queries
from services.notifications.messages.lifecycle import DELIVERY, Action, State
from services.notifications.messages.models import Delivery, Item
from services.notifications.notices.definition import ChannelName, Role
from services.notifications.notices.planning import reachable
from shared.contracts.notification import (
    DeliveryFact,
    NotificationEvent,
    NotificationFailed,
    NotificationSent,
    NotificationUnknown,
)
from shared.kernel.outbox import emit

BACKOFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4))
AWAY = timedelta(seconds=5)
MOST_REFUSALS = 8


def hold_back(session: Session, delivery: Delivery, items: Sequence[Item], *, now: datetime) -> bool:
    """Whether a claimed delivery need not be sent after all: stopped, too late, switched off, or nobody to send to."""
    if delivery.expires_at is not None and delivery.expires_at <= now:
        delivery.state = DELIVERY.after(State(delivery.state), Action.EXPIRE).value
        delivery.reason, delivery.lease_until = "too_late", None
        commands.note(session, delivery, what="expired", at=now)
        return True
    reason = _reason_to_hold(session, delivery, items)
    if reason is not None:
        commands.withhold(session, delivery, reason=reason, now=now)
    return reason is not None


def _reason_to_hold(session: Session, delivery: Delivery, items: Sequence[Item]) -> str | None:
    if not queries.is_live(session, delivery.tenant):
        return "tenant_not_live"
    person = contacts.as_recipient(
        delivery.person_id, contacts.get_contact(session, delivery.person_id), Role(delivery.role)
    )
    if person.erased or person.minor:
        return "erased" if person.erased else "minor"
    if not reachable(person, ChannelName(delivery.channel)):
        return "no_contact"
    for item in items:
        item.stopped = item.stopped or queries.stopping_event(session, item)
    return "stopped" if all(item.stopped for item in items) else None


def settle(session: Session, delivery: Delivery, report: Report, *, now: datetime, machine: datetime) -> None:
    """Write down the outcome of one try; `now` is business time, `machine` the database's clock."""
    delivery.reply, delivery.lease_until = report.reply, None
    delivery.provider_ref = report.reference or delivery.provider_ref
    if report.outcome is Outcome.SENT:
        _finish(session, delivery, Action.ACCEPT, now)
        delivery.sent_at, delivery.reason = now, None
        _say(session, delivery, NotificationSent, now)
    elif report.outcome is Outcome.UNKNOWN:
        _doubt(session, delivery, now, machine)
    elif report.outcome is Outcome.FAILED or (report.reached and delivery.refusals + 1 >= MOST_REFUSALS):
        _finish(session, delivery, Action.REFUSE, now)
        delivery.reason = "refused"
        _say(session, delivery, NotificationFailed, now)
    else:
        _again(delivery, report, machine)
    session.flush()


def doubt(session: Session, delivery: Delivery, *, now: datetime, machine: datetime, reason: str = "doubt") -> None:
    """The lease ran out after the mark, or the row was restored from a backup: nobody can know."""
    _doubt(session, delivery, now, machine, reason)
    session.flush()


def _doubt(session: Session, delivery: Delivery, now: datetime, machine: datetime, reason: str = "doubt") -> None:
    if delivery.state == State.UNKNOWN:
        return
    delivery.state = DELIVERY.after(State(delivery.state), Action.DOUBT).value
    delivery.reason, delivery.doubted_at, delivery.lease_until = reason, machine, None
    delivery.retry_at = machine
    commands.note(session, delivery, what="unknown", at=now, detail=delivery.reply)
    _say(session, delivery, NotificationUnknown, now)


def _again(delivery: Delivery, report: Report, machine: datetime) -> None:
    delivery.state = DELIVERY.after(State(delivery.state), Action.RELEASE).value
    if not report.reached:
        # A provider that is away burns no attempt.
        delivery.retry_at, delivery.reason = machine + AWAY, "provider_away"
        return
    delivery.retry_at = machine + BACKOFF[min(delivery.refusals, len(BACKOFF) - 1)]
    delivery.refusals += 1
    delivery.reason = "retry"


def _finish(session: Session, delivery: Delivery, action: Action, now: datetime) -> None:
    delivery.state = DELIVERY.after(State(delivery.state), action).value
    delivery.settled_at = now
    commands.note(session, delivery, what=delivery.state, at=now, detail=delivery.reply)


def _say(session: Session, delivery: Delivery, event: type[NotificationEvent], now: datetime) -> None:
    fact = DeliveryFact(
        delivery_id=delivery.id,
        rule=delivery.rule,
        subject_kind=delivery.subject_type,
        subject_id=delivery.subject_id,
        step=delivery.step,
        channel=delivery.channel,
        language=delivery.language,
        person_id=delivery.person_id,
        state=delivery.state,
        at=now,
        attempts=delivery.attempt,
        parts=delivery.parts,
        code=delivery.reply.partition(" ")[0] or None,
    )
    emit(session, event(delivery_id=delivery.id, delivery=fact), by=delivery, now=now)
