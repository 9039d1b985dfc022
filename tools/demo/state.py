"""The one folder a demo lives in: lock, ports, secrets, logs, and what a second start may skip."""

import fcntl
import json
import os
import secrets
import socket
from pathlib import Path
from typing import Any, cast

LOOPBACK = "127.0.0.1"


class AlreadyRunning(Exception):
    """Another demo holds this state folder."""


class State:
    """A folder with rights 0700 that belongs to one running demo at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self._lock: int | None = None

    def open(self) -> None:
        """Create the folder and lock it; raises AlreadyRunning when another demo holds it."""
        if not self.folder.exists():
            self.folder.mkdir(parents=True, mode=0o700)
        handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 32).decode() or "?"
            os.close(handle)
            raise AlreadyRunning(
                f"a demo is already running on {self.folder} (process {holder}); stop it, or choose --state DIR"
            ) from None
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        self._lock = handle

    def close(self) -> None:
        """Give the folder back."""
        if self._lock is not None:
            os.ftruncate(self._lock, 0)
            os.close(self._lock)
            self._lock = None

    def path(self, *parts: str) -> Path:
        """A path below the folder; its parent exists afterwards."""
        path = self.folder.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def read(self, name: str) -> dict[str, Any]:
        """A JSON object kept in the folder, {} when there is none."""
        try:
            return cast(dict[str, Any], json.loads((self.folder / name).read_text()))
        except (FileNotFoundError, json.JSONDecodeError):
            return {}

    def write(self, name: str, content: dict[str, Any]) -> None:
        """Replace a JSON object of the folder in one step, readable by the owner only."""
        temporary = self.path(f"{name}.new")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(content, file, ensure_ascii=False, indent=1)
        temporary.replace(self.folder / name)

    def secret(self, name: str) -> str:
        """A random word, made once and kept (0600)."""
        known = self.read("secrets.json")
        if name not in known:
            known[name] = secrets.token_urlsafe(24)
            self.write("secrets.json", known)
        return str(known[name])

    def port(self, name: str) -> int:
        """The port this part had last time when it is still free, else a new free one."""
        known = self.read("ports.json")
        if name not in known or not is_free(known[name]):
            known[name] = free_port(set(known.values()))
            self.write("ports.json", known)
        return int(known[name])


class PortTaken(Exception):
    """Somebody else listens on the port of the one URL; the message says what to do."""


def demand_free(port: int, *, command: str) -> None:
    """Raises PortTaken unless a server may listen there."""
    if not is_free(port):
        raise PortTaken(f"port {port} is taken. Stop what listens there (`ss -ltnp`), or: ./peyvand {command} --port N")


def is_free(port: int) -> bool:
    """Whether a server may listen on this loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port(taken: set[int]) -> int:
    """A free loopback port below the range that outgoing connections use, so that a restart finds it free again."""
    for _ in range(200):
        port = 20_000 + secrets.randbelow(10_000)
        if port not in taken and is_free(port):
            return port
    raise OSError("no free loopback port between 20000 and 29999")
