"""Event: the base of all contracts; declaring a class registers it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.values.partial_dates import PartialDate

TYPE_PATTERN = re.compile(r"^peyvand\.[a-z]+(?:_[a-z]+)*\.[a-z]+(?:_[a-z]+)*\.v[1-9][0-9]*$")
EVENTS: dict[str, type[Event]] = {}


class Part(BaseModel):
    """A piece of an event: frozen, strict when speaking (unknown fields are refused)."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Event(Part):
    """Something that happened, in the past tense; owned by one service (`source`).

    The class line carries `type`, `source`, `subject` (the field that holds the aggregate's id) and `sensitive`
    (personal data: restricted stream). A malformed type, a duplicate, or a subject that is not a field fails at import.
    """

    event_type: ClassVar[str]
    source: ClassVar[str]
    subject_field: ClassVar[str]
    sensitive: ClassVar[bool]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Take the class line's words; they are read once the fields are known."""
        super().__init_subclass__()

    @classmethod
    def __pydantic_init_subclass__(
        cls, *, type: str = "", source: str = "registry", subject: str = "", sensitive: bool = False, **kwargs: Any
    ) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if not type:
            return  # a base shared by several events, not an event itself
        if not TYPE_PATTERN.match(type):
            raise TypeError(f"{cls.__name__}: '{type}' is not peyvand.<noun>.<participle>.v<n>")
        if type in EVENTS:
            raise TypeError(f"{cls.__name__}: '{type}' is declared by {EVENTS[type].__name__} already")
        if subject not in cls.model_fields:
            raise TypeError(f"{cls.__name__}: subject '{subject}' is not one of its fields")
        cls.event_type, cls.source, cls.subject_field, cls.sensitive = type, source, subject, sensitive
        EVENTS[type] = cls

    @property
    def subject_id(self) -> UUID:
        """The id of the aggregate this event speaks of."""
        value: UUID = getattr(self, self.subject_field)
        return value


def stream_of(event: type[Event]) -> str:
    """The stream an event class belongs to; it follows from the class line alone."""
    return f"peyvand.{event.source}.pii" if event.sensitive else f"peyvand.{event.source}"


def noun_of(event_type: str) -> str:
    """The aggregate's noun: `peyvand.pairing.established.v1` → `pairing`."""
    return event_type.split(".")[1]


class FactHeader(Part):
    """Which version of which fact an event carries; the highest version known at an instant is its truth."""

    id: UUID
    version: int
    kind: Literal["create", "correct", "withdraw", "end"] = "create"
    supersedes: int | None = None


class FactEvent(Event):
    """An event that carries its fact whole (snapshot), so that a reader needs no look-up and no order."""

    fact: FactHeader
    effective_on: PartialDate


class Interval(Part):
    """Local calendar days [from_on, to_on); `to_on` is None while it lasts."""

    from_on: date
    to_on: date | None = None


class Dimensions(Part):
    """School and agency attributes as they were on the effective day."""

    gender: str | None = None
    stages: tuple[str, ...] = ()
    disability_groups: tuple[str, ...] = ()
    agency_kind: str | None = None
    agency_sector: str | None = None


Names = dict[str, str]
"""Language → text, e.g. {"fa": "یزد", "en": "Yazd"}."""


class Reminder(Part):
    """One step of a reminder ladder: fired once per due version."""

    step: str
    due_at: str | None = None
    due_version: int = 1
