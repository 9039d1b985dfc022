"""A live tenant with planned messages, real sinks, and sessions that really commit."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from services.notifications.messages import commands, sweeper
from services.notifications.messages.delivery import Breaker, deliver_due
from services.notifications.messages.desk import desk_of
from services.notifications.messages.letters import Desk
from services.notifications.messages.models import Delivery
from services.notifications.settings import NotificationsSettings
from shared.kernel.clock import know_tenant, set_business_now, use_demo_clock
from shared.kernel.db import new_engine, new_sessions
from shared.kernel.tenancy import enter
from tests.support.actors import HQ, TENANT
from tests.support.database import Database
from tests.support.messages import NOW, Stage
from tests.support.sinks import GatewaySink, MailSink


@dataclass
class House:
    """Notifications with its ends of the line."""

    database: Database
    sessions: sessionmaker[Session]
    mail: MailSink
    gateway: GatewaySink
    now: datetime = NOW

    @property
    def settings(self) -> NotificationsSettings:
        """Settings that lead to the sinks."""
        values: dict[str, Any] = {
            "environment": "test",
            "database_url": self.database.url,
            "demo_clock": True,
            "smtp_host": "127.0.0.1",
            "smtp_port": self.mail.port,
            "smtp_security": "none",
            "sms_adapter": "kavenegar",
            "sms_url": self.gateway.url,
            "sms_key": "k",
            "sms_sender": "1000",
        }
        return NotificationsSettings(**values)

    @property
    def desk(self) -> Desk:
        """Channels that lead to the sinks."""
        return desk_of(self.settings)

    def hear(self, *events: Any, at: datetime | None = None, province: str = "IR-21") -> None:
        """Events reach the planner in one transaction."""
        with self.sessions.begin() as session:
            enter(session, tenant=TENANT, province="*")
            stage = Stage(session, seq=self._seq())
            stage.play(*events, at=at or self.now, province=province)

    def _seq(self) -> int:
        self._count = getattr(self, "_count", 1000) + 100
        return self._count

    def at(self, now: datetime) -> None:
        """Set business time."""
        self.now = now
        with self.sessions.begin() as session:
            set_business_now(session, now=now)

    def later(self, **delta: int) -> None:
        """Move business time on."""
        self.at(self.now + timedelta(**delta))

    def send(self) -> int:
        """What a worker does."""
        return deliver_due(self.sessions, self.desk, Breaker())

    def sweep(self) -> int:
        """One turn of the sweeper with a fresh breaker."""
        sweeper.BREAKER = Breaker()
        return sweeper.sweep(self.sessions, self.settings)

    def rows(self, **columns: Any) -> list[Delivery]:
        """Deliveries as they are now."""
        with self.sessions.begin() as session:
            enter(session, tenant=TENANT, province="*")
            return list(session.scalars(select(Delivery).filter_by(**columns).order_by(Delivery.id)))

    def machine(self, sql: str) -> None:
        """Change machine-time columns as if time had passed."""
        with psycopg.connect(self.database.owner_url, autocommit=True) as connection:
            connection.execute(sql)  # type: ignore[call-overload]

    def outbox(self) -> list[str]:
        """Types of the events said so far."""
        with psycopg.connect(self.database.owner_url) as connection:
            return [row[0] for row in connection.execute("SELECT type FROM outbox ORDER BY id")]


@pytest.fixture
def house(notifications_database: Database) -> Iterator[House]:
    """A live tenant with a settled country, at NOW."""
    use_demo_clock(True)
    engine = new_engine(notifications_database.url, pool_size=8)
    with MailSink() as mail, GatewaySink() as gateway:
        house = House(notifications_database, new_sessions(engine), mail, gateway)
        house.at(NOW)
        with house.sessions.begin() as session:
            know_tenant(session, TENANT)
            enter(session, tenant=TENANT, province="*")
            commands.set_sending(session, tenant=TENANT, live=True, reason="test", by=HQ, now=NOW)
            Stage(session).settle_people()
        house.machine("TRUNCATE delivery_notes, deliveries, notification_items, notifications")
        yield house
    engine.dispose()
    notifications_database.truncate()
