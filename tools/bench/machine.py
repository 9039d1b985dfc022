"""On what the figures were taken: processors, memory, versions, load."""

import os
import platform
from importlib.metadata import version
from typing import Any

from tools.bench.servers import Bench

PACKAGES = ("fastapi", "starlette", "uvicorn", "sqlalchemy", "psycopg", "asyncpg", "redis", "celery")


def describe(bench: Bench) -> dict[str, Any]:
    """The machine and the versions; no name or path of it."""
    with bench.admin("registry") as connection:
        row = connection.execute("SHOW server_version").fetchone()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpus": os.cpu_count(),
        "memory_gib": round(memory / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "postgresql": str(row[0]) if row else "",
        "valkey": str(bench.redis().info("server").get("valkey_version", "")),
        "versions": {name: version(name) for name in PACKAGES},
    }


def load() -> list[float]:
    """The load averages now."""
    return [round(each, 2) for each in os.getloadavg()]
