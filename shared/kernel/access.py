"""One line and two numbers per request: route template, status, time. No query, no path values, nobody's data."""

import structlog
from fastapi import Request

from shared.kernel.metrics import REQUEST_SECONDS, REQUESTS

log = structlog.get_logger()
UNSAID = ("/healthz", "/readyz", "/metrics", "/static")
"""Asked every few seconds by machines, or files: counted, not said."""
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


def route_of(request: Request) -> str:
    """The template of the route that answered, `unmatched` where there is none: never what stood in its place."""
    route = request.scope.get("route")
    if route is not None:
        return str(getattr(route, "path", "unmatched"))
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    return "/static" if path.startswith("/static/") else "unmatched"


def note_request(request: Request, *, status: int, seconds: float) -> None:
    """Count a request that has been answered, and say so."""
    route = route_of(request)
    method = request.method if request.method in METHODS else "other"
    REQUESTS.labels(method, route, str(status)).inc()
    REQUEST_SECONDS.labels(method, route).observe(seconds)
    if route not in UNSAID:
        log.info("http.request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))
