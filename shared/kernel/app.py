"""new_app(): one FastAPI factory for all services, with problem answers, traces, headers and health."""

import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from psycopg.errors import InsufficientPrivilege, UniqueViolation
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from shared.kernel.access import note_request, route_of
from shared.kernel.clock import use_demo_clock
from shared.kernel.db import new_engine, new_sessions
from shared.kernel.documents import complete_document
from shared.kernel.failpoints import use_failpoints
from shared.kernel.health import health_router
from shared.kernel.http import language_of
from shared.kernel.idempotency import Replay
from shared.kernel.limits import Window
from shared.kernel.logs import start_logs
from shared.kernel.metrics import watch_pool
from shared.kernel.problem_answers import ProblemAnswers
from shared.kernel.problems import (
    BadRequest,
    Forbidden,
    InvalidInput,
    NotFound,
    Overtaken,
    Problem,
    Unavailable,
)
from shared.kernel.room import Room, RoomFull
from shared.kernel.settings import CommonSettings
from shared.kernel.tracing import enter_trace, trace_id
from shared.kernel.words import words_in

log = structlog.get_logger()
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


class RouteNotFound(NotFound):
    """No such page or address."""


class MethodNotAllowed(Problem):
    """This address does not take that method."""

    status = 405


class BodyTooLarge(Problem):
    """The request is larger than two megabytes."""

    status = 413


class LengthRequired(Problem):
    """The request must say how long it is."""

    status = 411


class CrossSiteRefused(Problem):
    """This request came from another site."""

    status = 403


class InternalError(Problem):
    """Something went wrong on our side; nothing was half-written."""


def new_app(settings: CommonSettings, *, service: str, words: Path, title: str) -> FastAPI:
    """An application with engine, sessions, handlers and health routes; slices are included by the caller."""
    documented = settings.environment in {"demo", "test"}
    app = FastAPI(
        title=title,
        version="1",
        docs_url="/docs" if documented else None,
        redoc_url=None,
        openapi_url="/openapi.json" if documented else None,
        root_path=settings.root_path,
        generate_unique_id_function=lambda route: route.name,
        separate_input_output_schemas=False,
    )
    start_logs(service, settings.log_level)
    use_demo_clock(settings.demo_clock)
    use_failpoints(settings.failpoints, environment=settings.environment)
    app.state.settings, app.state.service = settings, service
    app.state.engine = new_engine(
        settings.database,
        pool_size=settings.pool_size,
        statement_timeout_ms=settings.statement_timeout_ms,
        name=f"{service}-api",
    )
    app.state.room = Room(2 * settings.pool_size)
    watch_pool(app.state.engine, f"{service}-api")
    app.state.sessions = new_sessions(app.state.engine)
    app.state.watched = lambda _session: ()
    shared_words = Path(__file__).resolve().parent.parent
    app.state.words = words_in(shared_words / "kernel" / "words", shared_words / "web" / "words", words)
    app.state.problem_pages = None
    app.state.searches = Window(settings.searches_per_minute, 60)
    _handle_problems(app)
    app.middleware("http")(_edge)
    app.include_router(health_router())
    complete_document(app)
    return app


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


def _dress(request: Request, response: Response) -> None:
    """The headers every answer carries, refusals and faults too."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.app.state.settings.secure_cookies:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if not request.url.path.startswith("/static"):
        response.headers.setdefault("Cache-Control", "no-store")


async def _edge(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    # Entered for good: a request has a context of its own, and its unexpected fault is answered outside of here.
    traceparent = enter_trace(request.headers.get("traceparent"))
    began, status = time.perf_counter(), 500
    try:
        refusal = _refusal_at_edge(request)
        response = await _in_turn(request, call_next) if refusal is None else _problem(request, refusal)
        status = response.status_code
    finally:
        note_request(request, status=status, seconds=time.perf_counter() - began)
    _dress(request, response)
    response.headers["traceparent"] = traceparent
    return response


async def _in_turn(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    if request.url.path in ("/healthz", "/metrics"):
        return await call_next(request)
    try:
        async with request.app.state.room.place():
            return await call_next(request)
    except RoomFull:
        return _problem(request, Unavailable())


def _problem(
    request: Request,
    problem: Problem,
    errors: list[dict[str, Any]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer of a problem: problem+json, or a page where a person's browser asks for one."""
    pages = request.app.state.problem_pages
    answers = ProblemAnswers(request.app.state.words)
    body = answers.body(problem, language=language_of(request), instance=request.url.path, errors=errors)
    headers = {**(headers or {}), "Content-Language": language_of(request)}
    if problem.status in (429, 503):
        headers["Retry-After"] = str(problem.extra.get("retry_after", 5))
    if pages is not None and "text/html" in request.headers.get("accept", ""):
        page: Response = pages(request, problem, body)
        return page
    return JSONResponse(body, status_code=problem.status, media_type="application/problem+json", headers=headers)


def _handle_problems(app: FastAPI) -> None:
    def on_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return _problem(request, error)

    def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        answers = ProblemAnswers(request.app.state.words)
        if any(each["type"] == "json_invalid" for each in error.errors()):
            return _problem(request, BadRequest())
        return _problem(request, InvalidInput(), errors=answers.field_errors(error.errors(), language_of(request)))

    def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        by_status: dict[int, type[Problem]] = {404: RouteNotFound, 405: MethodNotAllowed}
        # A refused method comes with the list of those that are taken (RFC 9110).
        return _problem(request, by_status.get(error.status_code, BadRequest)(), headers=error.headers)

    def on_replay(request: Request, error: Exception) -> Response:
        assert isinstance(error, Replay)
        headers = {"Idempotent-Replayed": "true"} | ({"ETag": error.etag} if error.etag else {})
        return Response(error.body, status_code=error.status, media_type="application/json", headers=headers)

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Replay, on_replay)
    _handle_faults(app)


def _handle_faults(app: FastAPI) -> None:
    def on_stale(request: Request, _error: Exception) -> Response:
        return _problem(request, Overtaken())

    def on_database(request: Request, error: Exception) -> Response:
        log.warning("database.unavailable", error=type(error).__name__)
        return _problem(request, Unavailable())

    def on_integrity(request: Request, error: Exception) -> Response:
        # Two at once with the same key, or an id that is taken where the actor cannot see: the first one stands.
        taken = isinstance(error, IntegrityError) and isinstance(error.orig, UniqueViolation)
        return _problem(request, Overtaken()) if taken else on_unknown(request, error)

    def on_refused(request: Request, error: Exception) -> Response:
        # Row-level security stopped a row that the guard had let through: the second lock did its work.
        if isinstance(error, DBAPIError) and isinstance(error.orig, InsufficientPrivilege):
            log.error("request.stopped_by_database", route=route_of(request), exc_info=error)
            return _problem(request, Forbidden())
        return on_unknown(request, error)

    def on_unknown(request: Request, error: Exception) -> Response:
        log.error("request.failed", route=route_of(request), exc_info=error)
        answer = _problem(request, InternalError(trace=trace_id()))
        # An unexpected fault is answered outside the edge, so it is dressed here.
        _dress(request, answer)
        return answer

    app.add_exception_handler(StaleDataError, on_stale)
    app.add_exception_handler(OperationalError, on_database)
    app.add_exception_handler(PoolTimeout, on_database)
    app.add_exception_handler(IntegrityError, on_integrity)
    app.add_exception_handler(DBAPIError, on_refused)
    app.add_exception_handler(Exception, on_unknown)
