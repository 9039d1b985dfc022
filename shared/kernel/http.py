"""The web edge: sessions, actors, versions, idempotency and problem answers, the same in every service."""

import hashlib
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import datetime
from typing import Annotated, Any

from anyio import CancelScope
from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.routing import APIRoute
from fastapi.security.utils import get_authorization_scheme_param
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from shared.kernel.auth import MEMBERS, Actor, TokenRefused, read_token
from shared.kernel.clock import Clock, business_now
from shared.kernel.failpoints import reach
from shared.kernel.idempotency import begin_once, keep_answer
from shared.kernel.limits import count_search
from shared.kernel.problems import (
    BadRequest,
    Forbidden,
    IdempotencyKeyRequired,
    IfMatchRequired,
    Problem,
    Unauthenticated,
)
from shared.kernel.tenancy import enter

COOKIE = "peyvand_session"
LANGUAGES = ("fa", "en")


class SignInFirst(Unauthenticated):
    """Sign in first."""


class IfMatchMalformed(BadRequest):
    """If-Match must be a version in double quotes."""


class RoleMissing(Forbidden):
    """Your role does not allow this."""


class Answered(Exception):
    """The answer is known before the request's transaction has begun."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


def language_of(request: Request) -> str:
    """The language of the answer: cookie, then Accept-Language, then Persian."""
    chosen = request.cookies.get("peyvand_lang", "")
    if chosen in LANGUAGES:
        return chosen
    for part in request.headers.get("accept-language", "").lower().split(","):
        code = part.split(";")[0].strip()[:2]
        if code in LANGUAGES:
            return code
    return "fa"


def token_of(request: Request) -> str | None:
    """The bearer token, or the session cookie's for pages."""
    scheme, token = get_authorization_scheme_param(request.headers.get("authorization"))
    if scheme.lower() == "bearer" and token:
        return token
    return request.cookies.get(COOKIE) or request.cookies.get(f"__Host-{COOKIE}")


async def get_base_session(request: Request) -> AsyncIterator[Session]:
    """One transaction for the request, committed before the answer leaves; no scope entered yet.

    Asynchronous, so that a request that asks the database nothing changes no thread.
    """
    session: Session = request.app.state.sessions()
    request.state.session = session
    try:
        yield session
        if session.in_transaction():
            await run_in_threadpool(_commit, request, session)
    finally:
        if session.in_transaction():
            with CancelScope(shield=True):
                await run_in_threadpool(session.close)
        else:
            session.close()


def _commit(request: Request, session: Session) -> None:
    _pass(request, "request.before_commit")
    session.commit()
    _pass(request, "request.committed")


def _pass(request: Request, point: str) -> None:
    if request.method != "GET":
        reach(point)


BaseSessionDep = Annotated[Session, Depends(get_base_session, scope="function")]


async def get_caller(request: Request, session: BaseSessionDep) -> Actor:
    """The person or process a token speaks for; SignInFirst (401) without a token, TokenRefused with a bad one."""
    token = token_of(request)
    if token is None:
        raise SignInFirst
    state = request.app.state
    if not state.machine_clock.is_known():
        await run_in_threadpool(state.machine_clock.ask)
    actor = read_token(token, state.settings.keys, audience=state.service, now=state.machine_clock.now())
    check: Callable[[Session, Actor], Actor] | None = getattr(state, "check_actor", None)
    if check is not None and not actor.service:
        actor = await run_in_threadpool(check, session, actor)
    request.state.actor = actor
    return actor


CallerDep = Annotated[Actor, Depends(get_caller, scope="function")]


async def get_actor(caller: CallerDep) -> Actor:
    """The signed-in person; a process's token opens feeds only and is refused (401) at the doors of people.

    Asynchronous because it waits for nothing: a plain function would cost a change of thread for each request.
    """
    if caller.service:
        raise TokenRefused
    return caller


ActorDep = Annotated[Actor, Depends(get_actor, scope="function")]


