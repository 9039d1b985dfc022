"""Everything that can be asked: the operations of the three OpenAPI documents and the HTML pages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fastapi.routing import APIRoute

from tools.openapi import app_of

SERVICES = ("registry", "reporting", "notifications")
NAMED = re.compile(r"\{(\w+)(?::path)?\}")


@dataclass(frozen=True)
class Door:
    """One method of one address with what it takes: parameters and the schema of its body."""

    service: str
    method: str
    path: str
    page: bool
    parameters: tuple[dict[str, Any], ...] = ()
    body: dict[str, Any] | None = None
    schemas: dict[str, Any] = field(default_factory=dict, compare=False, hash=False)

    @property
    def id(self) -> str:
        """How reports name it."""
        return f"{self.service} {self.method} {self.path}"

    def __hash__(self) -> int:
        return hash(self.id)


def all_doors() -> list[Door]:
    """Every operation and page of the three services, read from their applications."""
    found: list[Door] = []
    for service in SERVICES:
        app = app_of(service)
        document = app.openapi()
        found += _operations(service, document)
        found += [
            Door(service, method, route.path, page=True)
            for route in _routes(app.routes)
            if not route.include_in_schema and not route.path.startswith("/static")
            for method in sorted((route.methods or set()) - {"HEAD"})
        ]
    return found


def _operations(service: str, document: dict[str, Any]) -> list[Door]:
    schemas = document.get("components", {}).get("schemas", {})
    found = []
    for path, methods in document["paths"].items():
        for method, spoken in methods.items():
            content = spoken.get("requestBody", {}).get("content", {}).get("application/json", {})
            parameters = tuple(spoken.get("parameters", []))
            found.append(Door(service, method.upper(), path, False, parameters, content.get("schema"), schemas))
    return found


def _routes(routes: Any) -> Iterator[APIRoute]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _routes(inner.routes)
        elif isinstance(route, APIRoute):
            yield route
