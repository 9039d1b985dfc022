"""The door of accounts: /v1/sign-in, /v1/sign-out, /v1/session/renew, /v1/me and /v1/accounts."""

from typing import Any
from uuid import UUID

from fastapi import FastAPI, Request, Response
from starlette.responses import JSONResponse

from services.registry.register.accounts import commands, queries
from services.registry.register.accounts.commands import (
    LoginTaken,
    PersonHasAccount,
    SignedIn,
    Signer,
    SignInFailed,
    TooManyAttempts,
)
from services.registry.register.accounts.cookies import clear_cookie, set_cookie
from services.registry.register.accounts.queries import AccountNotFound, SessionEnded
from services.registry.register.accounts.rules import SESSION_LIFE, WINDOW, Patience
from services.registry.register.accounts.schemas import (
    AccountChangeIn,
    AccountIn,
    AccountOut,
    MeOut,
    PasswordIn,
    SignedInOut,
    SignInIn,
    account_out,
    me_out,
)
from shared.kernel.auth import TokenRefused
from shared.kernel.http import (
    ActorDep,
    BaseSessionDep,
    IfMatchDep,
    NowDep,
    SessionDep,
    SignInFirst,
    answer,
    language_of,
    new_router,
    problems,
    require,
    token_of,
)
from shared.kernel.lifecycle import IllegalTransition
from shared.kernel.problem_answers import ProblemAnswers
from shared.kernel.problems import Problem, Refused, Stale

router = new_router("accounts", prefix="/v1")
OFFICERS = [require("hq_officer", "tenant_administrator", "province_officer")]


def setup(app: FastAPI) -> None:
    """Let every request of registry look at its session row, so that a demotion is obeyed at once."""
    if app.state.settings.check_sessions:
        app.state.check_actor = queries.check_actor


def signer_of(request: Request) -> Signer:
    """What this process signs tokens with."""
    settings = request.app.state.settings
    return Signer(settings.token_private_key.get_secret_value(), settings.keys)


def patience_of(request: Request) -> Patience:
    """How many failures this process bears with."""
    settings = request.app.state.settings
    return Patience(settings.failed_sign_ins_per_account, settings.failed_sign_ins_per_address)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _told(request: Request, problem: Problem) -> Response:
    """Answer a problem without raising it: the transaction, and with it the counted attempt, is kept."""
    language = language_of(request)
    body = ProblemAnswers(request.app.state.words).body(problem, language=language, instance=request.url.path)
    headers = {"Content-Language": language}
    if problem.status == TooManyAttempts.status:
        headers["Retry-After"] = str(int(WINDOW.total_seconds()))
    return JSONResponse(body, status_code=problem.status, media_type="application/problem+json", headers=headers)


def _welcome(request: Request, response: Response, signed: SignedIn) -> SignedInOut:
    secure = request.app.state.settings.secure_cookies
    set_cookie(response, signed.token, secure=secure, seconds=int(SESSION_LIFE.total_seconds()))
    values: dict[str, Any] = me_out(signed.actor).model_dump()
    return SignedInOut(token=signed.token, expires_at=signed.expires_at, **values)


@router.post("/sign-in", response_model=SignedInOut, responses=problems(SignInFailed, TooManyAttempts))
def sign_in(
    body: SignInIn, request: Request, session: BaseSessionDep, now: NowDep, response: Response
) -> SignedInOut | Response:
    """Sign in; the same answer and the same work for a wrong password and for a login nobody has."""
    outcome = commands.sign_in(
        session,
        tenant=body.tenant,
        login=body.login,
        password=body.password,
        address=_address(request),
        patience=patience_of(request),
        signer=signer_of(request),
        now=now,
    )
    return _welcome(request, response, outcome) if isinstance(outcome, SignedIn) else _told(request, outcome)


@router.post("/sign-out", status_code=204, responses=problems(SignInFirst, TokenRefused))
def sign_out(request: Request, session: BaseSessionDep, actor: ActorDep, now: NowDep, response: Response) -> None:
    """End this session; its tokens are refused from now on."""
    commands.sign_out(session, by=actor, now=now)
    clear_cookie(response, secure=request.app.state.settings.secure_cookies)


@router.post("/session/renew", responses=problems(SignInFirst, TokenRefused, SessionEnded))
def renew_session(request: Request, session: BaseSessionDep, now: NowDep, response: Response) -> SignedInOut:
    """A fresh token with the roles of today; the old one may have run out up to an hour ago."""
    token = token_of(request)
    if token is None:
        raise SignInFirst
    return _welcome(request, response, commands.renew_session(session, token=token, signer=signer_of(request), now=now))


@router.get("/me", responses=problems(SignInFirst, TokenRefused))
def get_me(actor: ActorDep) -> MeOut:
    """Who I am here."""
    return me_out(queries.get_me(by=actor))


@router.post(
    "/accounts",
    status_code=201,
    responses=problems(LoginTaken, PersonHasAccount, Refused),
    dependencies=OFFICERS,
)
def create_account(
    body: AccountIn, session: SessionDep, actor: ActorDep, now: NowDep, response: Response
) -> AccountOut:
    """Open an account for a person within reach."""
    account = commands.create_account(
        session,
        person_id=body.person_id,
        login=body.login,
        password=body.password,
        name=body.name,
        account_id=body.id,
        by=actor,
        now=now,
    )
    answer(response, account)
    return account_out(account)


@router.get("/accounts/{account_id}", responses=problems(AccountNotFound), dependencies=OFFICERS)
def get_account(account_id: UUID, session: SessionDep, actor: ActorDep, response: Response) -> AccountOut:
    """One account within reach."""
    account = queries.get_account(session, account_id, by=actor)
    answer(response, account)
    return account_out(account)


@router.post("/accounts/change-password", status_code=204, responses=problems(SignInFailed, TooManyAttempts, Refused))
def change_password(body: PasswordIn, request: Request, session: SessionDep, actor: ActorDep, now: NowDep) -> Response:
    """Change one's own password; other sessions end."""
    problem = commands.change_password(
        session,
        old_password=body.old_password,
        new_password=body.new_password,
        address=_address(request),
        patience=patience_of(request),
        by=actor,
        now=now,
    )
    return _told(request, problem) if problem else Response(status_code=204)


@router.post(
    "/accounts/{account_id}/disable",
    responses=problems(AccountNotFound, IllegalTransition, Stale, Refused),
    dependencies=OFFICERS,
)
def disable_account(
    account_id: UUID,
    body: AccountChangeIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> AccountOut:
    """Let nobody sign in with it, and end its sessions."""
    account = commands.disable_account(session, account_id=account_id, expected=if_match, by=actor, now=now)
    answer(response, account)
    return account_out(account)


@router.post(
    "/accounts/{account_id}/enable",
    responses=problems(AccountNotFound, IllegalTransition, Stale, Refused),
    dependencies=OFFICERS,
)
def enable_account(
    account_id: UUID,
    body: AccountChangeIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> AccountOut:
    """Let its person sign in again."""
    account = commands.enable_account(session, account_id=account_id, expected=if_match, by=actor, now=now)
    answer(response, account)
    return account_out(account)
