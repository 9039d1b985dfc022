"""The edge of every request: its trace, what is refused unread, the headers every answer carries, one line about it.

Plain ASGI: nothing is copied, and no task of its own stands between the server and the application.
"""

import time
from collections.abc import Callable

from fastapi import FastAPI, Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kernel.access import note_request
from shared.kernel.problems import BadRequest, InvalidInput, Problem, Unavailable
from shared.kernel.room import RoomFull
from shared.kernel.tracing import enter_trace

MAX_BODY = 2_000_000
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class BodyTooLarge(Problem):
    """The request is larger than two megabytes."""

    status = 413


class LengthRequired(Problem):
    """The request must say how long it is."""

    status = 411


class CrossSiteRefused(Problem):
    """This request came from another site."""

    status = 403


class Edge:
    """Stands around everything but the answers to unexpected faults, which are given outside of it."""

    def __init__(self, app: ASGIApp, problem: Callable[[Request, Problem], Response]) -> None:
        self.app = app
        self.problem = problem

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        # Entered for good: a request has a context of its own, and its unexpected fault is answered outside of here.
        traceparent = enter_trace(request.headers.get("traceparent"))
        began, status = time.perf_counter(), 500

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status, headers = message["status"], MutableHeaders(scope=message)
                dress(scope["app"], scope["path"], headers)
                headers["traceparent"] = traceparent
            await send(message)

        try:
            refusal = _refusal_at_edge(request)
            if refusal is None:
                await self._in_turn(request, receive, dressed)
            else:
                await self.problem(request, refusal)(scope, receive, dressed)
        finally:
            note_request(request, status=status, seconds=time.perf_counter() - began)

    async def _in_turn(self, request: Request, receive: Receive, send: Send) -> None:
        """Let the request in when there is room; what asks the database nothing waits for nobody."""
        if request.url.path in ("/healthz", "/metrics"):
            await self.app(request.scope, receive, send)
            return
        try:
            async with request.app.state.room.place():
                await self.app(request.scope, receive, send)
        except RoomFull:
            await self.problem(request, Unavailable())(request.scope, receive, send)


def _refusal_at_edge(request: Request) -> Problem | None:
    """What is refused before anything of the request is read: too much of it, an address with NUL (which no database
    takes as text), or a form of another site."""
    if "transfer-encoding" in request.headers:
        return LengthRequired()
    length = request.headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        return BadRequest()
    if len(length) > len(str(MAX_BODY)) or int(length) > MAX_BODY:
        return BodyTooLarge()
    if "\x00" in request.scope["path"] or b"%00" in request.scope["query_string"]:
        return InvalidInput()
    site = request.headers.get("sec-fetch-site", "same-origin")
    if request.method not in {"GET", "HEAD", "OPTIONS"} and site in {"cross-site", "same-site"}:
        return CrossSiteRefused()
    return None


def dress(app: FastAPI, path: str, headers: MutableHeaders) -> None:
    """The headers every answer carries, refusals and faults too."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if app.state.settings.secure_cookies:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if not path.startswith("/static"):
        headers.setdefault("Cache-Control", "no-store")
