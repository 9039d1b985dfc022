"""HTML door of accounts: sign in, silent renewal, sign out, and where a person lands."""

from typing import Annotated

from fastapi import FastAPI, Form, Request, Response
from starlette.responses import RedirectResponse

from services.registry.face import PAGES
from services.registry.register.accounts import commands
from services.registry.register.accounts.commands import SignedIn, Signer
from services.registry.register.accounts.cookies import clear_cookie, cookie_name, set_cookie
from services.registry.register.accounts.rules import SESSION_LIFE, Patience
from shared.kernel.auth import Actor
from shared.kernel.clock import known_tenants
from shared.kernel.http import ActorDep, BaseSessionDep, NowDep
from shared.kernel.problems import Unauthenticated
from shared.web.doors import open_doors, page_router, safe_path, trouble_of
from shared.web.navigation import places_of
from shared.web.pages import SERVICES

router = page_router(PAGES)


def setup(app: FastAPI) -> None:
    """Static files, language and theme choices, and problems as pages."""
    open_doors(app, PAGES)


def _signer(request: Request) -> Signer:
    settings = request.app.state.settings
    key = settings.token_private_key.get_secret_value() if settings.token_private_key else ""
    return Signer(key, settings.keys)


def _patience(request: Request) -> Patience:
    settings = request.app.state.settings
    return Patience(settings.failed_sign_ins_per_account, settings.failed_sign_ins_per_address)


def _home_of(actor: Actor) -> str:
    place = places_of(actor)[0]
    assert place.service in SERVICES
    return f"/{place.service}{place.path}"


def _welcome(request: Request, signed: SignedIn, next_path: str, status: int = 303) -> Response:
    secure = request.app.state.settings.secure_cookies
    response = RedirectResponse(safe_path(next_path, _home_of(signed.actor)), status_code=status)
    set_cookie(response, signed.token, secure=secure, seconds=int(SESSION_LIFE.total_seconds()))
    return response


@router.get("/sign-in")
def show_sign_in_page(request: Request, session: BaseSessionDep, next: str = "") -> Response:
    """The form; `next` is where the person wanted to go."""
    tenants = known_tenants(session)
    return PAGES.render(
        request,
        "accounts/sign_in.html",
        tenants=tenants,
        values={"next": next},
        trouble=None,
        title=str(PAGES.speech(request).t("sign_in.title")),
    )


@router.post("/sign-in")
def sign_in_page(
    request: Request,
    session: BaseSessionDep,
    now: NowDep,
    login: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    tenant: Annotated[str, Form(max_length=80)] = "",
    next: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Sign in and go on; a failure keeps the login typed and says no more than that it failed."""
    tenants = known_tenants(session)
    chosen = tenant or (tenants[0] if len(tenants) == 1 else "")
    address = request.client.host if request.client else ""
    signed = commands.sign_in(
        session,
        tenant=chosen,
        login=login,
        password=password,
        address=address,
        patience=_patience(request),
        signer=_signer(request),
        now=now,
    )
    if isinstance(signed, SignedIn):
        return _welcome(request, signed, next)
    trouble = trouble_of(signed, PAGES.speech(request))
    return PAGES.render(
        request,
        "accounts/sign_in.html",
        status=signed.status,
        tenants=tenants,
        trouble=trouble,
        values={"login": login, "tenant": tenant, "next": next},
        title=trouble.title,
    )


@router.api_route("/session/renew", methods=["GET", "POST"])
def renew_session_page(request: Request, session: BaseSessionDep, now: NowDep, next: str = "") -> Response:
    """A fresh token for a session that still runs, then back (307 keeps a form's contents); else to the sign-in."""
    secure = request.app.state.settings.secure_cookies
    token = request.cookies.get(cookie_name(secure=secure))
    path = safe_path(next, "/registry/")
    if token:
        try:
            signed = commands.renew_session(session, token=token, signer=_signer(request), now=now)
            return _welcome(request, signed, path, status=307 if request.method == "POST" else 303)
        except Unauthenticated:
            pass
    response = RedirectResponse(f"/registry/sign-in?{PAGES.query(next=path)}", status_code=303)
    clear_cookie(response, secure=secure)
    return response


@router.post("/sign-out")
def sign_out_page(request: Request, session: BaseSessionDep, actor: ActorDep, now: NowDep) -> Response:
    """End the session and show the sign-in."""
    commands.sign_out(session, by=actor, now=now)
    response = RedirectResponse("/registry/sign-in", status_code=303)
    clear_cookie(response, secure=request.app.state.settings.secure_cookies)
    return response
