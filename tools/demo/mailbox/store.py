"""What was received, as files: a message is on the disk before its sender is told that it was taken."""

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, cast

MAIL, TEXT = ".eml", ".json"


@dataclass(frozen=True)
class Received:
    """One message as it came: `id` counts from 000001 over mails and texts together."""

    id: str
    path: Path

    @property
    def is_mail(self) -> bool:
        """Whether it is an e-mail, not a text message."""
        return self.path.suffix == MAIL

    @cached_property
    def at(self) -> datetime:
        """When it was written, by this machine's clock."""
        return datetime.fromtimestamp(self.path.stat().st_mtime, tz=UTC)

    @property
    def raw(self) -> bytes:
        """The file."""
        return self.path.read_bytes()

    @cached_property
    def text(self) -> dict[str, Any]:
        """The fields of a text message."""
        return cast(dict[str, Any], json.loads(self.raw))


class Store:
    """A folder of messages, one file each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._known = [Received(path.stem, path) for path in sorted(folder.iterdir()) if path.suffix in (MAIL, TEXT)]

    def add_mail(self, content: bytes, *, sender: str, recipients: list[str]) -> Received:
        """Keep an e-mail; its envelope is kept in front of it as header lines."""
        envelope = [f"X-Envelope-From: {sender}", *(f"X-Envelope-To: {each}" for each in recipients)]
        return self._add("\r\n".join([*envelope, ""]).encode() + content, MAIL)

    def add_text(self, fields: dict[str, Any]) -> Received:
        """Keep a text message."""
        return self._add(json.dumps(fields, ensure_ascii=False).encode(), TEXT)

    def _add(self, content: bytes, suffix: str) -> Received:
        with self._lock:
            number = int(self._known[-1].id) + 1 if self._known else 1
            path = self.folder / f"{number:06d}{suffix}"
            temporary = path.with_suffix(".part")
            with temporary.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
            received = Received(path.stem, path)
            self._known.append(received)
            return received

    def __len__(self) -> int:
        return len(self._known)

    def get(self, message_id: str) -> Received | None:
        """One message."""
        return next((each for each in self._known if each.id == message_id), None)

    def all(self) -> list[Received]:
        """Everything, oldest first."""
        return list(self._known)

    def texts(self) -> Iterator[Received]:
        """Text messages, oldest first."""
        return (each for each in self._known if not each.is_mail)