def get_session(request: Request, session: BaseSessionDep, actor: ActorDep) -> Session:
    """The request's transaction within the actor's tenant and province; a POST claims its idempotency key first."""
    if request.method == "GET" and request.query_params.get("q"):
        count_search(request.app.state.searches, actor.principal)
    enter(session, tenant=actor.tenant, province=getattr(request.state, "reach", actor.province))
    session.info["actor"] = actor.wire
    if request.method == "POST" and getattr(request.state, "idempotent", False):
        key = request.headers.get("idempotency-key", "")
        if not key or len(key) > 200 or not key.isprintable():
            raise IdempotencyKeyRequired
        claim = {"principal": actor.principal, "route": f"POST {request.url.path}", "key": key}
        begin_once(session, body_hash=request.state.body_hash, **claim)
        request.state.claim = claim
    return session


SessionDep = Annotated[Session, Depends(get_session, scope="function")]


async def get_now(session: BaseSessionDep) -> datetime:
    """Business time of this request."""
    return await run_in_threadpool(business_now, session) if Clock.demo else business_now(session)


NowDep = Annotated[datetime, Depends(get_now, scope="function")]
LangDep = Annotated[str, Depends(language_of)]


def get_if_match(if_match: Annotated[str | None, Header()] = None) -> int:
    """The version the caller means; 428 when missing, 400 when it is no version."""
    if if_match is None:
        raise IfMatchRequired
    value = if_match.strip().removeprefix("W/").strip('"')
    if not value.isascii() or not value.isdigit() or len(value) > 9:
        raise IfMatchMalformed
    return int(value)


IfMatchDep = Annotated[int, Depends(get_if_match)]


def require(*roles: str) -> Any:
    """The lock at the door: 403 unless the actor holds one of these roles.

    Rows are then seen as far as those roles reach: who reads the whole country and writes in one province writes there
    alone.
    """

    async def door(request: Request, actor: ActorDep) -> None:
        if not actor.has(*roles):
            raise RoleMissing(roles=sorted(roles))
        request.state.reach = actor.only(*roles).province

    return Depends(door, scope="function")


members = require(*MEMBERS)
"""The door of what everybody in a programme may read; who only runs the platform stays outside."""


offices_and_schools = require(*(role for role in MEMBERS if not role.startswith("agency_")))
"""The door of what agencies have no part in: plans, directives, roles."""


def answer(response: Response, aggregate: Any) -> None:
    """Put the aggregate's version on the answer, for the next If-Match."""
    response.headers["ETag"] = f'"{aggregate.version}"'


class KernelRoute(APIRoute):
    """A route whose POST answers are kept with the change, so that a repeated request gets the same answer."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler that hashes the body before, and keeps the answer after, inside the transaction."""
        original = super().get_route_handler()

        async def handler(request: Request) -> Response:
            if request.method != "POST":
                return await original(request)
            body = await request.body()
            request.state.idempotent = True
            request.state.body_hash = hashlib.sha256(
                request.headers.get("if-match", "").encode() + b"\n" + body
            ).hexdigest()
            response = await original(request)
            claim = getattr(request.state, "claim", None)
            if claim is not None and response.status_code < 300:
                await run_in_threadpool(_flush_and_keep, request.state.session, claim, response)
            return response

        return handler


def _flush_and_keep(session: Session, claim: dict[str, str], response: Response) -> None:
    keep_answer(
        session, status=response.status_code, body=bytes(response.body), etag=response.headers.get("etag"), **claim
    )


def new_router(plural: str, *, prefix: str | None = None) -> APIRouter:
    """A slice's router: /v1/<plural>, with the kernel's route class."""
    return APIRouter(prefix=f"/v1/{plural}" if prefix is None else prefix, tags=[plural], route_class=KernelRoute)


def problems(*classes: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route: its ways to fail, by status."""
    listed: dict[int | str, dict[str, Any]] = {}
    for cls in classes:
        entry = listed.setdefault(
            cls.status,
            {
                "description": "",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        )
        entry["description"] = "; ".join(filter(None, [entry["description"], cls.title()]))
    return listed
