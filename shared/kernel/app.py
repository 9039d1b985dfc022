"""new_app(): one FastAPI factory for all services, with problem answers, traces, headers and health."""

from collections.abc import Mapping
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

from shared.kernel.access import route_of
from shared.kernel.clock import use_demo_clock
from shared.kernel.db import new_engine, new_sessions
from shared.kernel.documents import complete_document
from shared.kernel.edge import Edge, dress
from shared.kernel.failpoints import use_failpoints
from shared.kernel.health import health_router
from shared.kernel.http import Answered, language_of
from shared.kernel.idempotency import Replay
from shared.kernel.limits import Window
from shared.kernel.logs import start_logs
from shared.kernel.machine_clock import MachineClock
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
from shared.kernel.room import Room
from shared.kernel.settings import CommonSettings
from shared.kernel.tracing import trace_id
from shared.kernel.words import words_in

log = structlog.get_logger()


class RouteNotFound(NotFound):
    """No such page or address."""


class MethodNotAllowed(Problem):
    """This address does not take that method."""

    status = 405


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
    app.state.machine_clock = MachineClock(app.state.engine)
    app.state.watched = lambda _session: ()
    shared_words = Path(__file__).resolve().parent.parent
    app.state.words = words_in(shared_words / "kernel" / "words", shared_words / "web" / "words", words)
    app.state.problem_pages = None
    app.state.searches = Window(settings.searches_per_minute, 60)
    _handle_problems(app)
    app.add_middleware(Edge, problem=_problem)
    app.include_router(health_router())
    complete_document(app)
    return app


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

    def on_answered(_request: Request, error: Exception) -> Response:
        assert isinstance(error, Answered)
        return error.response

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Replay, on_replay)
    app.add_exception_handler(Answered, on_answered)
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
        dress(request.app, request.url.path, answer.headers)
        return answer

    app.add_exception_handler(StaleDataError, on_stale)
    app.add_exception_handler(OperationalError, on_database)
    app.add_exception_handler(PoolTimeout, on_database)
    app.add_exception_handler(IntegrityError, on_integrity)
    app.add_exception_handler(DBAPIError, on_refused)
    app.add_exception_handler(Exception, on_unknown)
