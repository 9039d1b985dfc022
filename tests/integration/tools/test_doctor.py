"""The doctor finds nothing on a healthy place, and each fault planted in real servers, with its mend."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from alembic import command

from shared.kernel.alive import beat
from shared.kernel.migrate import config_of, revision_of, upgrade
from tests.support.actors import TENANT, key_pair
from tests.support.database import GRANTS, Database, new_database
from tests.support.sinks import GatewaySink, MailSink
from tests.support.valkey import own_valkey
from tools.demo.tokens import Keys, service_token
from tools.doctor import flow, servers
from tools.doctor.__main__ import examine
from tools.doctor.finding import Finding
from tools.doctor.place import SERVICES, Mail, Part, Place

DEAD_PORT = "postgresql://nobody:nothing@127.0.0.1:1/none"


@pytest.fixture(scope="module")
def databases() -> Iterator[dict[str, Database]]:
    """Three databases made by the migrations."""
    with ExitStack() as stack:
        found = {}
        for service in SERVICES:
            database = stack.enter_context(new_database(service, suffix="_doctor", from_models=False))
            upgrade(service, database.owner_url)
            with psycopg.connect(database.owner_url, autocommit=True) as connection:
                connection.execute(GRANTS)
            found[service] = database
        yield found


@pytest.fixture
def healthy(databases: dict[str, Database], tmp_path: Path) -> Iterator[Place]:
    """A place where all is well; web processes are not part of it."""
    private, public = (json.loads(each) for each in key_pair())
    kept = Keys(json.dumps(private), json.dumps(public))
    now = int(tmp_path.stat().st_ctime)
    with own_valkey(tmp_path) as url, MailSink() as mail, GatewaySink() as gateway:
        yield Place(
            name="test",
            parts=[Part("registry-work", True, True), Part("registry-web", True)],
            databases={service: each.url for service, each in databases.items()},
            redis={"bus": url},
            webs={},
            mail=Mail("127.0.0.1", mail.port),
            text_gateway=gateway.url,
            disks={"the data": str(tmp_path)},
            private_key=private,
            public_keys=public,
            tokens={"reporting": service_token(kept, name="reporting", scopes=["feed:read:x"], issued_at=now)},
        )
    for service, each in databases.items():
        each.truncate()
        with psycopg.connect(each.owner_url, autocommit=True) as connection:
            connection.execute("UPDATE alembic_version SET version_num = %s", [revision_of(service).head])


def fault(findings: list[Finding], check: str, *, level: str = "FAIL") -> Finding:
    """The one finding that is not ok; it says what to do."""
    bad = [each for each in findings if each.level != "ok"]
    assert [(each.level, each.check) for each in bad] == [(level, check)], "\n".join(each.line for each in findings)
    assert bad[0].todo
    assert "\n" not in bad[0].line
    return bad[0]


def owner(database: Database, sql: str, *values: object) -> None:
    """Plant something as the owner."""
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        connection.execute(sql, values)


class TestHealthy:
    """Nothing to say."""

    def test_says_ok_to_everything(self, healthy: Place) -> None:
        full = shutil_share(healthy)
        bad = [each.line for each in examine(healthy) if each.level != "ok"]
        assert [line for line in bad if full < 0.8 or not line.startswith(("warn  disk", "FAIL  disk"))] == []


def shutil_share(place: Place) -> float:
    """How full this machine's disk is."""
    from shared.kernel.disk import used_share

    return used_share(next(iter(place.disks.values())))


