"""Mails that are due, as many as wanted: the product's own listener plans one, the rest are its copies."""

import smtplib

import psycopg

from services.notifications.messages.commands import set_sending
from shared.contracts.partnership import PairingAccepted
from shared.kernel.clock import know_tenant
from shared.kernel.tenancy import enter
from tests.support.actors import HQ
from tests.support.matters import a_pairing
from tests.support.messages import NOW, Stage
from tools.bench.journal import TENANT
from tools.bench.servers import Bench

_COPY = """
INSERT INTO {table} SELECT (jsonb_populate_record(t, jsonb_build_object({columns}))).*
FROM {table} t CROSS JOIN generate_series(2, %s) n"""
_ID = "md5('{what}' || n)::uuid"
_TABLES = {
    "notifications": {"id": "message"},
    "notification_items": {"id": "item", "notification_id": "message", "once_key": "item"},
    "deliveries": {"id": "delivery", "notification_id": "message"},
}


def plan_mails(bench: Bench, count: int) -> None:
    """A live tenant, a country with its people, and mails that are due."""
    bench.wipe("notifications")
    with bench.sessions("notifications").begin() as session:
        know_tenant(session, TENANT)
        enter(session, tenant=TENANT, province="*")
        set_sending(session, tenant=TENANT, live=True, reason="bench", by=HQ, now=NOW)
        stage = Stage(session)
        stage.settle_people()
        stage.play(a_pairing(PairingAccepted))
    with bench.admin("notifications") as connection:
        keep = "(SELECT min(id::text)::uuid FROM deliveries WHERE channel = 'email')"
        connection.execute(f"DELETE FROM deliveries WHERE id <> {keep}")
        messages = "(SELECT notification_id FROM deliveries)"
        connection.execute(f"DELETE FROM notification_items WHERE notification_id NOT IN {messages}")
        connection.execute(f"DELETE FROM notifications WHERE id NOT IN {messages}")
        for table, ids in _TABLES.items():
            columns = ", ".join(f"'{name}', {_ID.format(what=what)}" for name, what in ids.items())
            connection.execute(_COPY.format(table=table, columns=columns), (count,))
        plan_again(connection)


def plan_again(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """All mails due as on the first day."""
    connection.execute("TRUNCATE outbox, delivery_notes")
    connection.execute(
        "UPDATE deliveries SET state = 'planned', attempt = 0, sequence = 0, expires_at = NULL, reason = NULL, "
        "not_before = planned_at, lease_until = NULL, sent_at = NULL, settled_at = NULL, reply = ''"
    )
    connection.execute("VACUUM (FULL, ANALYZE) deliveries")


class Sink:
    """What the mail server has taken."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, verb: str) -> int:
        """COUNT or ZERO."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=10) as server:
            _code, words = server.docmd(verb)
        return int(words)

    def answers(self) -> bool:
        """Whether it is there."""
        try:
            return self.ask("COUNT") >= 0
        except OSError:
            return False
