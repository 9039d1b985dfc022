"""The state machine of deliveries: the real ledger between workers that die or freeze and providers that lie."""

import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import psycopg
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy.orm import Session, sessionmaker

from services.notifications.channels.channel import Outgoing
from services.notifications.messages import commands, sweeper
from services.notifications.messages.delivery import Breaker, deliver_due
from services.notifications.messages.letters import Composed, Desk
from services.notifications.messages.models import Delivery, Item, Notification
from shared.kernel.clock import set_business_now
from shared.kernel.tenancy import enter
from shared.values.ids import new_id
from tests.integration.notifications.messages.provider_world import (
    Course,
    Killed,
    MailLine,
    Provider,
    text_channel,
)
from tests.support.actors import an_actor
from tests.support.messages import NOW, PRINCIPAL

TENANTS = ("ir-seo", "xx-two")
PERSONS = {TENANTS[0]: PRINCIPAL, TENANTS[1]: UUID(int=7)}
MOST_REFUSALS = 2
ROUNDS = 25
RESET = """
DELETE FROM delivery_notes; DELETE FROM deliveries; DELETE FROM notification_items; DELETE FROM notifications;
DELETE FROM outbox
"""
LEASES_OVER = (
    "UPDATE deliveries SET lease_until = clock_timestamp() - interval '1 second' WHERE lease_until IS NOT NULL"
)
SOONER = "UPDATE deliveries SET retry_at = clock_timestamp() - interval '1 second' WHERE retry_at IS NOT NULL"
OLDER = "UPDATE deliveries SET doubted_at = doubted_at - interval '1 hour' WHERE doubted_at IS NOT NULL"
LEDGER = """
SELECT d.id::text, d.tenant, d.channel, d.state, d.delivery_class, d.lease_until IS NOT NULL, d.version,
       (SELECT count(*) FROM delivery_notes n WHERE n.delivery_id = d.id AND n.what = 'unknown'),
       (SELECT count(*) FROM delivery_notes n WHERE n.delivery_id = d.id AND n.what = 'repeated'),
       (SELECT count(*) FROM outbox o WHERE o.aggregate_id = d.id AND o.type = 'peyvand.notification.sent.v1')
  FROM deliveries d ORDER BY d.id
"""
COURSES = st.lists(
    st.builds(
        Course,
        before=st.sampled_from(["", "", "", "away", "dies", "freezes"]),
        after=st.sampled_from(["", "", "", "dies", "freezes", "breaks"]),
        answer=st.sampled_from(["taken", "taken", "later", "never", "lost", "dies"]),
    ),
    max_size=3,
)


class Broken(AssertionError):
    """A promise of deliveries does not hold."""


@dataclass(frozen=True)
class Row:
    """One delivery as the ledger shows it."""

    id: str
    tenant: str
    channel: str
    state: str
    delivery_class: str
    leased: bool
    version: int
    doubts: int
    repeats: int
    sent_events: int


@dataclass
class Ground:
    """The database under a machine."""

    owner: psycopg.Connection
    sessions: sessionmaker[Session]


def compose(_session: Session, desk: Any, delivery: Delivery, *, now: datetime, items: Any) -> Composed:
    """Stands for letter writing."""
    outgoing = Outgoing(delivery_id=str(delivery.id), to_address="p@example.org", text="x", sent_at=now)
    rendered: Any = None
    return Composed(outgoing, rendered, None, None)


