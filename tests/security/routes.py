"""Every route of the three applications as they really answer, and a valid request for each of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from fastapi.routing import APIRoute

from shared.values.ids import new_id

SERVICES = ("registry", "reporting", "notifications")
MISSING = UUID(int=7)
_NAMED = re.compile(r"\{(\w+)(?::path)?\}")


@dataclass(frozen=True)
class Operation:
    """One method of one address; `page` when it answers people with HTML and is not in the OpenAPI document."""

    service: str
    method: str
    path: str
    name: str
    page: bool

    @property
    def id(self) -> str:
        """How tests name it."""
        return f"{self.service} {self.method} {self.path}"

    @property
    def names(self) -> list[str]:
        """The names in its address."""
        return _NAMED.findall(self.path)

    def url(self, values: dict[str, Any] | None = None) -> str:
        """The address with its names filled in; what is not known is an id nobody has."""
        known = values or {}
        return _NAMED.sub(lambda found: str(known.get(found[1], MISSING)), self.path)


def operations_of(app: FastAPI, service: str) -> list[Operation]:
    """All routes of an application, those of included routers too, in their order."""
    return list(_walk(app.routes, service))


def _walk(routes: Any, service: str) -> Iterator[Operation]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _walk(inner.routes, service)
        elif isinstance(route, APIRoute):
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield Operation(service, method, route.path, route.name, not route.include_in_schema)


def body_for(document: dict[str, Any], operation: Operation) -> Any:
    """A request body that fits the operation's schema: required fields only, ids nobody has; None without a body."""
    spoken = document["paths"][operation.path][operation.method.lower()].get("requestBody")
    if spoken is None:
        return None
    return example_of(document, spoken["content"]["application/json"]["schema"])


def query_for(document: dict[str, Any], operation: Operation) -> dict[str, Any]:
    """The query parameters a question cannot do without."""
    asked = document["paths"][operation.path][operation.method.lower()].get("parameters", [])
    return {
        each["name"]: example_of(document, each["schema"], each["name"])
        for each in asked
        if each["in"] == "query" and each["required"]
    }


def example_of(document: dict[str, Any], schema: dict[str, Any], name: str = "") -> Any:
    """A value that fits a schema."""
    if "$ref" in schema:
        return example_of(document, document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]], name)
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return example_of(document, schema[several][0], name)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if schema.get("type") == "object":
        return _object(document, schema)
    if schema.get("type") == "array":
        item = schema.get("items", {"type": "string"})
        return [example_of(document, item, name) for _ in range(max(1, schema.get("minItems", 0)))]
    return _plain(schema, name)


def _object(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    fields = schema.get("properties", {})
    inner = [schema.get("additionalProperties"), *schema.get("patternProperties", {}).values()]
    if not fields and any(isinstance(each, dict) for each in inner):
        return {"fa": example_of(document, next(each for each in inner if isinstance(each, dict)))}
    return {each: example_of(document, fields[each], each) for each in schema.get("required", [])}


def _plain(schema: dict[str, Any], name: str) -> Any:
    if schema.get("examples"):
        return schema["examples"][0]
    match schema.get("type"), schema.get("format"):
        case "string", "uuid":
            return str(new_id())
        case "string", "date":
            return "2020-10-10"
        case "string", "date-time":
            return "2020-10-20T09:00:00+03:30"
        case "string", _:
            return {"cycle": "1399-1400", "programme": "sad-dabirkhaneh", "province": "IR-03"}.get(name, "reason")
        case (("integer" | "number"), _):
            return max(1, schema.get("minimum", 1))
        case "boolean", _:
            return True
    return {}
