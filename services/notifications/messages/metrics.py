"""The numbers of sending: claims, ends, providers, breakers; and what the database says about waiting messages."""

from collections.abc import Iterable

from prometheus_client import Counter, Gauge, Histogram
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.notifications.messages import queries
from services.notifications.messages.lifecycle import OPEN, State
from services.notifications.messages.models import Delivery
from services.notifications.notices.definition import ChannelName
from shared.kernel.clock import business_now, known_tenants
from shared.kernel.health import Number
from shared.kernel.metrics import METRICS, SLOW
from shared.kernel.tenancy import enter

CLAIMS = Counter("peyvand_delivery_claims", "Deliveries taken in hand", ["channel"], registry=METRICS)
DELIVERIES = Counter(
    "peyvand_deliveries", "Deliveries by the state a try left them in", ["channel", "state"], registry=METRICS
)
PROVIDER_SECONDS = Histogram(
    "peyvand_provider_seconds", "Time of one try with a provider", ["channel"], buckets=SLOW, registry=METRICS
)
BREAKER_OPEN = Gauge(
    "peyvand_breaker_open", "1 while a channel pauses because its provider is away", ["channel"], registry=METRICS
)


def watched(session: Session) -> Iterable[Number]:
    """The oldest due unsent message (seconds of business time), how many are due, and how many are in doubt."""
    oldest, due = 0.0, 0
    doubt = {channel.value: 0 for channel in ChannelName}
    now = business_now(session)
    waits = (
        select(func.min(Delivery.not_before), func.count())
        .where(Delivery.state.in_(OPEN), Delivery.not_before <= now)
        .where(Delivery.reason.is_distinct_from(queries.WAITING))
    )
    unknown = select(Delivery.channel, func.count()).where(Delivery.state == State.UNKNOWN).group_by(Delivery.channel)
    for tenant in known_tenants(session):
        enter(session, tenant=tenant, province="*")
        first, count = session.execute(waits).one()
        due += count
        oldest = max(oldest, (now - first).total_seconds() if first else 0.0)
        for channel, count in session.execute(unknown):
            doubt[channel] += count
    yield Number("peyvand_messages_oldest_due_seconds", "Age of the oldest due message that has not left", oldest)
    yield Number("peyvand_messages_due", "Messages that are due and have not left", due)
    for channel, count in doubt.items():
        yield Number("peyvand_messages_unknown", "Messages nobody knows the fate of", count, {"channel": channel})
