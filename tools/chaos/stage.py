"""What must be there before the first fault: a cycle, people with addresses, sending switched on, the audit."""

import json
from dataclasses import dataclass
from uuid import UUID, uuid5

from tools.chaos.client import Client
from tools.chaos.world import World, wait_for
from tools.demo.plan import TENANT

PROGRAMME, CYCLE = "sad-dabirkhaneh", "1399-1400"
NOW = "2020-11-03T06:30:00+00:00"
"""A Tuesday, ten in the morning in Tehran: no quiet hours, no weekend, nothing waits."""
PROVINCES = ("IR-03", "IR-07", "IR-10", "IR-14", "IR-21", "IR-23")
PEOPLE = 24
SPACE = UUID("5f0c7a0e-9f3c-4a39-9a4e-5f7c1d5b8c11")
AUDIT = """
CREATE TABLE IF NOT EXISTS chaos_audit (what text NOT NULL, id uuid NOT NULL, state text, xid xid8 NOT NULL,
                                        version int);
CREATE OR REPLACE FUNCTION chaos_note_meeting() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO chaos_audit VALUES ('meeting', NEW.id, NEW.state, pg_current_xact_id(), NEW.version);
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION chaos_note_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO chaos_audit VALUES ('event', NEW.aggregate_id, NEW.type, pg_current_xact_id(), NULL);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER chaos_meeting AFTER INSERT OR UPDATE ON meetings
    FOR EACH ROW EXECUTE FUNCTION chaos_note_meeting();
CREATE OR REPLACE TRIGGER chaos_event AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION chaos_note_event();
CREATE TABLE IF NOT EXISTS chaos_scratch (n int);
"""


@dataclass(frozen=True)
class Person:
    """Somebody who can be invited."""

    id: str
    email: str
    mobile: str


def people() -> list[Person]:
    """The people of the bench; the same in every run."""
    return [
        Person(str(uuid5(SPACE, f"person/{n}")), f"guest{n:02d}@chaos.example", f"0912555{n:04d}")
        for n in range(PEOPLE)
    ]


def set_stage(world: World) -> None:
    """Enter everything through the public interfaces, and wait until it has arrived everywhere."""
    client = Client(world)
    for service in ("registry", "reporting", "notifications"):
        client.must(
            "POST", "/operator/v1/clock", service=service, body={"now": NOW}, idempotency_key=f"clock/{service}"
        )
    programme = client.must("GET", f"/v1/programmes?q={PROGRAMME}")["items"][0]
    cycle = {"id": str(uuid5(SPACE, "cycle")), "programme_id": programme["id"], "year": 1399}
    client.must("POST", "/v1/cycles", body=cycle, idempotency_key="cycle")
    items = [
        {
            "id": each.id,
            "territory_code": "IR",
            "display_name": f"مهمان {n}",
            "family_name": f"مهمان {n}",
            "language": "fa",
            "minor": False,
            "email": each.email,
            "mobile": each.mobile,
        }
        for n, each in enumerate(people())
    ]
    client.must("POST", "/v1/people/batch", body={"items": items}, idempotency_key="people")
    sending = {"live": True, "reason": "chaos"}
    client.must("PUT", f"/v1/tenants/{TENANT}/sending", service="notifications", body=sending)
    world.sql("registry", AUDIT)
    if not wait_for(lambda: _arrived(world), 60):
        raise RuntimeError("the stage did not reach the readers within 60 s")


def _arrived(world: World) -> bool:
    heads = {row[0]: row[1] for row in world.sql("registry", "SELECT stream, last_seq FROM feed_head")}
    left = world.sql("registry", "SELECT count(*) FROM outbox WHERE feed_seq IS NULL")[0][0]
    for service in ("reporting", "notifications"):
        rows = world.sql(service, "SELECT stream, pos FROM consumer_cursors WHERE source = 'registry'")
        if not rows or any(pos < heads[stream] for stream, pos in rows):
            return False
    return bool(left == 0)


def dump(value: object) -> str:
    """One line of JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
