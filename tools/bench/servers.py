"""The benchmark's own PostgreSQL and Valkey in a temporary folder: the demo's databases, roles, tables and keys."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis
from psycopg import sql
from sqlalchemy.orm import Session, sessionmaker

from shared.kernel.db import new_engine, new_sessions
from tools.demo.children import Recipe, Watch
from tools.demo.databases import create_databases
from tools.demo.plan import Plan
from tools.demo.site import Site
from tools.demo.state import State

KEPT = ("alembic_version", "feed_meta", "feed_head")


class ServerDied(RuntimeError):
    """A server of the benchmark ended while a case was measured."""


@dataclass
class Bench:
    """Where a case works: addresses, sessions, sizes."""

    site: Site
    watch: Watch
    folder: Path
    quick: bool
    _sessions: dict[str, sessionmaker[Session]] = field(default_factory=dict)

    @property
    def rounds(self) -> int:
        """How many rounds count."""
        return 3 if self.quick else 5

    def size(self, quick: int, full: int) -> int:
        """The case's size."""
        return quick if self.quick else full

    def url(self, service: str, duty: str = "app") -> str:
        """The address of a service's database."""
        return self.site.database(service, duty)

    def sessions(self, service: str, duty: str = "app") -> sessionmaker[Session]:
        """Sessions as the service's background work has them."""
        key = f"{service}/{duty}"
        if key not in self._sessions:
            engine = new_engine(self.url(service, duty), pool_size=5, statement_timeout_ms=600_000, name="bench")
            self._sessions[key] = new_sessions(engine)
        return self._sessions[key]

    def redis(self, database: int = 0) -> redis.Redis:
        """A client of the bus as the services make it."""
        return redis.Redis.from_url(self.site.redis_url(database), protocol=2)

    def admin(self, service: str) -> psycopg.Connection[tuple[object, ...]]:
        """The administrator in a service's database, for whom row-level security does not count."""
        base, _, _ = self.site.admin_url.rpartition("/")
        return psycopg.connect(f"{base}/peyvand_{service}", autocommit=True)

    def wipe(self, *services: str) -> None:
        """Empty these services' tables and the bus."""
        for service in services:
            with self.admin(service) as connection:
                names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
                tables = sql.SQL(", ").join(sql.Identifier(str(name)) for (name,) in names if name not in KEPT)
                connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(tables))
                connection.execute("UPDATE feed_head SET last_seq = 0")
        self.redis().flushall()

    def start(self, *recipes: Recipe, within_s: float = 60) -> None:
        """Start processes and wait until all are ready."""
        for recipe in recipes:
            self.watch.start(recipe)
        wait_for(lambda: all(each.ready() for each in recipes), within_s, ", ".join(each.name for each in recipes))

    def alive(self) -> None:
        """Raise ServerDied when a server or process of ours has ended."""
        gone = [name for name, child in self.watch.children.items() if child.process.poll() is not None]
        if gone:
            raise ServerDied("\n".join(f"{name} ended: {self.watch.last_words(name)}" for name in gone))


def wait_for(what: Callable[[], bool], within_s: float, name: str) -> None:
    """Ask again and again until it is so; raises TimeoutError."""
    until = time.monotonic() + within_s
    while not what():
        if time.monotonic() > until:
            raise TimeoutError(f"{name}: not within {within_s:.0f} s")
        time.sleep(0.02)


def _own_environment() -> Mapping[str, str]:
    """Without the caller's servers: the benchmark measures its own."""
    return {k: v for k, v in os.environ.items() if k not in ("PEYVAND_ADMIN_DATABASE_URL", "REDIS_URL")}


@contextmanager
def world(*, quick: bool) -> Iterator[Bench]:
    """Servers for one run; nothing of them is left behind."""
    folder = Path(tempfile.mkdtemp(prefix="peyvand-bench-"))
    folder.chmod(0o755)  # PostgreSQL may have to pass through it as another user
    state = State(folder / "state")
    watch = Watch(folder / "logs", lambda: None, lambda line: print(line, flush=True))
    state.open()
    try:
        site = Site.of(state, environment=_own_environment())
        assert site.postgres is not None and site.valkey is not None
        bench = Bench(site, watch, folder, quick)
        site.postgres.prepare()
        bench.start(site.postgres.recipe(), site.valkey.recipe())
        create_databases(site.admin_url, site.passwords)
        Plan().migrate(site)
        yield bench
    finally:
        watch.stop([name for name in watch.children if name not in ("postgres", "valkey")])
        watch.stop(list(watch.children))
        state.close()
        shutil.rmtree(folder, ignore_errors=True)
