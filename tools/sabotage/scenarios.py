"""The aimed scenarios: each brings about the one instant at which its error shows, with real parts."""

import asyncio
import signal
import threading
import uuid
from collections.abc import Callable
from typing import Any

from tools.chaos.world import wait_for
from tools.demo.plan import TENANT
from tools.sabotage.ground import Broken, Ground, must

Scenario = Callable[[Ground], None]
LONG_PAUSE = "pause 60"
"""Ended by the scenario once the others have done their part."""
LEASES_OVER = (
    "UPDATE deliveries SET lease_until = clock_timestamp() - interval '1 second' WHERE lease_until IS NOT NULL"
)
PLANT = """
INSERT INTO outbox (stream, event_id, type, aggregate_type, aggregate_id, sequence, tenant, programme, cycle, province,
                    territory, actor, occurred_at, data)
VALUES ('peyvand.registry', gen_random_uuid(), %s, 'chaos', gen_random_uuid(), 1, %s, '', '', 'IR-03', '',
        '{"role": "system"}', now(), '{}')
"""
WATCH_CURSOR = """
CREATE TABLE went_back (was bigint, became bigint);
CREATE FUNCTION note_went_back() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF NEW.pos < OLD.pos THEN INSERT INTO went_back VALUES (OLD.pos, NEW.pos); END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER went_back AFTER UPDATE ON consumer_cursors FOR EACH ROW EXECUTE FUNCTION note_went_back();
"""
FORGET = """
DO $$ DECLARE t text; BEGIN
    FOR t IN SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'
             AND table_name NOT IN ('alembic_version', 'business_clock', 'tenants', 'feed_meta', 'feed_head')
    LOOP EXECUTE format('TRUNCATE %I CASCADE', t); END LOOP;
END $$
"""


def late_commit(ground: Ground) -> None:
    """A write that began first commits last: the reader must not have passed it by."""
    ground.spawn("registry-web", "registry-relay", "reporting-listener", bus=False)
    client, other = ground.client(), ground.client()
    point = ground.arm("request.before_commit", LONG_PAUSE)
    slow = threading.Thread(target=ground.record, args=(client,))
    slow.start()
    ground.taken(point)
    must(ground.record(other).status == 201, "the second write was refused")
    ground.settle("reporting-listener")
    ground.release(point)
    slow.join()
    ground.settle("reporting-listener")
    ground.figures()


def hole_in_the_stream(ground: Ground) -> None:
    """Two entries vanish from Redis while the reader sleeps; it must fetch them from the feed."""
    *_, reader = ground.spawn("registry-web", "registry-relay", "reporting-listener")
    client = ground.client()
    ground.record(client)
    ground.settle("reporting-listener")
    reader.send_signal(signal.SIGSTOP)
    for _ in range(6):
        ground.record(client)
    with ground.bus() as bus:
        key = next(key for key in bus.scan_iter(match="peyvand.registry:*"))
        if not wait_for(lambda: not ground.sql("registry", "SELECT 1 FROM outbox WHERE feed_seq IS NULL LIMIT 1"), 10):
            raise Broken("the relay did not number")
        head = ground.sql("registry", "SELECT last_seq FROM feed_head WHERE stream = 'peyvand.registry'")[0][0]
        if not wait_for(lambda: _last_id(bus, key) == head, 10):
            raise Broken("the relay did not publish")
        if bus.xdel(key, f"{head - 3}-0", f"{head - 2}-0") != 2:
            raise Broken("nothing was taken out of the stream")
    reader.send_signal(signal.SIGCONT)
    ground.settle("reporting-listener")
    ground.figures()


def _last_id(bus: Any, key: bytes) -> int:
    return int(bus.xrevrange(key, count=1)[0][0].split(b"-")[0])


