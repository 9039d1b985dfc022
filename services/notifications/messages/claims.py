"""Leases on deliveries: claim, renew, mark, settle; each one short transaction without a provider inside (I6)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from services.notifications.messages import queries
from services.notifications.messages.lifecycle import DELIVERY, Action, State
from services.notifications.messages.metrics import CLAIMS
from services.notifications.messages.models import Delivery
from shared.kernel.tenancy import enter

LEASE = text("interval '40 seconds'")
"""Shorter than a minute, so that a message whose sender was killed leaves within the minute of I8 (decision 0041)."""
BATCH = 50
_MACHINE = func.clock_timestamp()


@dataclass(frozen=True)
class Claim:
    """One delivery in our hands; `attempt` is the fence."""

    tenant: str
    delivery_id: UUID
    attempt: int
    channel: str
    traceparents: tuple[str, ...] = ()
    """The requests it tells of; a bundle has several."""

    @property
    def traceparent(self) -> str | None:
        """The trace of its delivery: that of the first thing it tells."""
        return next(iter(self.traceparents), None)


def claim_due(
    sessions: sessionmaker[Session], *, tenant: str, now: datetime, channels: Collection[str], limit: int = BATCH
) -> list[Claim]:
    """Take up to `limit` due deliveries; others skip the rows we lock, and find them claimed afterwards."""
    with sessions.begin() as session:
        enter(session, tenant=tenant, province="*")
        due = (
            select(Delivery)
            .where(
                Delivery.tenant == tenant,
                Delivery.state == State.PLANNED,
                Delivery.channel.in_(channels),
                Delivery.not_before <= now,
                or_(Delivery.retry_at.is_(None), Delivery.retry_at <= _MACHINE),
                Delivery.reason.is_distinct_from(queries.WAITING),
            )
            .order_by(Delivery.not_before, Delivery.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        lease_until = session.scalar(select(_MACHINE + LEASE))
        found = list(session.scalars(due))
        for delivery in found:
            delivery.state = DELIVERY.after(State(delivery.state), Action.CLAIM).value
            delivery.attempt += 1
            delivery.lease_until, delivery.reason = lease_until, None
        claims = claims_of(session, found)
    for claim in claims:
        CLAIMS.labels(claim.channel).inc()
    return claims


def claims_of(session: Session, deliveries: Sequence[Delivery]) -> list[Claim]:
    """These deliveries as claims, with the traces of what they tell of."""
    traces = queries.list_traces(session, [each.notification_id for each in deliveries]) if deliveries else {}
    return [
        Claim(each.tenant, each.id, each.attempt, each.channel, traces[each.notification_id]) for each in deliveries
    ]


def renew(session: Session, claim: Claim) -> Delivery | None:
    """The delivery with a fresh lease, None when it is no longer ours."""
    if not _owned(session, claim, (State.CLAIMED,), lease_until=_MACHINE + LEASE):
        return None
    return session.get(Delivery, claim.delivery_id, populate_existing=True)


def mark_data(sessions: sessionmaker[Session], claim: Claim) -> bool:
    """The durable mark: from here on nobody can know. False for a worker whose lease ran out: it sends nothing."""
    with sessions.begin() as session:
        enter(session, tenant=claim.tenant, province="*")
        return _owned(session, claim, (State.CLAIMED,), state=State.DATA.value, lease_until=_MACHINE + LEASE)


def own_for_settling(session: Session, claim: Claim) -> tuple[Delivery, datetime] | None:
    """The locked row if this attempt may still say what became of it, and machine time.

    A late answer is welcome: after the lease the row is `unknown`, and the answer ends the doubt.
    """
    statement = (
        select(Delivery, _MACHINE)
        .where(
            Delivery.id == claim.delivery_id,
            Delivery.attempt == claim.attempt,
            Delivery.state.in_((State.CLAIMED, State.DATA, State.UNKNOWN)),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = session.execute(statement).tuples().one_or_none()
    return None if found is None else (found[0], found[1])


def expired_leases(session: Session, *, limit: int = 200) -> list[Delivery]:
    """Locked rows whose worker died or froze."""
    statement = (
        select(Delivery)
        .where(Delivery.state.in_((State.CLAIMED, State.DATA)), Delivery.lease_until < _MACHINE)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(session.scalars(statement))


def _owned(session: Session, claim: Claim, states: Collection[State], **changes: Any) -> bool:
    statement = (
        update(Delivery)
        .where(
            Delivery.id == claim.delivery_id,
            Delivery.attempt == claim.attempt,
            Delivery.state.in_(states),
            Delivery.lease_until > _MACHINE,
        )
        .values(version=Delivery.version + 1, **changes)
        .execution_options(synchronize_session=False)
    )
    return bool(session.execute(statement).rowcount == 1)  # type: ignore[attr-defined]
