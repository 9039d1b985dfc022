"""Where everything of one running Peyvand is, as the doctor sees it from this machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SERVICES = ("registry", "reporting", "notifications")


class NotRunning(Exception):
    """Nothing runs there; the message says how to start it."""


@dataclass(frozen=True)
class Part:
    """One process or container: whether it is up, whether it makes progress (None: it is not asked), what to do."""

    name: str
    up: bool
    progresses: bool | None = None
    detail: str = ""


@dataclass(frozen=True)
class Mail:
    """The mail server notifications hands messages to."""

    host: str
    port: int
    security: str = "none"
    user: str = ""
    password: str = ""


@dataclass
class Place:
    """Addresses and secrets of one Peyvand, and the words of its mends."""

    name: str
    parts: list[Part]
    databases: Mapping[str, str]
    """Each service's database as its application role."""
    redis: Mapping[str, str]
    """Bus and broker by what they are for."""
    webs: Mapping[str, str]
    mail: Mail | None
    text_gateway: str
    disks: Mapping[str, str]
    """Folders on the disks that matter, by what lies there."""
    private_key: Mapping[str, Any]
    public_keys: Mapping[str, Any]
    tokens: Mapping[str, str]
    """Service tokens by the service that carries them."""
    demo_clock: bool = False
    restart: str = "./peyvand up"
    logs: str = "./peyvand logs {part}"
    certificates: Mapping[str, str] = field(default_factory=dict)
    """PEM files by what they protect."""
