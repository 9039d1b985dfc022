"""Where everything of one demo is: ports, addresses, secrets, and the environment each service is given."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shared.kernel.databases import DUTIES, address
from shared.kernel.relay import streams_of
from tools.demo.databases import SERVICES
from tools.demo.postgres import Postgres
from tools.demo.state import LOOPBACK, State, demand_free
from tools.demo.tokens import Keys, keys_of, service_token
from tools.demo.valkey import Valkey

ROOT = Path(__file__).resolve().parents[2]
HEARS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "registry": (("registry", "peyvand.registry"),),
    "reporting": (("registry", "peyvand.registry"), ("notifications", "peyvand.notifications")),
    "notifications": (
        ("registry", "peyvand.registry"),
        ("registry", "peyvand.registry.pii"),
        ("reporting", "peyvand.reporting"),
    ),
}
CELERY_DATABASE = {"reporting": 1, "notifications": 2}
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "SSL_CERT_FILE")


@dataclass
class Site:
    """One demo's places. PostgreSQL and Valkey are None where the caller's own servers are used."""

    state: State
    port: int = 0
    issued_at: int = 0
    postgres: Postgres | None = None
    valkey: Valkey | None = None
    passwords: dict[str, str] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, state: State, *, port: int | None = None, environment: Mapping[str, str] | None = None) -> "Site":
        """Lay out a demo in a state folder. `port`: of the one URL, when the caller wants a certain one.
        Raises PortTaken."""
        if port:
            demand_free(port, command="demo")
        environment = os.environ if environment is None else environment
        site = cls(state=state)
        if not environment.get("PEYVAND_ADMIN_DATABASE_URL"):
            site.postgres = Postgres(state.path("postgres", "data"), state.port("postgres"), state.secret("postgres"))
        if not environment.get("REDIS_URL"):
            site.valkey = Valkey(state.path("valkey", "x").parent, state.port("valkey"), state.secret("valkey"))
        site.passwords = {f"{name}_{duty}": state.secret(f"{name}_{duty}") for name in SERVICES for duty in DUTIES}
        site.ports = {name: state.port(name) for name in (*SERVICES, "smtp", "mailbox")}
        site.port = port or state.port("proxy")
        site.issued_at = int(state.path("lock").stat().st_ctime)  # machine time without asking a clock of our own
        return site

    @property
    def url(self) -> str:
        """The one URL."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def admin_url(self) -> str:
        """The database administrator's address."""
        return self.postgres.url if self.postgres else os.environ["PEYVAND_ADMIN_DATABASE_URL"]

    def redis_url(self, database: int = 0) -> str:
        """The address of a numbered Redis database."""
        if self.valkey:
            return self.valkey.url(database)
        base = os.environ["REDIS_URL"]
        head, slash, tail = base.rpartition("/")
        if slash and tail.isdigit() and not head.endswith("/"):
            return f"{head}/{int(tail) + database}"
        return f"{base.rstrip('/')}/{database}"

    def direct(self, service: str) -> str:
        """A service's own address, behind the proxy."""
        return f"http://{LOOPBACK}:{self.ports[service]}"

    def keys(self) -> Keys:
        """The signing keys."""
        return keys_of(self.state)

    def database(self, service: str, duty: str) -> str:
        """The address of a service's database for one of its roles."""
        role = f"{service}_{duty}"
        return address(self.admin_url, f"peyvand_{service}", role, self.passwords[role])

    def base_environment(self) -> dict[str, str]:
        """What every child inherits: nothing but the plain necessities."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        return {**kept, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT), "TZ": "UTC"}

    def environment(self, service: str) -> dict[str, str]:
        """The settings of one service's processes."""
        keys = self.keys()
        hears = [(name, stream) for name, stream in HEARS[service] if stream in streams_of(name)]
        scopes = [f"feed:read:{stream}" for _, stream in hears]
        given = {
            "DATABASE_URL": self.database(service, "app"),
            "RELAY_DATABASE_URL": self.database(service, "relay"),
            "REDIS_URL": self.redis_url(0),
            "ROOT_PATH": f"/{service}",
            "PUBLIC_URL": self.url,
            "ENVIRONMENT": "demo",
            "DEMO_CLOCK": "on",
            "SOURCES": json.dumps(
                [{"name": name, "stream": stream, "feed_url": self.direct(name)} for name, stream in hears]
            ),
            "TOKEN_PUBLIC_KEYS": keys.public,
            "SERVICE_TOKEN": service_token(keys, name=service, scopes=scopes, issued_at=self.issued_at),
            "STATE_DIR": str(self.state.path("files", service, "x").parent),
            "LOG_LEVEL": "WARNING",
        }
        if service == "registry":
            given["TOKEN_PRIVATE_KEY"] = keys.private
        if service in CELERY_DATABASE:
            given["CELERY_REDIS_URL"] = self.redis_url(CELERY_DATABASE[service])
        if service == "notifications":
            given |= {
                "SMTP_HOST": LOOPBACK,
                "SMTP_PORT": str(self.ports["smtp"]),
                "SMTP_SECURITY": "none",
                "SMTP_FROM": "peyvand@peyvand.example",
                "SMS_ADAPTER": "kavenegar",
                "SMS_SENDER": "10004346",
                "SMS_URL": self.direct("mailbox"),
                "SMS_KEY": self.state.secret("sms_key"),
            }
        return {**self.base_environment(), **{f"PEYVAND_{name}": value for name, value in given.items()}}

    def owner_environment(self, service: str) -> dict[str, str]:
        """The environment of `migrate`, the only process that knows the owner's password."""
        return {
            **self.environment(service),
            "PEYVAND_DATABASE_URL": self.database(service, "owner"),
            "PEYVAND_OWNER_DATABASE_URL": self.database(service, "owner"),
        }
