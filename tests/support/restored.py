"""Registry and notifications on real databases that can be backed up, lost and restored, with real ends of the line."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from types import SimpleNamespace
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from services.notifications.background import subscriber
from services.notifications.messages import commands
from services.notifications.messages.delivery import Breaker, deliver_due
from services.notifications.messages.desk import desk_of
from services.notifications.messages.models import Delivery
from services.notifications.messages.sweeper import sweep
from services.notifications.settings import NotificationsSettings
from shared.contracts.base import Event
from shared.contracts.envelope import Envelope
from shared.kernel.bus import Consumer
from shared.kernel.clock import know_tenant, set_business_now, use_demo_clock
from shared.kernel.db import new_engine, new_sessions
from shared.kernel.feed import LocalFeed
from shared.kernel.outbox import emit
from shared.kernel.relay import Relay
from shared.kernel.tenancy import enter
from tests.support.actors import HQ, TENANT
from tests.support.database import ADMIN, REDIS, Database
from tests.support.messages import NOW, PROVINCE, Stage
from tests.support.processes import environment_of, run
from tests.support.sinks import GatewaySink, MailSink

STREAMS = ("peyvand.registry", "peyvand.registry.pii")


class Speaker(Stage):
    """Lets registry say the samples, in its own outbox."""

    def play(self, *events: Event, at: datetime = NOW, province: str = PROVINCE) -> list[Envelope]:
        """Say events; they travel by the feed."""
        for event in events:
            territory = f"IR/{province}" if province else ""
            said_by = SimpleNamespace(
                __tablename__="samples", id=event.subject_id, tenant=TENANT, programme="sad-dabirkhaneh",
                cycle="1399-1400", province=province, territory=territory, sequence=0,
            )  # fmt: skip
            emit(self.session, event, by=said_by, now=at)
        return []


@dataclass
class Town:
    """Both services. Engines are closed before a database is copied."""

    registry: Database
    notifications: Database
    mail: MailSink
    gateway: GatewaySink
    engines: list[Engine] = field(default_factory=list)

    def sessions(self, url: str) -> sessionmaker[Session]:
        """Sessions that really commit."""
        engine = new_engine(url, pool_size=2)
        self.engines.append(engine)
        return new_sessions(engine)

    def settle(self) -> None:
        """A country with people, and a tenant whose messages leave."""
        use_demo_clock(True)
        with self.sessions(self.notifications.url).begin() as session:
            know_tenant(session, TENANT)
            enter(session, tenant=TENANT, province="*")
            set_business_now(session, now=NOW)
            commands.set_sending(session, tenant=TENANT, live=True, reason="test", by=HQ, now=NOW)
        with self.sessions(self.registry.url).begin() as session:
            set_business_now(session, now=NOW)
            Speaker(session).settle_people()
        self.hear()
        self.send()
        self.mail.messages.clear()

    def say(self, *events: Event) -> None:
        """Registry says something; notifications hears it."""
        with self.sessions(self.registry.url).begin() as session:
            Speaker(session).play(*events)
        self.hear()

    def hear(self) -> None:
        """Number what was said, and let the planner read to the end."""
        relay = Relay(self.sessions(self.registry.relay_url), "registry", "registry")
        while relay.step():
            pass
        sessions, source = self.sessions(self.notifications.url), self.sessions(self.registry.url)
        readers = [
            Consumer(subscriber(), sessions, "registry", stream, LocalFeed(source, stream, "registry"))
            for stream in STREAMS
        ]
        while sum(reader.step() for reader in readers):
            pass

    @property
    def settings(self) -> NotificationsSettings:
        """Settings that lead to the sinks."""
        values: dict[str, Any] = {
            "environment": "test", "database_url": self.notifications.url, "demo_clock": True,
            "smtp_host": "127.0.0.1", "smtp_port": self.mail.port, "smtp_security": "none",
            "sms_adapter": "kavenegar", "sms_url": self.gateway.url, "sms_key": "k", "sms_sender": "1000",
        }  # fmt: skip
        return NotificationsSettings(**values)

    def send(self) -> int:
        """What worker and sweeper do, until there is nothing to do."""
        sessions, sent = self.sessions(self.notifications.url), 0
        while moved := deliver_due(sessions, desk_of(self.settings), Breaker()) + sweep(sessions, self.settings):
            sent += moved
        return sent

    def mails(self) -> Counter[tuple[str, str]]:
        """Every mail the server took: recipient and what it was about (the directive's number is in the subject)."""
        return Counter((to[0], str(message_from_bytes(body)["subject"])) for to, body in self.mail.messages)

    def deliveries(self, **columns: Any) -> list[Delivery]:
        """Deliveries as they are now."""
        with self.sessions(self.notifications.url).begin() as session:
            enter(session, tenant=TENANT, province="*")
            return list(session.scalars(select(Delivery).filter_by(**columns).order_by(Delivery.id)))

    def copy(self, database: Database, to: str) -> None:
        """A backup of a database, or its restore: the whole of it at one instant."""
        self.close()
        with psycopg.connect(ADMIN, autocommit=True) as admin:
            name, copy = sql.Identifier(database.name), sql.Identifier(f"{database.name}_{to}")
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(copy))
            admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(copy, name))

    def restore(self, database: Database, backup: str) -> None:
        """Lose the database; bring its backup back."""
        self.close()
        with psycopg.connect(ADMIN, autocommit=True) as admin:
            name, copy = sql.Identifier(database.name), sql.Identifier(f"{database.name}_{backup}")
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
            admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(copy, name))

    def begin_epoch(self, service: str) -> None:
        """What the restore does last, by the process that does it in production."""
        database = {"registry": self.registry, "notifications": self.notifications}[service]
        environment = environment_of(database, OWNER_DATABASE_URL=database.owner_url, DEMO_CLOCK="on", REDIS_URL=REDIS)
        done = run(environment, f"services.{service}", "begin-epoch")
        assert done.returncode == 0, done.stderr

    def close(self) -> None:
        """Let go of all connections."""
        while self.engines:
            self.engines.pop().dispose()
