"""The frozen shape of a notice; a catalogue file that says anything else does not load (R-168)."""

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

CATALOGUE = Path(__file__).parent / "catalogue"
DIGEST = "digest"


class Urgency(StrEnum):
    """How loudly a notice speaks."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"


class ChannelName(StrEnum):
    """The ways to a person."""

    EMAIL = "email"
    SMS = "sms"


class DeliveryClass(StrEnum):
    """`once`: doubt is shown, never repeated. `must_arrive`: repeated once under the same reference."""

    ONCE = "once"
    MUST_ARRIVE = "must_arrive"


class Role(StrEnum):
    """Recipient roles; the last three are named by the event itself."""

    HQC = "HQC"
    HQO = "HQO"
    LEG = "LEG"
    PH = "PH"
    PS = "PS"
    PE = "PE"
    EP = "EP"
    SO = "SO"
    AM = "AM"
    AC = "AC"
    INV = "INV"
    PARTIES = "PARTIES"
    ORGANISER = "ORGANISER"
    ADM = "ADM"
    PERSON = "PERSON"
    ASSIGNEES = "ASSIGNEES"
    TARGETS = "TARGETS"


class Strict(BaseModel):
    """Frozen, and refuses what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Audience(Strict):
    """Who is told by which channels; `steps` limits it to some rungs, `digest_for` moves roles to the daily digest."""

    role: Role
    channels: tuple[ChannelName, ...] = (ChannelName.EMAIL,)
    steps: tuple[str, ...] = ()
    digest: bool = False
    digest_for: tuple[Role, ...] = ()
    sms_if_within_hours: int | None = Field(default=None, ge=1)
    """The text message leaves only when the subject begins within so many hours."""


class Trigger(Strict):
    """One event that speaks through this notice."""

    event: str
    step: str
    """`{step}` takes the rung from the event."""
    urgency: Urgency | None = None
    only: dict[str, tuple[str, ...]] = {}
    """Fact name → values it must have."""
    never: dict[str, tuple[str, ...]] = {}
    """Fact name → values it must not have."""
    to: tuple[Audience, ...] = Field(min_length=1)
    stops_on: tuple[str, ...] = ()
    """Later events on the same subject after which this need not be said any more."""
    expires_at_start: bool = False
    """Nothing leaves once the subject has begun."""


class Notice(Strict):
    """One rule of the catalogue."""

    rule: str
    template: str
    name: dict[str, str]
    urgency: Urgency
    delivery_class: DeliveryClass = DeliveryClass.ONCE
    bundle: bool = True
    """Same recipient and rule within 15 minutes become one message; never for appointments and calendar invitations."""
    replayable: bool = False
    attachments: tuple[str, ...] = ()
    triggers: tuple[Trigger, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _speaks_two_languages(self) -> Self:
        if set(self.name) != {"fa", "en"}:
            raise ValueError(f"{self.rule}: a name in fa and in en")
        return self


class CatalogueError(ValueError):
    """A catalogue file says something twice or something unknown."""


class _Strings(yaml.BaseLoader):
    """Every scalar stays a string (`no` is not false, `010` not 8), and no key may occur twice."""


def _mapping(loader: _Strings, node: yaml.MappingNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in found:
            raise CatalogueError(f"{node.start_mark}: '{key}' is said twice")
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_Strings.add_constructor("tag:yaml.org,2002:map", _mapping)


def load_notice(text: str) -> Notice:
    """One catalogue file; CatalogueError or pydantic's ValidationError when it is not exactly a notice."""
    return Notice.model_validate(yaml.load(text, Loader=_Strings))  # noqa: S506 - a BaseLoader: strings only


@cache
def catalogue(folder: Path = CATALOGUE) -> dict[str, Notice]:
    """All notices by rule, read once per process."""
    notices: dict[str, Notice] = {}
    for path in sorted(folder.glob("*.yaml")):
        notice = load_notice(path.read_text(encoding="utf-8"))
        if notice.rule in notices or not path.stem.startswith(notice.rule.lower()):
            raise CatalogueError(f"{path.name}: rule {notice.rule} is there already or not the file's name")
        notices[notice.rule] = notice
    return notices


def triggers_of(event: str, notices: dict[str, Notice]) -> list[tuple[Notice, Trigger]]:
    """Every (notice, trigger) that listens to a short event name such as `pairing.established`."""
    return [(notice, trigger) for notice in notices.values() for trigger in notice.triggers if trigger.event == event]
