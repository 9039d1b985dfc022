"""Databases with a stage already set, copied anew before every scenario."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import psycopg
import redis

from tools.chaos.stage import set_stage
from tools.demo.databases import SERVICES, create_databases
from tools.demo.plan import Plan
from tools.demo.site import Site
from tools.demo.state import State
from tools.sabotage.ground import Ground


class Templates:
    """One state folder, and per service a database to copy from."""

    def __init__(self, folder: Path, environment: Mapping[str, str], site: Site) -> None:
        self.folder, self.environment, self.site = folder, dict(environment), site

    @classmethod
    @contextmanager
    def made(cls, folder: Path, addresses: Mapping[str, str]) -> Iterator["Templates"]:
        """Make them with the unpatched product; gone with the servers."""
        environment = {
            "PEYVAND_ADMIN_DATABASE_URL": addresses["PEYVAND_TEST_ADMIN_URL"],
            "REDIS_URL": addresses["PEYVAND_TEST_REDIS_URL"],
        }
        state = State(folder)
        state.open()
        with patch.dict("os.environ", environment):
            site = Site.of(state)
            templates = cls(folder, environment, site)
            create_databases(site.admin_url, site.passwords)
            plan = Plan(demo_data=False)
            plan.migrate(site)
            plan.load(site)
            plan.bootstrap_account(site)
            templates._set_stage()
            templates._each("ALTER DATABASE peyvand_{0} RENAME TO template_{0}")
            try:
                yield templates
            finally:
                templates._each("DROP DATABASE IF EXISTS peyvand_{0} WITH (FORCE)")
                templates._each("DROP DATABASE IF EXISTS template_{0} WITH (FORCE)")
                state.close()

    def _set_stage(self) -> None:
        ground = Ground(self.folder)
        try:
            ground.spawn("registry-web", "reporting-web", "notifications-web", "registry-relay")
            ground.spawn("registry-listener", "reporting-listener", "notifications-listener")
            set_stage(ground)
        finally:
            ground.stop()

    def renew(self) -> None:
        """Fresh databases and an empty Redis."""
        self._each("DROP DATABASE IF EXISTS peyvand_{0} WITH (FORCE)")
        self._each("CREATE DATABASE peyvand_{0} TEMPLATE template_{0} OWNER {0}_owner")
        create_databases(self.environment["PEYVAND_ADMIN_DATABASE_URL"], self.site.passwords)
        with redis.Redis.from_url(self.environment["REDIS_URL"]) as bus:
            bus.flushall()

    def _each(self, statement: str) -> None:
        with psycopg.connect(self.environment["PEYVAND_ADMIN_DATABASE_URL"], autocommit=True) as admin:
            for service in SERVICES:
                if "RENAME" in statement:
                    admin.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                        (f"peyvand_{service}",),
                    )
                admin.execute(cast(Any, statement.format(service)))