class LedgerMachine(RuleBasedStateMachine):
    """Plans, workers, the sweeper, the clock, providers and an operator; the ledger is looked at after every step."""

    ground: ClassVar[Ground]
    line: ClassVar[type[MailLine]] = MailLine

    @initialize()
    def begin(self) -> None:
        """An empty ledger."""
        self.ground.owner.execute(RESET)
        self.provider = Provider()
        self.provider.freeze = lambda _delivery: self._others_act()
        self.desk = Desk(channels={"email": self.line(self.provider), "sms": text_channel(self.provider)})
        self.now = NOW
        self.resent: Counter[str] = Counter()
        self._at(NOW)

    def _at(self, now: datetime) -> None:
        self.now = now
        with self.ground.sessions.begin() as session:
            set_business_now(session, now=now)

    @rule(
        many=st.lists(
            st.tuples(
                st.sampled_from(TENANTS),
                st.sampled_from(["email", "email", "sms"]),
                st.sampled_from(["once", "once", "once", "must_arrive"]),
                st.booleans(),
            ),
            min_size=1,
            max_size=3,
        ),
        courses=COURSES,
    )
    def plan(self, many: list[tuple[str, str, str, bool]], courses: list[Course]) -> None:
        """Messages are planned, and a worker takes them in hand."""
        for tenant, channel, delivery_class, expires in many:
            with self.ground.sessions.begin() as session:
                enter(session, tenant=tenant, province="*")
                self._plan(session, tenant, channel, delivery_class, self.now + timedelta(hours=1) if expires else None)
        self.work(courses)

    def _plan(
        self, session: Session, tenant: str, channel: str, delivery_class: str, expires_at: datetime | None
    ) -> None:
        scope = {"tenant": tenant, "programme": "p", "cycle": "c", "province": "IR-21", "territory": "IR/IR-21"}
        said = {"rule": "N-07", "person_id": PERSONS[tenant], "role": "EP", "language": "fa", "urgency": "normal"}
        subject = {"subject_type": "secretariat", "subject_id": new_id(), "step": ""}
        message = Notification(id=new_id(), bundle_key="", opened_at=self.now, closes_at=self.now, **said, **scope)
        session.add(message)
        session.flush()
        session.add(
            Item(
                id=new_id(),
                notification_id=message.id,
                once_key=str(message.id),
                rule="N-07",
                template="x",
                event="x",
                event_id=new_id(),
                feedseq=1,
                stops_on=[],
                facts={},
                recorded_at=self.now,
                **subject,
                **scope,
            )
        )
        session.add(
            Delivery(
                id=new_id(),
                notification_id=message.id,
                channel=channel,
                delivery_class=delivery_class,
                state="planned",
                planned_at=self.now,
                not_before=self.now,
                expires_at=expires_at,
                **said,
                **subject,
                **scope,
            )
        )

    @rule(courses=COURSES)
    def work(self, courses: list[Course]) -> None:
        """A worker sends what is due; it may die on the way."""
        self.provider.courses = courses
        with suppress(Killed):
            deliver_due(self.ground.sessions, self.desk, Breaker(), limit=4)
        self.provider.courses = []

    def _others_act(self) -> None:
        """While a worker is frozen its leases run out, the sweeper turns, and another worker sends."""
        kept, self.provider.courses = self.provider.courses, []
        self.ground.owner.execute(LEASES_OVER)
        self.sweep()
        deliver_due(self.ground.sessions, self.desk, Breaker())
        self.provider.courses = kept

    @rule()
    def sweep(self) -> None:
        """A turn of the sweeper."""
        for tenant in TENANTS:
            sweeper.tidy(self.ground.sessions, self.desk, tenant)

    @rule(what=st.sampled_from(["leases", "leases", "retries", "doubts", "business", "mute", "speaking"]))
    def time_passes(self, what: str) -> None:
        """Machine time passes for leases, retries and doubts, or business time for what expires."""
        if what == "business":
            self._at(self.now + timedelta(minutes=40))
        elif what in ("mute", "speaking"):
            self.provider.mute = what == "mute"
        else:
            self.ground.owner.execute({"leases": LEASES_OVER, "retries": SOONER, "doubts": OLDER}[what])
            self.sweep()

    @rule(place=st.integers(0, 5))
    def resend(self, place: int) -> None:
        """An operator wants one sent again, knowing what that means."""
        rows = [row for row in self._ledger() if row.state in ("unknown", "failed", "expired")]
        if not rows:
            return
        row = rows[place % len(rows)]
        with self.ground.sessions.begin() as session:
            enter(session, tenant=row.tenant, province="*")
            actor = an_actor("hq_officer", "*", tenant=row.tenant)
            commands.resend_delivery(
                session, delivery_id=UUID(row.id), expected=row.version, reason="test", by=actor, now=self.now
            )
        self.resent[row.id] += 1

    def _ledger(self) -> list[Row]:
        return [Row(*each) for each in self.ground.owner.execute(LEDGER).fetchall()]

    @invariant()
    def holds(self) -> None:
        """Every promise, after every step."""
        if hasattr(self, "provider"):
            for row in self._ledger():
                self._promise(row)

    def _promise(self, row: Row) -> None:
        provider, taken = self.provider, self.provider.taken[row.id]
        again = self.resent[row.id] + row.repeats
        # A gateway knows a repeated reference: for it a text message that is planned again stays one message.
        text = row.channel == "sms"
        failed = row.id in provider.rejected or provider.refused[row.id] >= MOST_REFUSALS
        promises = {
            "I6 at most one message": taken <= 1 + again,
            "I6 repeated once, and only what must arrive": row.repeats <= (row.delivery_class == "must_arrive"),
            "what was taken is never planned again": (
                not taken or again > 0 or text or row.state in ("data", "sent", "unknown")
            ),
            "sent means taken": row.state != "sent" or taken >= 1,
            "said to be sent once for each time it was": row.sent_events <= (1 + again if text else taken),
            "failed means refused": row.state != "failed" or failed,
            "only real doubt is doubt": row.state != "unknown" or row.id in provider.doubtful,
            "doubt is visible": row.state != "unknown" or row.doubts > 0,
            "a lease belongs to work": not row.leased or row.state in ("claimed", "data"),
        }
        broken = [promise for promise, kept in promises.items() if not kept]
        if broken:
            raise Broken(broken, row, taken, again)

    def teardown(self) -> None:
        """All faults end; within a bounded number of turns every delivery has come to an end."""
        if hasattr(self, "provider") and sys.exc_info()[0] is None:
            self._drain()

    def _drain(self) -> None:
        self.provider.mute = False
        for _ in range(ROUNDS):
            for statement in (LEASES_OVER, SOONER):
                self.ground.owner.execute(statement)
            self.sweep()
            if not deliver_due(self.ground.sessions, self.desk, Breaker()):
                break
        for row in self._ledger():
            self._promise(row)
            if row.state not in ("sent", "failed", "expired", "unknown"):
                raise Broken("I6 silently lost", row)
            calm = row.id not in self.provider.doubtful and row.state not in ("failed", "expired")
            if calm and (row.state != "sent" or self.provider.taken[row.id] < 1):
                raise Broken("I6 nothing stood in its way, and it was not sent", row)
