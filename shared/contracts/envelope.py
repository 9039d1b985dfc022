"""Envelope: the header every event travels with, CloudEvents 1.0 in its JSON form."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contracts.base import EVENTS, Event

REQUIRED = ("specversion", "id", "type", "source", "subject", "time", "tenant", "sequence", "epoch", "emittedat")


class Envelope(BaseModel):
    """Attributes are lower-case scalars; `data` is the event, None when the row was blanked (personal data erased).

    `time` is business time, `emittedat` machine time; `sequence` counts the aggregate's events, `feedseq` the stream's.
    `territory` is the path `IR/IR-03`, `province` its first level under the country ('' for national facts).
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: str = "1.0"
    id: UUID
    type: str
    source: str
    subject: UUID
    time: datetime
    datacontenttype: str = "application/json"
    tenant: str
    programme: str = ""
    cycle: str = ""
    territory: str = ""
    province: str = ""
    actor: str = ""
    traceparent: str | None = None
    causationid: str | None = None
    sequence: str
    feedseq: int
    epoch: UUID
    emittedat: datetime
    data: dict[str, Any] | None = None

    @property
    def known(self) -> bool:
        """Whether this code base knows the event's type."""
        return self.type in EVENTS

    def event(self) -> Event:
        """The event itself, read tolerantly: a newer producer's extra fields are ignored."""
        return EVENTS[self.type].model_validate(self.data or {}, extra="ignore")

    def wire(self) -> dict[str, Any]:
        """The JSON form without nulls and empty extensions."""
        dumped = self.model_dump(mode="json", exclude_none=True)
        return {name: value for name, value in dumped.items() if value != "" or name in REQUIRED}