def killed_before_the_cursor(ground: Ground) -> None:
    """The projector dies between its effect and its cursor: the event counts once."""
    *_, reader = ground.spawn("registry-web", "registry-relay", "reporting-listener")
    client = ground.client()
    point = ground.arm("reporting-reader.before_commit")
    ground.record(client)
    ground.taken(point)
    reader.wait(10)
    ground.spawn("reporting-listener")
    ground.record(client)
    ground.settle("reporting-listener")
    ground.figures()


def first_start(ground: Ground) -> None:
    """A reader that starts for the first time begins at the first number, not at the newest."""
    ground.spawn("registry-web", "registry-relay")
    client = ground.client()
    for _ in range(3):
        ground.record(client)
    ground.settle()
    ground.sql("reporting", FORGET)
    ground.spawn("reporting-listener")
    must(wait_for(lambda: bool(ground.sql("reporting", "SELECT 1 FROM consumer_cursors LIMIT 1")), 20), "no cursor")
    ground.settle("reporting-listener")
    ground.figures()


def two_planners(ground: Ground) -> None:
    """One of two planners is slow at its commit; the other waits for it, and no cursor ever goes back."""
    ground.sql("notifications", WATCH_CURSOR)
    ground.spawn("registry-web", "registry-relay", "notifications-listener", "notifications-listener")
    client = ground.client()
    point = ground.arm("notifications-reader.locked", LONG_PAUSE)
    ground.sql("registry", PLANT, "peyvand.chaos.noted.v1", TENANT)
    ground.taken(point)
    meeting = ground.schedule(client)
    wait_for(lambda: bool(ground.deliveries(meeting)), 8, every=0.2)
    ground.release(point)
    ground.settle("notifications-listener")
    wait_for(lambda: bool(ground.sql("notifications", "SELECT 1 FROM went_back")), 3, every=0.2)
    back = ground.sql("notifications", "SELECT was, became FROM went_back")
    must(not back, f"the cursor went back: {back}")
    must(len(ground.deliveries(meeting)) == 1, f"one message was planned as {ground.deliveries(meeting)}")


SPEAKING = ("registry-web", "registry-relay", "notifications-listener", "notifications-sweeper")


def killed_before_the_mark(ground: Ground) -> None:
    """The sender dies just before its mark: nothing has left yet, so it is sent again, once."""
    ground.mailbox()
    *_, sender = ground.spawn(*SPEAKING)
    point = ground.arm("delivery.before_mark")
    meeting = ground.schedule(ground.client())
    ground.taken(point)
    sender.wait(10)
    ground.sql("notifications", LEASES_OVER)
    ground.spawn("notifications-sweeper")
    must(wait_for(lambda: ground.deliveries(meeting) == ["sent"], 30), f"never sent: {ground.deliveries(meeting)}")
    must(ground.mails() == 1, f"{ground.mails()} mails arrived for one message")


def frozen_past_its_lease(ground: Ground) -> None:
    """A sender sleeps past its lease and wakes after another has sent: it sends nothing."""
    ground.mailbox()
    ground.spawn(*SPEAKING)
    point = ground.arm("delivery.before_mark", LONG_PAUSE)
    meeting = ground.schedule(ground.client())
    ground.taken(point)
    ground.sql("notifications", LEASES_OVER)
    ground.spawn("notifications-sweeper")
    must(wait_for(lambda: ground.deliveries(meeting) == ["sent"], 30), f"never sent: {ground.deliveries(meeting)}")
    ground.release(point)
    doubled = wait_for(lambda: ground.mails() > 1, 5, every=0.2)
    must(not doubled, f"{ground.mails()} mails arrived for one message")


