"""Events: golden schemas only grow, samples of every version parse for ever, consumers handle each of them."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from shared.contracts.base import EVENTS, noun_of, stream_of
from shared.contracts.envelope import Envelope
from shared.values.ids import new_id
from tools.asyncapi import rooms_of_contracts

HERE = Path(__file__).parent
rooms_of_contracts()
TYPES = sorted(EVENTS)


def golden(event_type: str) -> dict[str, Any]:
    """The committed schema of an event."""
    loaded: dict[str, Any] = json.loads((HERE / "schemas" / f"{event_type}.json").read_text(encoding="utf-8"))
    return loaded


def breaking(old: dict[str, Any], new: dict[str, Any], where: str = "") -> list[str]:
    """What a reader of the old schema would trip over: removed fields, newly required fields, other types."""
    found = []
    for name, field in old.get("properties", {}).items():
        now = new.get("properties", {}).get(name)
        if now is None:
            found.append(f"{where}{name} is gone")
        elif field.get("type") != now.get("type"):
            found.append(f"{where}{name} was {field.get('type')}, is {now.get('type')}")
    found += [f"{where}{name} became required" for name in set(new.get("required", [])) - set(old.get("required", []))]
    for name, part in old.get("$defs", {}).items():
        found += breaking(part, new.get("$defs", {}).get(name, {}), f"{name}.")
    return found


def envelope_of(event_type: str, data: dict[str, Any], number: int = 1) -> Envelope:
    """A sample as it would travel."""
    event = EVENTS[event_type]
    return Envelope(
        id=new_id(),
        type=event_type,
        source=f"/peyvand/{event.source}",
        subject=data[event.subject_field],
        time="2020-10-12T05:30:00Z",
        tenant="ir-seo",
        programme="sad-dabirkhaneh",
        cycle="1399-1400",
        territory="IR/IR-03",
        province="IR-03",
        sequence=f"{number:010d}",
        feedseq=number,
        epoch=new_id(),
        emittedat="2020-10-12T05:30:00Z",
        data=data,
    )


class TestContracts:
    @pytest.mark.parametrize("event_type", TYPES)
    def test_schema_only_grows(self, event_type: str) -> None:
        assert breaking(golden(event_type), EVENTS[event_type].model_json_schema()) == []

    def test_a_removed_field_is_seen(self) -> None:
        old = golden("peyvand.pairing.established.v1")
        new = json.loads(json.dumps(old))
        del new["properties"]["reason"]
        new["$defs"]["PairingFact"]["required"].append("letter_id")
        assert breaking(old, new) == ["reason is gone", "PairingFact.letter_id became required"]

    @pytest.mark.parametrize("path", sorted((HERE / "samples").glob("*.json")), ids=lambda path: path.stem)
    def test_every_sample_ever_spoken_parses(self, path: Path) -> None:
        data = json.loads(path.read_text(encoding="utf-8"))
        event = envelope_of(path.stem, data | {"a_newer_field": 1}).event()
        assert str(event.subject_id) == data[type(event).subject_field]

    @pytest.mark.parametrize("event_type", TYPES)
    def test_type_names_and_streams_follow_from_the_class(self, event_type: str) -> None:
        event = EVENTS[event_type]
        assert stream_of(event).startswith(f"peyvand.{event.source}")
        assert noun_of(event_type) in event_type and event.__doc__

    def test_personal_data_travels_on_the_restricted_stream_only(self) -> None:
        personal = {"email", "mobile", "display_name", "family_name", "address"}
        for event in EVENTS.values():
            fields = set(json.dumps(event.model_json_schema()).replace('"', " ").split())
            assert event.sensitive or not (fields & personal), event.__name__


@pytest.mark.parametrize("service", ["reporting", "notifications"])
class TestConsumers:
    def test_handle_every_sample_they_hear(self, service: str, request: pytest.FixtureRequest) -> None:
        session: Session = request.getfixturevalue(f"{service}_session")
        subscriber = import_module(f"services.{service}.background").subscriber()
        heard = [t for t in TYPES if t in subscriber.handlers]
        assert len(heard) > 20
        for number, event_type in enumerate(heard, 1):
            data = json.loads((HERE / "samples" / f"{event_type}.json").read_text(encoding="utf-8"))
            with session.begin_nested():
                subscriber.apply(session, [envelope_of(event_type, data, number)])
