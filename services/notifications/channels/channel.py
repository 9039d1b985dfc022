"""What every channel answers, and the mark that separates "safe to repeat" from "nobody can know"."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import TracebackType
from typing import Protocol, Self


class Outcome(StrEnum):
    """What became of one try."""

    SENT = "sent"
    RETRY = "retry"
    """The provider did not take it and said so, or was not reached: repeating is safe."""
    FAILED = "failed"
    """The provider refused it for good."""
    UNKNOWN = "unknown"
    """The try broke after the mark: it may or may not have been taken."""
    STOPPED = "stopped"
    """The mark was refused: somebody else owns this delivery now."""


@dataclass(frozen=True)
class Report:
    """The outcome of one try with the provider's reference and words."""

    outcome: Outcome
    reference: str | None = None
    reply: str = ""
    reached: bool = True
    """False when the provider could not be reached at all: such a try burns no attempt."""


@dataclass(frozen=True)
class Attachment:
    """A file that travels with a message."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Outgoing:
    """One message ready to leave."""

    delivery_id: str
    to_address: str
    text: str
    sent_at: datetime
    to_name: str = ""
    subject: str = ""
    html: str = ""
    language: str = "fa"
    headers: dict[str, str] = field(default_factory=dict)
    calendar: Attachment | None = None
    attachments: tuple[Attachment, ...] = ()


Mark = Callable[[], bool]
"""Writes the durable mark; False means that the caller no longer owns the delivery and nothing may be sent."""


class Line(Protocol):
    """An open way to a provider, used for a batch of messages."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def send(self, message: Outgoing, mark: Mark) -> Report:
        """Tries once; calls `mark` right before the provider could take the message."""
        ...


class Channel(Protocol):
    """Opens a line to a provider."""

    @property
    def name(self) -> str:
        """`email` or `sms`."""
        ...

    def open(self) -> Line:
        """A line for one batch; connecting may happen later, at the first message."""
        ...
