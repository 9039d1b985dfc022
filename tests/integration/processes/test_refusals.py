"""A process that cannot do its work says so before it starts, in one plain line that names the mend."""

import json
import re
import socket
from pathlib import Path

import pytest
from alembic import command

from shared.kernel.boot import REFUSED, RefusedToStart, check_secrets
from shared.kernel.migrate import config_of, revision_of
from shared.kernel.settings import CommonSettings
from tests.support.database import PASSWORD, Database, new_database
from tests.support.processes import environment_of, run, started
from tests.support.valkey import own_valkey

STRONG = "fJ8s0Qm2-not-a-known-word"
KEYS = json.dumps({"keys": [{"kid": "k1", "kty": "OKP", "crv": "Ed25519", "x": "AA"}]})


def read(given: dict[str, str]) -> CommonSettings:
    """Settings as a process reads them."""
    return CommonSettings.model_validate(
        {name.lower(): value for name, value in given.items() if name != "SOURCES"}
        | {"sources": json.loads(given["SOURCES"])}
    )


def refused(environment: dict[str, str], *words: str) -> str:
    """The one line a process ends with."""
    done = run(environment, *words)
    assert done.returncode == REFUSED, done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


class TestSecrets:
    """Missing, short and well-known secrets."""

    def test_a_missing_address_is_named(self) -> None:
        line = refused(environment_of(None), "services.registry", "relay")
        assert line.startswith("peyvand registry: PEYVAND_DATABASE_URL is missing.")
        assert "./peyvand up" in line

    @pytest.mark.parametrize(
        ("name", "value", "words"),
        [
            ("DATABASE_URL", "postgresql://registry_app:postgres@127.0.0.1:1/r", "short or widely known"),
            ("DATABASE_URL", "postgresql://registry_app@127.0.0.1:1/r", "has no secret"),
            ("REDIS_URL", "redis://:changeme@127.0.0.1:1/0", "short or widely known"),
            ("REDIS_URL", "redis://127.0.0.1:1/0", "has no secret"),
            ("TOKEN_PUBLIC_KEYS", '{"keys": []}', "holds no key"),
            ("TOKEN_PUBLIC_KEYS", KEYS.replace("k1", "demo-1"), "a demo's key"),
            ("DEMO_CLOCK", "on", "is on in production"),
            ("FAILPOINTS", "/points", "is on in production"),
            ("SERVICE_TOKEN", "token", "short or widely known"),
        ],
    )
    def test_production_takes_no_secret_that_everybody_knows(self, name: str, value: str, words: str) -> None:
        good = {
            "ENVIRONMENT": "production",
            "DATABASE_URL": f"postgresql://registry_app:{STRONG}@127.0.0.1:1/r",
            "REDIS_URL": f"redis://:{STRONG}@127.0.0.1:1/0",
            "RELAY_DATABASE_URL": f"postgresql://registry_relay:{STRONG}@127.0.0.1:1/r",
            "TOKEN_PUBLIC_KEYS": KEYS,
            "SERVICE_TOKEN": STRONG,
            "SOURCES": '[{"name": "registry", "stream": "peyvand.registry", "feed_url": "http://127.0.0.1:1"}]',
        }
        check_secrets(read(good))
        with pytest.raises(RefusedToStart, match=words) as refusal:
            check_secrets(read({**good, name: value}))
        assert f"PEYVAND_{name}" in str(refusal.value)
        assert len(value) < 4 or value not in str(refusal.value)

    def test_production_ends_with_one_line(self) -> None:
        address = "postgresql://reporting_app:postgres@127.0.0.1:1/r"
        line = refused(
            environment_of(None, ENVIRONMENT="production", DATABASE_URL=address), "services.reporting", "relay"
        )
        assert line.startswith("peyvand reporting: PEYVAND_DATABASE_URL has a secret that is short or widely known.")


class TestNeighbours:
    """What the process needs is there but wrong."""

    def test_a_redis_that_may_forget_is_refused(self, registry_database: Database, tmp_path: Path) -> None:
        with own_valkey(tmp_path, policy="allkeys-lru") as url:
            line = refused(environment_of(registry_database, REDIS_URL=url), "services.registry", "relay")
        assert "maxmemory-policy is allkeys-lru" in line
        assert "CONFIG SET maxmemory-policy noeviction" in line

    def test_a_workers_broker_is_looked_at_too(self, notifications_database: Database, tmp_path: Path) -> None:
        with own_valkey(tmp_path, policy="volatile-lru") as url:
            environment = environment_of(notifications_database, REDIS_URL="", CELERY_REDIS_URL=url)
            done = run(environment, "celery", "-A", "services.notifications.worker", "worker", "--pool", "solo")
        assert done.returncode == REFUSED
        assert "maxmemory-policy is volatile-lru" in done.stderr

    def test_an_older_schema_is_refused_until_it_is_migrated(self) -> None:
        known = revision_of("reporting")
        with new_database("reporting", suffix="_old", from_models=False) as database:
            environment = environment_of(database, ENVIRONMENT="demo", DATABASE_URL=database.owner_url)
            assert "the database has no tables" in refused(environment, "services.reporting", "listener")
            command.upgrade(config_of("reporting", database.owner_url), min(known.older))
            line = refused(environment, "services.reporting", "listener")
        assert f"is at {min(known.older)}, this release needs {known.head}" in line
        assert "python -m services.reporting migrate" in line
        assert PASSWORD not in line

    def test_a_taken_port_is_named(self, reporting_database: Database) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = str(other.getsockname()[1])
            line = refused(environment_of(reporting_database), "services.reporting", "api", "--port", port)
        assert line.startswith(f"peyvand reporting: port {port} is taken.")

    def test_what_is_right_starts(self, reporting_database: Database, tmp_path: Path) -> None:
        from tests.support.wait import eventually

        beat = tmp_path / "beat"
        environment = environment_of(reporting_database, HEARTBEAT_FILE=str(beat))
        with started(environment, "services.reporting", "relay", log=tmp_path / "log") as process:
            eventually(beat.exists, within=20)
            process.terminate()
            assert process.wait(15) == 0
        assert not re.search("peyvand reporting:", (tmp_path / "log").read_text())
