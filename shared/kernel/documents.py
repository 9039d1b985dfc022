"""The OpenAPI document, completed with what the kernel itself asks of every request and may answer to it."""

from collections.abc import Callable, Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from shared.kernel import http

PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "link": {"type": "string"},
        "trace": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
        "refusals": {"type": "array", "items": {"type": "object"}},
    },
}
"""RFC 9457 with our members: what every refusal looks like."""
SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": http.COOKIE},
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "A word of the caller's own for this change; a repeated request gets the same answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}
VERSION = {"type": "string", "pattern": '^"[0-9]{1,9}"$', "examples": ['"1"']}
MEANT = {"type": "string", "pattern": '^(W/)?"?[0-9]{1,9}"?$', "examples": ['"1"']}
MEANINGS = {
    400: "The request cannot be read",
    401: "Sign in first",
    403: "Your role does not allow this",
    404: "No such thing",
    409: "The present state does not allow this",
    411: "The request must say how long it is",
    412: "Somebody changed it since you read it",
    413: "The request is larger than two megabytes",
    422: "Some fields are not right",
    428: "Send If-Match with the version you read",
    429: "Too many attempts; wait a while",
    503: "Not available for the moment; try again shortly",
}
EVERYWHERE = (400, 413, 422, 503)


def complete_document(app: FastAPI) -> None:
    """Let the application's document say what its doors really do; it is made when it is first asked for."""
    plain = app.openapi

    def whole() -> dict[str, Any]:
        if app.openapi_schema is None:
            _complete(plain(), {(method, route.path): route for method, route in _routes(app.routes)})
        return plain()

    app.openapi = whole  # type: ignore[method-assign]


def _routes(routes: Any) -> Iterator[tuple[str, APIRoute]]:
    """The routes with their methods, those of included routers too."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _routes(inner.routes)
        elif isinstance(route, APIRoute):
            yield from ((method.lower(), route) for method in route.methods or ())


def _complete(paper: dict[str, Any], routes: dict[tuple[str, str], APIRoute]) -> None:
    components = paper.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = PROBLEM
    components["securitySchemes"] = SCHEMES
    components["parameters"] = {"IdempotencyKey": KEY}
    components["responses"] = {f"Refused{status}": _problem(words) for status, words in MEANINGS.items()}
    for path, methods in paper["paths"].items():
        for method, spoken in methods.items():
            route = routes[method, path]
            calls = set(_calls(route.dependant))
            keyed = isinstance(route, http.KernelRoute) and method == "post" and http.get_session in calls
            _ask(spoken, calls, keyed=keyed)
            _answer(method, path, spoken, calls)


def _calls(dependant: Any) -> Iterator[Callable[..., Any]]:
    """Everything a route depends on."""
    for each in dependant.dependencies:
        yield each.call
        yield from _calls(each)


def _ask(spoken: dict[str, Any], calls: set[Callable[..., Any]], *, keyed: bool) -> None:
    """What a request must bring: a token, a key, a version."""
    if http.get_caller in calls:
        spoken["security"] = [{name: []} for name in SCHEMES]
    for parameter in spoken.get("parameters", []):
        if parameter.get("in") == "header" and parameter["name"].lower() == "if-match":
            parameter |= {"required": True, "schema": MEANT, "description": "The version you mean, as its ETag said."}
    if keyed:
        spoken.setdefault("parameters", []).append({"$ref": "#/components/parameters/IdempotencyKey"})


def _answer(method: str, path: str, spoken: dict[str, Any], calls: set[Callable[..., Any]]) -> None:
    """What the kernel may answer; what the route itself names keeps its words."""
    may = {*EVERYWHERE}
    may |= {401, 403} if http.get_caller in calls else set()
    may |= {404} if "{" in path or method != "get" else set()
    may |= {403, 409, 411} if method != "get" else set()
    may |= {429} if any(each.get("name") == "q" for each in spoken.get("parameters", [])) else set()
    may |= {412, 428} if http.get_if_match in calls else set()
    answers = spoken["responses"]
    if "application/json" in answers.get("422", {}).get("content", {}):
        del answers["422"]  # the framework's own, which our handler never gives
    for status in sorted(may):
        answers.setdefault(str(status), {"$ref": f"#/components/responses/Refused{status}"})
    for status, said in answers.items():
        if status.startswith("2") and http.get_if_match in calls:
            said.setdefault("headers", {})["ETag"] = {"schema": VERSION, "description": "Its version now."}


def _problem(words: str) -> dict[str, Any]:
    """One way to be refused."""
    return {
        "description": words,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
