"""deliver_due: the one function that sends, used by Celery's worker and by the sweeper alike (I6)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from jinja2 import TemplateError
from sqlalchemy.orm import Session, sessionmaker

from services.notifications.channels.channel import Channel, Line, Outcome, Outgoing, Report
from services.notifications.contacts import queries as contacts
from services.notifications.messages import claims, queries
from services.notifications.messages.claims import Claim
from services.notifications.messages.commands import named
from services.notifications.messages.letters import Desk, compose, people_of
from services.notifications.messages.lifecycle import DELIVERY, Action, State
from services.notifications.messages.metrics import BREAKER_OPEN, DELIVERIES, PROVIDER_SECONDS
from services.notifications.messages.models import Delivery
from services.notifications.messages.settling import hold_back, settle
from shared.kernel.clock import business_now, known_tenants, machine_now
from shared.kernel.failpoints import reach
from shared.kernel.metrics import timed
from shared.kernel.tenancy import enter
from shared.kernel.tracing import in_trace, trace_ids

log = structlog.get_logger()
TOLD = {
    State.SENT: "delivery.sent",
    State.FAILED: "delivery.failed",
    State.UNKNOWN: "delivery.unknown",
    State.EXPIRED: "delivery.expired",
    State.SUPPRESSED: "delivery.withheld",
}
PAUSE_LIMIT_S = 60
UNWRITABLE = (TemplateError, LookupError, TypeError, ValueError, ArithmeticError, RuntimeError)
"""What a template or a typesetter may raise over one message's facts."""


class Breaker:
    """Pauses a channel whose provider is away, so that claims are not burnt; machine time."""

    def __init__(self) -> None:
        self.failures: dict[str, int] = {}
        self.until: dict[str, datetime] = {}

    def open_channels(self, channels: Mapping[str, Channel], now: datetime) -> list[str]:
        """The channels that may be tried now."""
        return [name for name in channels if self.until.get(name, now) <= now]

    def pause(self, channel: str, *, now: datetime) -> None:
        """One more failure doubles the pause, up to a minute."""
        self.failures[channel] = failures = self.failures.get(channel, 0) + 1
        self.until[channel] = now + timedelta(seconds=min(2**failures, PAUSE_LIMIT_S))
        BREAKER_OPEN.labels(channel).set(1)
        if failures == 1:
            log.warning("provider.away", channel=channel)

    def end(self, channel: str) -> None:
        """One success ends the pause."""
        self.until.pop(channel, None)
        if self.failures.pop(channel, None):
            BREAKER_OPEN.labels(channel).set(0)
            log.warning("provider.back", channel=channel)


def deliver_due(sessions: sessionmaker[Session], desk: Desk, breaker: Breaker, *, limit: int = claims.BATCH) -> int:
    """Send what is due, tenant by tenant; returns how many deliveries were taken in hand."""
    with sessions.begin() as session:
        now, machine, tenants = business_now(session), machine_now(session), known_tenants(session)
    handled = 0
    for tenant in tenants:
        channels = breaker.open_channels(desk.channels, machine)
        claimed = claims.claim_due(sessions, tenant=tenant, now=now, channels=channels, limit=limit)
        if claimed:
            reach("delivery.claimed")
        for name in channels:
            handled += _deliver_batch(sessions, desk, breaker, name, [each for each in claimed if each.channel == name])
    return handled


def _deliver_batch(
    sessions: sessionmaker[Session], desk: Desk, breaker: Breaker, channel: str, batch: list[Claim]
) -> int:
    if not batch:
        return 0
    places = contacts.Places()
    with desk.channels[channel].open() as line:
        for place, claim in enumerate(batch):
            reached = deliver_one(sessions, desk, line, claim, places)
            if not reached:
                with sessions.begin() as session:
                    breaker.pause(channel, now=machine_now(session))
                _give_back(sessions, batch[place + 1 :])
                break
            breaker.end(channel)
    return len(batch)


