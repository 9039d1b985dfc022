"""Where an id or a province can sit in a request: query, body, nested list; each with the kind of thing it names."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.security.routes import Operation, body_for, example_of
from tools.isolation.asking import ALIKE, PLACES

Step = str | int


@dataclass(frozen=True)
class Spot:
    """One place in an operation's input: `where` is query, body or nested list; `kind` a thing's name or province."""

    operation: Operation
    where: str
    name: str
    kind: str
    path: tuple[Step, ...] = ()

    @property
    def id(self) -> str:
        """How a report names it."""
        return f"{self.operation.id} {self.where} {'.'.join(str(step) for step in self.path) or self.name}"


def kind_of(name: str) -> str:
    """What a name stands for: `province` for places, else the name by which addresses call the thing."""
    return "province" if name in PLACES else ALIKE.get(name, name)


def spots_of(document: dict[str, Any], operation: Operation) -> list[Spot]:
    """Every spot of an operation but those in its address."""
    spoken = document["paths"][operation.path][operation.method.lower()]
    found = [
        Spot(operation, "query", each["name"], kind_of(each["name"]))
        for each in spoken.get("parameters", [])
        if each.get("in") == "query" and (_is_id(document, each["schema"]) or each["name"] in PLACES)
    ]
    content = spoken.get("requestBody", {}).get("content", {}).get("application/json")
    if content:
        found += _inside(document, operation, content["schema"], ())
    return found


def _real(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        return found
    several = [each for each in schema.get("anyOf", []) if each.get("type") != "null"]
    return _real(document, several[0]) if several else schema


def _is_id(document: dict[str, Any], schema: dict[str, Any]) -> bool:
    return _real(document, schema).get("format") == "uuid"


def _inside(
    document: dict[str, Any], operation: Operation, schema: dict[str, Any], path: tuple[Step, ...]
) -> Iterator[Spot]:
    real = _real(document, schema)
    where = "nested list" if any(isinstance(step, int) for step in path) else "body"
    for name, inner in real.get("properties", {}).items():
        if name == "id" or len(path) > 4:
            continue
        here = (*path, name)
        shape = _real(document, inner)
        if _is_id(document, inner) or (name in PLACES and shape.get("type") == "string"):
            yield Spot(operation, where, name, kind_of(name), here)
        elif shape.get("type") == "array":
            item = shape.get("items", {})
            if _is_id(document, item) or (name in PLACES and _real(document, item).get("type") == "string"):
                yield Spot(operation, "nested list", name, kind_of(name), (*here, 0))
            else:
                yield from _inside(document, operation, item, (*here, 0))


def with_value(document: dict[str, Any], spot: Spot, value: str) -> Any:
    """A valid body of the spot's operation with a value at the spot; lists and objects on the way are made."""
    body = copy.deepcopy(body_for(document, spot.operation))
    spoken = document["paths"][spot.operation.path][spot.operation.method.lower()]
    schema = spoken["requestBody"]["content"]["application/json"]["schema"]
    here = body
    for step, following in zip(spot.path, (*spot.path[1:], None), strict=True):
        real = _real(document, schema)
        schema = real["items"] if isinstance(step, int) else real["properties"][step]
        if following is None:
            _put(here, step, value)
            return body
        made = [] if isinstance(following, int) else example_of(document, schema)
        there = here[step] if (isinstance(step, int) and step < len(here)) or (step in here) else None
        if not isinstance(there, dict | list):
            _put(here, step, made)
        here = here[step]
    return body


def _put(here: Any, step: Step, value: Any) -> None:
    if isinstance(step, int) and step >= len(here):
        here.append(value)
    else:
        here[step] = value