def slow_server(ground: Ground) -> None:
    """A mail server thinks for 33 seconds before its 250: the message is sent, and nobody doubts it."""
    from aiosmtpd.controller import Controller

    class Slow:
        async def handle_DATA(self, *_: Any) -> str:  # noqa: N802 - aiosmtpd's name
            await asyncio.sleep(33)
            return "250 taken"

    server = Controller(Slow(), hostname="127.0.0.1", port=ground.ports["smtp"])
    server.start()
    try:
        ground.spawn(*SPEAKING)
        meeting = ground.schedule(ground.client())
        ended = wait_for(lambda: ground.deliveries(meeting) in (["sent"], ["unknown"]), 55, every=0.2)
        must(ended and ground.deliveries(meeting) == ["sent"], f"the message is {ground.deliveries(meeting)}")
    finally:
        server.stop()


def pooled_connection(ground: Ground) -> None:
    """A connection goes back to its pool and comes out again: it has forgotten whose rows it may see."""
    from sqlalchemy import text

    from shared.kernel.db import new_engine, new_sessions
    from shared.kernel.tenancy import enter

    engine = new_engine(ground.site.database("registry", "app"), pool_size=1)
    sessions, count = new_sessions(engine), text("SELECT count(*) FROM people")
    with sessions.begin() as session:
        enter(session, tenant=TENANT, province="*")
        if not session.execute(count).scalar_one():
            raise Broken("there is nobody to see")
    with sessions.begin() as session:
        seen = session.execute(count).scalar_one()
    engine.dispose()
    must(seen == 0, f"a request that forgot its tenant saw {seen} people")


def borrowed_key(ground: Ground) -> None:
    """Two people use the same idempotency key for the same body: each gets an answer of their own."""
    from tools.chaos.stage import people

    ground.spawn("registry-web")
    client, guest, word = ground.client(), people()[1], "only-for-this-scenario-1"
    role = {"person_id": guest.id, "role": "province_officer", "province": "IR-03"}
    client.must("POST", "/v1/roles/batch", body={"items": [role]}, idempotency_key="role")
    account = {"person_id": guest.id, "login": "officer", "password": word, "name": "officer"}
    client.must("POST", "/v1/accounts", body=account, idempotency_key="account")
    mine = ground.record(client, key="same", id=None)
    theirs = ground.record(ground.client("officer", word), key="same", id=None)
    must((mine.status, theirs.status) == (201, 201), f"answered {mine.status} and {theirs.status}")
    must(mine.body != theirs.body, "the second person got the first one's answer")


def poison(ground: Ground) -> None:
    """An event that cannot be applied is parked and shown, never passed by in silence."""
    ground.spawn("registry-web", "registry-relay", "reporting-listener")
    ground.sql("registry", PLANT, "peyvand.meeting.held.v1", TENANT)
    ground.record(ground.client())
    ground.settle("reporting-listener")
    parked = ground.sql("reporting", "SELECT count(*) FROM dead_letters WHERE reader = 'reporting'")[0][0]
    must(parked == 1, f"{parked} events are parked, one cannot be applied")
    ground.figures()


def wrong_policy(ground: Ground) -> None:
    """On a Redis that may evict, a reader refuses to start."""
    with ground.bus() as bus:
        bus.config_set("maxmemory-policy", "allkeys-lru")
        try:
            ground.spawn("reporting-listener")
        except Broken as refusal:
            if "maxmemory-policy is allkeys-lru" not in str(refusal):
                raise
            return
        finally:
            bus.config_set("maxmemory-policy", "noeviction")
    must(False, "a reader started on a Redis that may evict")


def answer_before_commit(ground: Ground) -> None:
    """The web process is held right before its commit: nobody may have been told by then that it was done."""
    ground.spawn("registry-web")
    client, meeting, told = ground.client(), str(uuid.uuid4()), threading.Event()
    point = ground.arm("request.before_commit", LONG_PAUSE)

    def ask() -> None:
        ground.record(client, id=meeting)
        told.set()

    asking = threading.Thread(target=ask)
    asking.start()
    ground.taken(point)
    early = told.wait(5)
    there = ground.sql("registry", "SELECT 1 FROM meetings WHERE id = %s", meeting)
    ground.release(point)
    asking.join()
    must(not early or bool(there), "the answer was given before anything was committed")