def deliver_one(
    sessions: sessionmaker[Session], desk: Desk, line: Line, claim: Claim, places: contacts.Places | None = None
) -> bool:
    """One delivery through an open line; False when the provider could not be reached."""
    with in_trace(claim.traceparent):
        return _deliver(sessions, desk, line, claim, places or contacts.Places())


def _deliver(sessions: sessionmaker[Session], desk: Desk, line: Line, claim: Claim, places: contacts.Places) -> bool:
    outgoing = _prepare(sessions, desk, claim, places)
    if outgoing is None:
        return True
    with timed(PROVIDER_SECONDS.labels(claim.channel)):
        report = line.send(outgoing, lambda: _mark(sessions, claim))
    reach("delivery.handed_over")
    if report.outcome is Outcome.STOPPED:
        log.warning("delivery.lease_lost", delivery=str(claim.delivery_id))
        return True
    _settle(sessions, claim, report)
    reach("delivery.settled")
    return report.reached


def _mark(sessions: sessionmaker[Session], claim: Claim) -> bool:
    reach("delivery.before_mark")
    marked = claims.mark_data(sessions, claim)
    reach("delivery.marked")
    return marked


def _prepare(sessions: sessionmaker[Session], desk: Desk, claim: Claim, places: contacts.Places) -> Outgoing | None:
    """The letter, None when there is nothing to send; one that cannot be written never holds up the others."""
    try:
        return _write(sessions, desk, claim, places)
    except UNWRITABLE as error:
        log.exception("delivery.unwritable", delivery=str(claim.delivery_id))
        _settle(
            sessions, claim, Report(Outcome.RETRY, reply=f"cannot be written: {type(error).__name__}: {error}"[:300])
        )
        return None


def _write(sessions: sessionmaker[Session], desk: Desk, claim: Claim, places: contacts.Places) -> Outgoing | None:
    """Renew the lease, ask once more whether it is still worth saying, and write the letter.

    Nothing has left yet, so a server that breaks down may forget this: the lease ends earlier, and it is asked again.
    """
    with sessions.begin() as session:
        enter(session, tenant=claim.tenant, province="*", durable=False)
        now = business_now(session)
        contacts.share_places(session, places)
        delivery = claims.renew(session, claim)
        if delivery is None:
            return None
        items = queries.list_items(session, [delivery.notification_id])[delivery.notification_id]
        contacts.hold_contacts(session, {delivery.person_id, *people_of(items)})
        if not hold_back(session, delivery, items, now=now):
            composed = compose(session, desk, delivery, now=now, items=items)
            delivery.parts, delivery.cost_rial = composed.parts, composed.cost_rial
            return composed.outgoing
    tell(delivery, claim)
    return None


def _settle(sessions: sessionmaker[Session], claim: Claim, report: Report) -> None:
    with sessions.begin() as session:
        enter(session, tenant=claim.tenant, province="*")
        own = claims.own_for_settling(session, claim)
        if own is not None:
            delivery, machine = own
            settle(session, delivery, report, now=business_now(session), machine=machine)
            reach("delivery.before_settled")
    if own is not None:
        tell(delivery, claim)


def tell(delivery: Delivery, claim: Claim) -> None:
    """Count and say where a delivery stands after a try, once that is committed; a bundle names all its traces."""
    DELIVERIES.labels(delivery.channel, delivery.state).inc()
    more = {"traces": trace_ids(claim.traceparents)} if len(claim.traceparents) > 1 else {}
    fields = {"state": delivery.state, "reason": delivery.reason, "attempt": claim.attempt}
    log.info(TOLD.get(State(delivery.state), "delivery.waits"), **fields, **named(delivery), **more)


def _give_back(sessions: sessionmaker[Session], rest: list[Claim]) -> None:
    for claim in rest:
        with sessions.begin() as session:
            enter(session, tenant=claim.tenant, province="*")
            own = claims.own_for_settling(session, claim)
            if own is not None and own[0].state == State.CLAIMED:
                _release(own[0])


def _release(delivery: Delivery) -> None:
    delivery.state = DELIVERY.after(State(delivery.state), Action.RELEASE).value
    delivery.lease_until, delivery.reason = None, "provider_away"
