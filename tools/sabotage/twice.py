"""The scenario of the lost index: tables made by this tree's own migration, and a row that must be refused."""

import os
import subprocess
import sys
import uuid
from typing import Any

import psycopg

from tools.demo.plan import TENANT
from tools.sabotage.ground import Ground, must


def planned_twice(ground: Ground) -> None:
    """The database itself refuses a second delivery of one message to one person by one way."""
    name, owner = f"scratch_{uuid.uuid4().hex[:8]}", "notifications_owner"
    with psycopg.connect(os.environ["PEYVAND_ADMIN_DATABASE_URL"], autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} OWNER {owner}")
    try:
        environment = ground.site.owner_environment("notifications")
        for key in ("PEYVAND_DATABASE_URL", "PEYVAND_OWNER_DATABASE_URL"):
            environment[key] = environment[key].replace("/peyvand_notifications", f"/{name}")
        command = [sys.executable, "-m", "services.notifications", "migrate"]
        subprocess.run(command, env=environment, check=True, capture_output=True)
        with psycopg.connect(ground.dsn("notifications").replace("peyvand_notifications", name)) as connection:
            message, person = uuid.uuid4(), uuid.uuid4()
            own = {"tenant": TENANT, "province": "IR-03", "person_id": person}
            _fill(connection, "notifications", {**own, "id": message})
            for _ in range(2):
                _fill(connection, "deliveries", {**own, "notification_id": message, "channel": "email"})
            must(False, "one message to one person by one way was planned twice")
    except psycopg.errors.UniqueViolation:
        return
    finally:
        with psycopg.connect(os.environ["PEYVAND_ADMIN_DATABASE_URL"], autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _fill(connection: "psycopg.Connection[Any]", table: str, given: dict[str, Any]) -> None:
    """Insert a row: what is given, and something plain for every other column that needs a value."""
    rows = connection.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s "
        "AND is_nullable = 'NO' AND column_default IS NULL",
        (table,),
    ).fetchall()
    plain: dict[str, Any] = {"integer": 0, "bigint": 0, "timestamp with time zone": "now"}
    values = {name: uuid.uuid4() if kind == "uuid" else plain.get(kind, "") for name, kind in rows} | given
    marks = ", ".join(["%s"] * len(values))
    connection.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", list(values.values()))
