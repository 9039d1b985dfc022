"""Personalised mails through the delivery truth: against three bare committed updates, and against a task each."""

import smtplib
import sys
import time
from collections.abc import Callable
from itertools import count as numbers

from services.notifications.channels.mime import message_bytes
from services.notifications.channels.smtp import SmtpChannel
from services.notifications.messages.delivery import Breaker, deliver_due
from services.notifications.messages.letters import Desk, compose
from services.notifications.messages.models import Delivery
from shared.kernel.clock import business_now
from shared.kernel.tenancy import enter
from tools.bench import peers
from tools.bench.journal import TENANT
from tools.bench.measure import Finding, Row, expect, interleave, medians, rate, ratios
from tools.bench.post import Sink, plan_again, plan_mails
from tools.bench.servers import Bench, wait_for
from tools.demo.children import Recipe
from tools.demo.site import ROOT
from tools.demo.state import free_port

NAME = "personalised mails through the delivery truth"
ROWS = (
    Row(NAME, "three committed updates per mail with as many senders (floor)", 0.8),
    Row(NAME, "one Celery task per mail with the same marks", 2),
)
SENDER, SENDER_NAME = "peyvand@peyvand.example", "Peyvand"
_MARKS = (
    "UPDATE deliveries SET state = 'claimed', attempt = attempt + 1, lease_until = now() + '60 s' WHERE id = %s",
    "UPDATE deliveries SET state = 'data', lease_until = now() + '60 s' WHERE id = %s",
    "UPDATE deliveries SET state = 'sent', reply = '250 taken', sent_at = now(), settled_at = now() WHERE id = %s",
)


def run(bench: Bench) -> list[Finding]:
    """One sender each: the product's function, bare updates with a mail that is ready, one Celery process."""
    count = bench.size(60, 300)
    plan_mails(bench, count)
    sink = Sink(free_port(set()))
    command = [sys.executable, "-m", "tools.bench.sink", str(sink.port)]
    bench.start(Recipe("sink", command, bench.site.base_environment(), ROOT, sink.answers))
    given = {"BENCH_NOTIFICATIONS": bench.url("notifications"), "BENCH_SMTP_PORT": str(sink.port)}
    bench.start(peers.worker(bench, processes=1, **given))
    post = Post(bench, sink, count)
    found = interleave(
        bench.rounds,
        lambda: post.counted(post.product),
        lambda: post.counted(post.floor),
        lambda: post.counted(post.celery),
    )
    bench.watch.stop(["celery", "sink"])
    notes = {**medians(found, "mails_per_s", "floor_per_s", "celery_per_s"), "mails": count}
    return [Finding(ROWS[0], ratios(found, 0, 1), notes), Finding(ROWS[1], ratios(found, 0, 2))]


class Post:
    """The three ways a mail leaves."""

    def __init__(self, bench: Bench, sink: Sink, count: int) -> None:
        self.bench, self.sink, self.count = bench, sink, count
        channel = SmtpChannel("127.0.0.1", sink.port, SENDER, SENDER_NAME)
        self.desk = Desk(channels={"email": channel}, public_url=bench.site.url, sender=SENDER)
        self.body = ready(bench, self.desk)
        self.sender, self.queues = peers.client(bench), numbers(1)

    def product(self) -> float:
        """deliver_due until all have left."""

        def work() -> int:
            done = 0
            while done < self.count:
                handled = deliver_due(self.bench.sessions("notifications"), self.desk, Breaker())
                expect(handled > 0, True, f"mails taken in hand after {done}")
                done += handled
            return done

        return rate(work)

    def floor(self) -> float:
        """Three committed updates around a mail that is ready."""

        def work() -> int:
            with self.bench.admin("notifications") as connection, smtplib.SMTP("127.0.0.1", self.sink.port) as server:
                server.ehlo()
                for (each,) in connection.execute("SELECT id FROM deliveries").fetchall():
                    connection.execute(_MARKS[0], (each,))
                    server.mail(SENDER)
                    server.rcpt("someone@example.org")
                    connection.execute(_MARKS[1], (each,))
                    server.data(self.body)
                    connection.execute(_MARKS[2], (each,))
            return self.count

        return rate(work)

    def celery(self) -> float:
        """A task each, the queue filled before the clock runs."""
        with self.bench.admin("notifications") as connection:
            ids = [str(each) for (each,) in connection.execute("SELECT id FROM deliveries").fetchall()]
        queue = f"mails-{next(self.queues)}"
        for each in ids:
            self.sender.send_task("bench.mail", [TENANT, each], queue=queue)
        start = time.perf_counter()
        peers.drain(self.sender, queue)
        wait_for(lambda: settled(self.bench) == self.count, 240, "Celery's mails")
        return self.count / (time.perf_counter() - start)

    def counted(self, way: Callable[[], float]) -> float:
        """The way's speed from a fresh start, once as many are settled and in the server as were planned."""
        with self.bench.admin("notifications") as connection:
            plan_again(connection)
        self.sink.ask("ZERO")
        speed = way()
        expect((settled(self.bench), self.sink.ask("COUNT")), (self.count,) * 2, "mails settled and in the sink")
        return speed


def ready(bench: Bench, desk: Desk) -> bytes:
    """One of the very mails, written before the clock runs."""
    with bench.sessions("notifications").begin() as session:
        enter(session, tenant=TENANT, province="*")
        delivery = session.query(Delivery).first()
        assert delivery is not None
        outgoing = compose(session, desk, delivery, now=business_now(session)).outgoing
    return message_bytes(outgoing, sender=SENDER, sender_name=SENDER_NAME)


def settled(bench: Bench) -> int:
    """Mails that are known to have left."""
    with bench.admin("notifications") as connection:
        row = connection.execute("SELECT count(*) FROM deliveries WHERE state = 'sent'").fetchone()
    return int(str(row[0])) if row else 0