class TestServers:
    """Faults in what the product stands on."""

    def test_a_part_that_is_down_or_stands_still(self, healthy: Place, tmp_path: Path) -> None:
        file = tmp_path / "beat"
        beat(str(file), patience_s=-60)
        healthy.parts = [Part("registry-work", up=False, detail="exited 1")]
        assert "does not run" in fault(list(servers.parts(healthy)), "registry-work").what
        healthy.parts = [Part("registry-work", up=True, progresses=False)]
        assert "no progress" in fault(list(servers.parts(healthy)), "registry-work").what

    def test_a_web_process_that_does_not_answer(self, healthy: Place) -> None:
        healthy.webs = {"registry": "http://127.0.0.1:1"}
        fault(list(servers.webs(healthy)), "registry web")

    def test_a_database_that_is_away(self, healthy: Place) -> None:
        healthy.databases = {"registry": DEAD_PORT}
        assert "PostgreSQL" in fault(list(servers.databases(healthy)), "registry database").todo
        fault(list(servers.clocks(healthy)), "clock of registry")

    def test_an_old_schema(self, healthy: Place, databases: dict[str, Database]) -> None:
        with new_database("reporting", suffix="_stale", from_models=False) as stale:
            healthy.databases = {"reporting": stale.owner_url}
            command.upgrade(config_of("reporting", stale.owner_url), min(revision_of("reporting").older))
            found = [each for each in servers.databases(healthy) if each.level == "FAIL"]
        assert [each.what.split(",")[0] for each in found if "schema" in each.what] == ["schema 202611220900"]
        assert any("above row-level security" in each.what for each in found), "the owner here is a superuser"

    def test_row_level_security_taken_off(self, healthy: Place, databases: dict[str, Database]) -> None:
        owner(databases["registry"], "ALTER TABLE schools NO FORCE ROW LEVEL SECURITY")
        found = fault(list(servers.databases(healthy)), "registry database")
        owner(databases["registry"], "ALTER TABLE schools FORCE ROW LEVEL SECURITY")
        assert "ALTER TABLE schools FORCE" in found.todo

    def test_a_redis_that_forgets_and_one_that_is_away(self, healthy: Place, tmp_path: Path) -> None:
        with own_valkey(tmp_path, policy="allkeys-lru") as url:
            healthy.redis = {"bus": url}
            assert "noeviction" in fault(list(servers.redis_policy(healthy)), "redis (bus)").todo
        assert "more slowly" in fault(list(servers.redis_policy(healthy)), "redis (bus)").todo

    def test_a_mail_server_that_is_stopped(self, healthy: Place) -> None:
        with MailSink() as mail:
            healthy.mail = Mail("127.0.0.1", mail.port)
        assert "none is lost" in fault(list(servers.mail(healthy)), "mail").todo

    def test_a_text_gateway_that_is_stopped(self, healthy: Place) -> None:
        with GatewaySink() as gateway:
            healthy.text_gateway = gateway.url
        fault(list(servers.text_gateway(healthy)), "text gateway")

    def test_a_clock_that_is_off(self, healthy: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(servers, "SKEW_FAIL_S", -1.0)
        healthy.databases = {"registry": healthy.databases["registry"]}
        assert "chrony" in fault(list(servers.clocks(healthy)), "clock of registry").todo

    @pytest.mark.parametrize(("alarm", "refuse", "level"), [(0.0, 2.0, "warn"), (0.0, 0.0, "FAIL")])
    def test_a_full_disk(
        self, healthy: Place, monkeypatch: pytest.MonkeyPatch, alarm: float, refuse: float, level: str
    ) -> None:
        monkeypatch.setattr(servers, "ALARM_AT", alarm)
        monkeypatch.setattr(servers, "REFUSE_AT", refuse)
        assert "make room" in fault(list(servers.disks(healthy)), "disk of the data", level=level).todo

    def test_a_key_nobody_can_verify_and_a_token_that_ends(self, healthy: Place) -> None:
        healthy.public_keys = {"keys": []}
        assert {each.level for each in servers.keys(healthy)} == {"FAIL"}

    def test_a_token_that_is_over(self, healthy: Place) -> None:
        kept = Keys(json.dumps(dict(healthy.private_key)), json.dumps(dict(healthy.public_keys)))
        healthy.tokens = {"reporting": service_token(kept, name="reporting", scopes=[], issued_at=0)}
        fault(list(servers.keys(healthy)), "token of reporting")


EVENT = """
INSERT INTO outbox (stream, event_id, type, aggregate_type, aggregate_id, sequence, tenant, programme, cycle, province,
                    territory, actor, occurred_at, emitted_at, data)
VALUES ('peyvand.registry', gen_random_uuid(), 'x', 'x', gen_random_uuid(), 1, 't', '', '', '', '', '{}', now(),
        clock_timestamp() - interval '90 seconds', '{}')
"""
CURSOR = """
INSERT INTO consumer_cursors (reader, source, stream, partition, epoch, pos, gaps)
VALUES ('reporting', 'registry', 'peyvand.registry', '', %s, %s, 0)
"""
LETTER = """
INSERT INTO dead_letters (reader, source, stream, feed_seq, type, aggregate_id, tenant, province, fingerprint, error,
                          state, attempts, event, first_seen)
VALUES ('reporting', 'registry', 'peyvand.registry', 7, 'x', gen_random_uuid(), 't', '', 'deadbeef00112233',
        'ZeroDivisionError: x', 'parked', 3, '{}', clock_timestamp() - interval '1 hour')
"""


DELIVERY = """
INSERT INTO deliveries (id, version, sequence, tenant, notification_id, person_id, role, channel, rule, subject_type,
                        subject_id, step, language, urgency, delivery_class, state, planned_at, not_before, attempt,
                        refusals, reply)
VALUES (gen_random_uuid(), 1, 0, %s, gen_random_uuid(), gen_random_uuid(), 'PS', 'email', 'N-01', 'x',
        gen_random_uuid(), 's', 'fa', 'high', 'once', %s, now(), now() - interval '1 hour', 0, 0, '')
"""


class TestFlow:
    """Faults in what flows."""

    def test_an_event_that_nobody_numbers(self, healthy: Place, databases: dict[str, Database]) -> None:
        owner(databases["registry"], EVENT)
        assert "is the relay of registry running?" in fault(list(flow.flow(healthy)), "relay of registry").todo

    @pytest.mark.parametrize(
        ("head", "pos", "level", "words"),
        [
            (6000, 0, "FAIL", "6000 events behind"),
            (200, 50, "warn", "150 events behind"),
            (5, 9, "FAIL", "4 events ahead"),
        ],
    )
    def test_a_reader_that_is_behind_or_ahead(
        self, healthy: Place, databases: dict[str, Database], head: int, pos: int, level: str, words: str
    ) -> None:
        with psycopg.connect(databases["registry"].owner_url) as connection:
            epoch = connection.execute("SELECT epoch FROM feed_meta").fetchone()
        assert epoch is not None
        owner(databases["registry"], "UPDATE feed_head SET last_seq = %s WHERE stream = 'peyvand.registry'", head)
        owner(databases["reporting"], CURSOR, epoch[0], pos)
        found = fault(list(flow.flow(healthy)), "reporting reads registry peyvand.registry", level=level)
        assert found.what == f"{words}{' of its source' if pos > head else ''}"

    def test_a_reader_of_an_epoch_that_is_over(self, healthy: Place, databases: dict[str, Database]) -> None:
        owner(databases["reporting"], CURSOR, "00000000-0000-0000-0000-000000000001", 0)
        found = fault(list(flow.flow(healthy)), "reporting reads registry peyvand.registry", level="warn")
        assert "restored" in found.todo

    def test_parked_events_with_their_fingerprint(self, healthy: Place, databases: dict[str, Database]) -> None:
        owner(databases["reporting"], LETTER)
        found = fault(list(flow.flow(healthy)), "parked events of reporting")
        assert "deadbeef00112233" in found.what

    @pytest.mark.parametrize(
        ("state", "check", "level"), [("planned", "messages", "FAIL"), ("unknown", "messages in doubt", "warn")]
    )
    def test_messages_that_wait_or_are_in_doubt(
        self, healthy: Place, databases: dict[str, Database], state: str, check: str, level: str
    ) -> None:
        owner(databases["notifications"], "INSERT INTO tenants VALUES (%s) ON CONFLICT DO NOTHING", TENANT)
        with psycopg.connect(databases["notifications"].owner_url, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")  # one row without its notification
            connection.execute(DELIVERY, [TENANT, state])
        fault(list(flow.flow(healthy)), check, level=level)


class TestCommand:
    """./peyvand doctor where nothing runs."""

    def test_says_how_to_start(self, tmp_path: Path) -> None:
        words = [sys.executable, "-m", "tools.doctor", "--state", str(tmp_path / "nothing")]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "./peyvand demo" in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
