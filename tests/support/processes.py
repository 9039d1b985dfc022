"""The product's own processes, started for a test as an operator's machine would start them."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.actors import key_pair
from tests.support.database import REDIS, Database

ROOT = Path(__file__).resolve().parents[2]


def environment_of(database: Database | None, **given: str) -> dict[str, str]:
    """The environment of a process on a test database; `given` without the prefix PEYVAND_."""
    _private, public = key_pair()
    settings = {"ENVIRONMENT": "test", "TOKEN_PUBLIC_KEYS": public, "LOG_LEVEL": "WARNING", "REDIS_URL": REDIS}
    if database is not None:
        settings |= {"DATABASE_URL": database.url, "RELAY_DATABASE_URL": database.relay_url}
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    named = {f"PEYVAND_{name}": value for name, value in (settings | given).items() if value}
    return {**kept, "PYTHONPATH": str(ROOT), **named}


def run(environment: Mapping[str, str], *words: str, within: float = 30.0) -> subprocess.CompletedProcess[str]:
    """One process to its end."""
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, env=environment, text=True, capture_output=True, timeout=within
    )


@contextmanager
def started(environment: Mapping[str, str], *words: str, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that runs during the block and is gone after it."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", *words], cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
