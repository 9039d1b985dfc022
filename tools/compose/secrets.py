"""The secrets of a stack: one file each below a folder only its owner may enter; made once, never a default."""

import secrets
import time
from collections.abc import Mapping
from pathlib import Path

from shared.kernel.boot import is_weak
from shared.kernel.databases import DUTIES, address
from tools.compose.images import SERVICES
from tools.demo.site import HEARS
from tools.demo.state import State
from tools.demo.tokens import Keys, keys_of, service_token

REDIS_USERS = ("health", "registry", "reporting", "notifications", "queue")
CELERY = {"reporting": 0, "notifications": 1}
EMPTY_MEANS_NONE = {"smtp_password", "sms_key"}


class SecretWrong(Exception):
    """A secret is missing or a default; the message names the file and the mend."""


class Secrets:
    """The files of one stack."""

    def __init__(self, folder: Path, state: State) -> None:
        self.folder = folder
        self._state = state

    def make(self, *, given: Mapping[str, str]) -> Keys:
        """Write what is missing; `given` are the operator's own (the mail and text gateways'). Returns the keys."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        keys = keys_of(self._state, prefix="peyvand")
        self._once("postgres", secrets.token_urlsafe(24))
        for user in REDIS_USERS:
            self._once(f"redis_{user}", secrets.token_urlsafe(24))
        admin = f"postgresql://postgres:{self.read('postgres')}@postgres:5432/postgres"
        self._once("admin_database_url", admin)
        self._once("token_private_key", keys.private)
        for service in SERVICES:
            self._of_service(service, admin, keys)
        for name in EMPTY_MEANS_NONE:
            if given.get(name):
                self._write(name, given[name])
            self._once(name, "")
        return keys

    def _of_service(self, service: str, admin: str, keys: Keys) -> None:
        for duty in DUTIES:
            name = f"{service}_database_url" if duty == "app" else f"{service}_{duty}_database_url"
            role, password = f"{service}_{duty}", secrets.token_urlsafe(24)
            self._once(name, address(admin, f"peyvand_{service}", role, password))
        self._once(f"{service}_redis_url", f"redis://{service}:{self.read(f'redis_{service}')}@redis:6379/0")
        if service in CELERY:
            password = self.read("redis_queue")
            self._once(f"{service}_celery_redis_url", f"redis://queue:{password}@queue:6379/{CELERY[service]}")
        scopes = [f"feed:read:{stream}" for _, stream in HEARS[service]]
        token = service_token(keys, name=service, scopes=scopes, issued_at=int(time.time()))
        self._once(f"{service}_service_token", token)

    def read(self, name: str) -> str:
        """A secret."""
        return (self.folder / name).read_text().strip()

    def check(self) -> None:
        """Raise SecretWrong when one is missing, short or a word everybody tries first."""
        for path in sorted(self.folder.iterdir()):
            word = path.read_text().strip()
            password = word.partition("://")[2].partition("@")[0].partition(":")[2] if "://" in word else word
            if not password and path.name in EMPTY_MEANS_NONE:
                continue
            if is_weak(password):
                raise SecretWrong(
                    f"the secret {path} is {'missing' if not password else 'short or widely known'}. "
                    "Delete the file and run ./peyvand up again, which makes a random one."
                )

    def _once(self, name: str, word: str) -> None:
        if not (self.folder / name).exists():
            self._write(name, word)

    def _write(self, name: str, word: str) -> None:
        # Containers read them as users of their own; who may enter the folder on this machine is its owner alone.
        path = self.folder / name
        path.write_text(word)
        path.chmod(0o444)
