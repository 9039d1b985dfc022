"""After a restore nobody is told twice: what may have left is in doubt, what was told is history, lost facts go."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import delete, select, text, tuple_
from sqlalchemy.orm import Session, sessionmaker

from services.notifications.contacts.commands import forget_untouched
from services.notifications.messages import commands
from services.notifications.messages.lifecycle import State
from services.notifications.messages.models import Delivery, Happening, Item
from services.notifications.messages.settling import doubt
from shared.contracts.envelope import Envelope
from shared.kernel.bus import Consumer
from shared.kernel.clock import business_now, known_tenants, machine_now
from shared.kernel.feed import FeedPage
from shared.kernel.tenancy import enter

Places = set[tuple[str, str]]
BATCH = 200


def doubt_what_may_have_left(sessions: sessionmaker[Session]) -> int:
    """Own backup restored: every delivery that was due since then may have left; nobody can know. Returns how many.

    A text message is then looked up at its gateway by our reference; a mail waits for a person (`resend anyway`).
    """
    doubted = 0
    with sessions.begin() as session:
        now, tenants = business_now(session), known_tenants(session)
    for tenant in tenants:
        while found := _doubt_some(sessions, tenant, now):
            doubted += found
    return doubted


def _doubt_some(sessions: sessionmaker[Session], tenant: str, now: datetime) -> int:
    with sessions.begin() as session:
        enter(session, tenant=tenant, province="*")
        due = select(Delivery).where(
            Delivery.tenant == tenant,
            Delivery.state.in_((State.PLANNED, State.CLAIMED, State.DATA)),
            Delivery.not_before <= now,
        )
        found = session.scalars(due.order_by(Delivery.id).limit(BATCH).with_for_update()).all()
        for delivery in found:
            doubt(session, delivery, now=now, machine=machine_now(session), reason="restored")
        return len(found)


def start_anew(session: Session, consumer: Consumer, page: FeedPage) -> None:
    """A source was restored to an earlier time than we have read: hear its whole past again, as history.

    In the cursor's transaction. What we know of things that never happened goes; what was planned about them is held.
    """
    session.execute(text("SET LOCAL statement_timeout = 0"))
    session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    session.info["replay_to"] = page.from_seq
    places: Places = set()
    for batch in _past(consumer, page):
        consumer.subscriber.apply(session, batch)
        places |= {(each.tenant, each.province) for each in batch}
    for tenant in sorted({tenant for tenant, _ in places}):
        enter(session, tenant=tenant, province="*")
        own = {place for place in places if place[0] == tenant}
        _hold_what_never_happened(session, own, page.from_seq)
        if not consumer.stream.endswith(".pii"):
            forget_untouched(session, places=own)


def _past(consumer: Consumer, page: FeedPage) -> Iterator[Sequence[Envelope]]:
    after = 0
    while after < page.from_seq:
        events = consumer.feed.read(after=after, epoch=page.epoch).events
        if not events:
            return
        after = events[-1].feedseq
        yield [each for each in events if each.feedseq <= page.from_seq]


def _hold_what_never_happened(session: Session, places: Places, from_seq: int) -> None:
    now = business_now(session)
    here = tuple_(Happening.tenant, Happening.province).in_(places)
    session.execute(delete(Happening).where(here, Happening.feedseq > from_seq))
    beyond = select(Item.notification_id).where(tuple_(Item.tenant, Item.province).in_(places), Item.feedseq > from_seq)
    planned = select(Delivery).where(Delivery.state == State.PLANNED, Delivery.notification_id.in_(beyond))
    for delivery in session.scalars(planned.with_for_update()):
        commands.withhold(session, delivery, reason="replay", now=now)
