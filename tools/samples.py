"""A sample and a golden JSON schema of each event: tests/contract/{samples,schemas}/<type>.json.

A sample of every version ever spoken stays for ever (the journal is replayed); an existing sample is never rewritten.
"""

import json
import types
import typing
from datetime import date, datetime
from typing import Any, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel

from shared.contracts.base import EVENTS, Event
from shared.values.ids import derived_id
from shared.values.partial_dates import PartialDate
from tools.asyncapi import rooms_of_contracts
from tools.papers import ROOT, Papers, run

FOLDER = ROOT / "tests" / "contract"
DAY = date(2020, 10, 12)
KNOWN: dict[str, str] = {
    "province": "IR-03",
    "office_province": "IR-03",
    "territory_code": "IR-03",
    "code": "IR-03",
    "path": "IR/IR-03",
    "parent_code": "IR",
    "territory": "IR/IR-03",
    "calendar": "solar_hijri",
    "tz": "Asia/Tehran",
    "language": "fa",
    "default_language": "fa",
    "email": "somebody@example.org",
    "mobile": "+989120000001",
    "quiet_from": "21:00",
    "quiet_to": "08:00",
    "channel": "email",
    "gender": "girls",
    "weekend": "fri",
    "languages": "fa",
    "agency_kind": "organisation",
    "agency_sector": "governmental",
    "sector": "governmental",
    "quota_id": "Q-SCH",
    "subject": "secretariat",
    "step": "T-7",
    "role": "principal",
    "target_roles": "PS",
    "mark": "present",
    "template": "T4",
    "period_key": "cycle",
    "score": "86",
    "value": "30",
    "level": "province",
}

SPECIAL: dict[str, dict[str, str]] = {"Assignee": {"role": "PS", "province": "IR-03"}}
"""Fields whose name means something else inside one part."""


def sample(event: type[Event]) -> Event:
    """One plausible event of a class: every field filled, the same in each run."""
    values = {name: value_of(field.annotation, name) for name, field in event.model_fields.items()}
    subject = values[event.subject_field]
    for part in values.values():
        if isinstance(part, dict) and event.subject_field in part:
            part[event.subject_field] = subject
    return event.model_validate(values)


def value_of(annotation: Any, name: str) -> Any:
    """A value of a type; the field's name decides what a text says."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return value_of(next(each for each in inner if each is not type(None)), name)
    if origin is typing.Literal:
        return inner[0]
    if origin is typing.Annotated:
        return value_of(inner[0], name)
    if origin is tuple:
        return [value_of(inner[0], name)]
    if origin is dict:
        return dict_of(inner, name)
    if isinstance(annotation, type) and issubclass(annotation, PartialDate):
        return json.loads(PartialDate.of_day("solar_hijri", DAY).model_dump_json())  # type: ignore[arg-type]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        told = SPECIAL.get(annotation.__name__, {})
        return {k: told.get(k) or value_of(field.annotation, k) for k, field in annotation.model_fields.items()}
    return scalar(annotation, name)


def dict_of(inner: tuple[Any, ...], name: str) -> dict[str, Any]:
    """A dictionary: names per language, days per code, else one entry."""
    if inner == (str, str):
        return {"fa": "نمونه", "en": "Sample"}
    key = DAY.isoformat() if inner[0] is date else "T1" if name == "steps" else "Q-SCH"
    return {key: value_of(inner[1], name)}


def scalar(annotation: Any, name: str) -> Any:
    """A scalar of a type."""
    if annotation is UUID:
        return str(derived_id("ir-seo", "sample", name))
    if annotation is bool:
        return False
    if annotation is int:
        return 1
    if annotation is date:
        return DAY.isoformat()
    if annotation is datetime:
        return "2020-10-12T05:30:00Z"
    return KNOWN.get(name, name)


def make() -> Papers:
    """The papers and their content."""
    rooms_of_contracts()
    papers = {}
    for event_type, event in sorted(EVENTS.items()):
        golden = json.dumps(event.model_json_schema(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        papers[FOLDER / "schemas" / f"{event_type}.json"] = golden
        kept = FOLDER / "samples" / f"{event_type}.json"
        text = json.dumps(sample(event).model_dump(mode="json", exclude_none=True), ensure_ascii=False, indent=1) + "\n"
        papers[kept] = kept.read_text(encoding="utf-8") if kept.exists() else text
    return papers


if __name__ == "__main__":
    run(make)
