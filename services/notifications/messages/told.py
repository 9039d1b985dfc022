"""What an event says to templates and planning: subject, rung, where its recipients are, and every fact by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.notifications.contacts import queries as contacts
from services.notifications.contacts.queries import Reach
from services.notifications.notices.planning import Matter
from shared.contracts.base import Event, noun_of
from shared.contracts.envelope import Envelope
from shared.values.deadlines import local_day

Facts = dict[str, Any]
Builder = Callable[["Hearing", Any], list["Told"]]


@dataclass(frozen=True)
class Told:
    """One matter, where its roles are looked for, and the facts its templates may use."""

    matter: Matter
    reach: Reach
    facts: Facts
    province: str


@dataclass
class Hearing:
    """The event being heard, with look-ups."""

    session: Session
    envelope: Envelope
    now: datetime
    tz: str
    name: str = field(init=False)

    def __post_init__(self) -> None:
        self.name = short_name(self.envelope.type)

    @property
    def tenant(self) -> str:
        """The tenant the event belongs to."""
        return self.envelope.tenant

    def province_names(self, code: str) -> dict[str, str] | None:
        """Names of a province; its code where the territory was never heard of."""
        if not code:
            return None
        return contacts.names_of(self.session, self.tenant, "territory", code) or {"en": code}

    def names(self, kind: str, key: UUID | None) -> dict[str, str] | None:
        """Names of a school, agency or office."""
        return contacts.names_of(self.session, self.tenant, kind, str(key)) if key else None

    def reach(self, province: str | None = None, **where: Any) -> Reach:
        """Where roles are looked for: the event's province unless another is meant."""
        place = self.envelope.province if province is None else province
        return Reach(self.tenant, local_day(self.now, self.tz), province=place, **where)

    def told(
        self,
        event: Event,
        facts: Mapping[str, Any],
        reach: Reach,
        *,
        qualifier: str = "",
        step: str = "",
        due_version: int | None = None,
        compare: Mapping[str, str] | None = None,
        begins_at: datetime | None = None,
    ) -> Told:
        """One matter of this event; a rung's key is its step with the due version, another's the event's id."""
        matter = Matter(
            event=self.name,
            event_id=self.envelope.id,
            subject_type=noun_of(self.envelope.type),
            subject_id=event.subject_id,
            qualifier=qualifier,
            step=step,
            rung=f"{step}/{due_version}" if due_version is not None else "",
            facts=dict(compare or {}),
            begins_at=begins_at,
        )
        named = {"event": self.name, "province": self.province_names(reach.province), **facts}
        return Told(matter, reach, plain(named), reach.province)


def short_name(event_type: str) -> str:
    """`peyvand.pairing.established.v1` → `pairing.established`."""
    return ".".join(event_type.split(".")[1:3])


def plain(facts: Mapping[str, Any]) -> Facts:
    """Facts as they are stored: days and instants in ISO form, ids as text."""
    return {name: _plain(value) for name, value in facts.items()}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(each) for each in value]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def rung_of(event: Any) -> dict[str, Any]:
    """Step and due version of a reminder or an escalation; nothing for plain events."""
    step = getattr(event, "step", None)
    return {"step": step, "due_version": event.due_version} if step is not None else {}
