"""A small Celery application: what one would write with one task per event or per mail. Started by `worker`."""

import os
import sys
from functools import cache
from typing import Any
from uuid import UUID

from celery import Celery
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from services.notifications.channels.smtp import SmtpChannel
from services.notifications.messages.claims import Claim
from services.notifications.messages.delivery import deliver_one
from services.notifications.messages.letters import Desk
from services.reporting.background import subscriber
from shared.contracts.envelope import Envelope
from shared.kernel.bus import Subscriber
from shared.kernel.db import new_engine, new_sessions
from shared.kernel.tenancy import enter
from tools.bench.servers import Bench
from tools.demo.children import Recipe
from tools.demo.site import ROOT

_CLAIM = text(
    "UPDATE deliveries SET state = 'claimed', attempt = attempt + 1, lease_until = clock_timestamp() + '60 s', "
    "version = version + 1 WHERE id = :id AND state = 'planned' RETURNING attempt"
)
BROKER = 5  # the number of Valkey's database that only the peers use
app = Celery("bench", broker=os.environ.get("BENCH_BROKER"))
app.conf.update(task_acks_late=True, task_ignore_result=True, broker_connection_retry_on_startup=True)


@cache
def _sessions(name: str) -> sessionmaker[Session]:
    return new_sessions(new_engine(os.environ[name], pool_size=2, name="bench-celery"))


@cache
def _subscriber() -> Subscriber:
    return subscriber()


@app.task(name="bench.project")
def project(wire: str) -> None:
    """One event into its fact and its cells, in a transaction of its own; a repeat changes nothing."""
    with _sessions("BENCH_REPORTING").begin() as session:
        _subscriber().apply(session, [Envelope.model_validate_json(wire)])


@app.task(name="bench.mail")
def mail(tenant: str, delivery_id: str) -> None:
    """One mail: claimed, marked and settled as the product does, on a connection of its own."""
    sessions = _sessions("BENCH_NOTIFICATIONS")
    with sessions.begin() as session:
        enter(session, tenant=tenant, province="*")
        row = session.execute(_CLAIM, {"id": delivery_id}).first()
    if row is None:
        return
    channel = SmtpChannel("127.0.0.1", int(os.environ["BENCH_SMTP_PORT"]), "peyvand@peyvand.example", "Peyvand")
    desk = Desk(channels={"email": channel}, public_url="http://127.0.0.1", sender=channel.sender)
    with channel.open() as line:
        deliver_one(sessions, desk, line, Claim(tenant, UUID(delivery_id), int(row[0]), "email"))


def client(bench: Bench) -> Celery:
    """The same application as seen from the benchmark, which only sends."""
    sender = Celery("bench", broker=bench.site.redis_url(BROKER))
    sender.conf.update(task_ignore_result=True)
    return sender


def worker(bench: Bench, *, processes: int = 0, **environment: str) -> Recipe:
    """A real worker, with as many processes as the machine has unless told, listening to a queue nobody uses yet."""
    given: dict[str, Any] = {
        **bench.site.base_environment(),
        "BENCH_BROKER": bench.site.redis_url(BROKER),
        **environment,
    }
    quiet = ["--without-gossip", "--without-mingle", "-l", "WARNING"]
    words = [
        "-m",
        "celery",
        "-A",
        "tools.bench.peers",
        "worker",
        "-c",
        str(processes or os.cpu_count()),
        "-Q",
        "idle",
        *quiet,
    ]
    sender = client(bench)
    return Recipe("celery", [sys.executable, *words], given, ROOT, lambda: bool(sender.control.ping(timeout=1.0)))


def drain(sender: Celery, queue: str) -> None:
    """Let the worker begin with a queue that is full already."""
    sender.control.add_consumer(queue, reply=True, timeout=5.0)
