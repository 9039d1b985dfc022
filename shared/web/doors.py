"""HTML doors: the route class that turns problems into pages, language and theme choices, static files."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import FileResponse, RedirectResponse

from shared.kernel.problem_answers import ProblemAnswers
from shared.kernel.problems import NotFound, Problem, Refused, Unauthenticated
from shared.kernel.words import LANGUAGES
from shared.web.pages import LANGUAGE_COOKIE, STATIC, THEME_COOKIE, Pages, Speech

YEAR_S = 31_536_000
SIGN_IN = "/registry/sign-in"


class StaticFileNotFound(NotFound):
    """No such file."""


@dataclass(frozen=True)
class Trouble:
    """A problem in the reader's words: title, reasons, the thing in the way, its slug."""

    title: str
    reasons: list[str]
    slug: str
    link: str | None = None
    fields: dict[str, str] | None = None


def trouble_of(problem: Problem, speech: Speech) -> Trouble:
    """What a refused command says to the person, field errors apart."""
    answers = ProblemAnswers(speech.words)
    title = answers.title(problem, speech.lang)
    reasons: list[str] = []
    fields: dict[str, str] = {}
    for refusal in problem.refusals if isinstance(problem, Refused) else []:
        words = answers.refusal(refusal, speech.lang)["words"]
        reasons.append(words)
        if refusal.field:
            fields[refusal.field] = words
    return Trouble(title, reasons, problem.slug(), page_of(problem.link), fields)


def page_of(link: str | None) -> str | None:
    """The page of an API address: `/v1/pairings/…` → `/registry/pairings/…`."""
    if not link:
        return None
    return link.replace("/v1/", "/registry/", 1) if link.startswith("/v1/") else link


def safe_path(path: str | None, default: str = "/") -> str:
    """A path on this host only: never an address of somebody else's."""
    if path and path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable():
        return path
    return default


def seen_path(request: Request) -> str:
    """The path as the browser knows it, with the query."""
    base = str(request.scope.get("root_path", "")).rstrip("/")
    path = f"{base}{request.url.path.removeprefix(base)}"
    return f"{path}?{request.url.query}" if request.url.query else path


def page_route(pages: Pages) -> type[APIRoute]:
    """The route class of a service's pages: problems become pages, a missing sign-in becomes a redirect."""

    class PageRoute(APIRoute):
        """A page: refused with a page, never with JSON."""

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            """The handler that catches problems of dependencies and of the handler itself."""
            original = super().get_route_handler()

            async def handler(request: Request) -> Response:
                try:
                    return await original(request)
                except Unauthenticated:
                    return sign_in_redirect(request)
                except RequestValidationError:
                    return refused_page(pages, request, NotFound())
                except Problem as problem:
                    return refused_page(pages, request, problem)

            return handler

    return PageRoute


def sign_in_redirect(request: Request) -> Response:
    """To the sign-in; it renews a running session silently and comes back with the form still filled (307)."""
    keep = request.method == "POST"
    query = urlencode({"next": seen_path(request)})
    return RedirectResponse(f"/registry/session/renew?{query}", status_code=307 if keep else 303)


def refused_page(pages: Pages, request: Request, problem: Problem) -> Response:
    """A whole page about a problem; a foreign thing looks like an unknown one."""
    speech = pages.speech(request)
    trouble = trouble_of(problem, speech)
    if problem.status == 404:
        trouble = Trouble(str(speech.t("error.404")), [], "not_found")
    actor = getattr(request.state, "actor", None)
    return pages.render(
        request, "problem.html", status=problem.status, problem=trouble, title=trouble.title, actor=actor
    )


def page_router(pages: Pages, prefix: str = "", *, doors: Sequence[Any] = ()) -> APIRouter:
    """A slice's HTML door, with the locks all its pages have; kept out of the OpenAPI document."""
    return APIRouter(prefix=prefix, route_class=page_route(pages), include_in_schema=False, dependencies=list(doors))


def face_router(pages: Pages) -> APIRouter:
    """Language and theme choices: they change a cookie of the reader only."""
    router = APIRouter(prefix="/face", include_in_schema=False)

    def choose(request: Request, cookie: str, value: str) -> Response:
        answer = RedirectResponse(safe_path(request.query_params.get("next")), status_code=303)
        secure = request.url.scheme == "https"
        answer.set_cookie(cookie, value, max_age=YEAR_S, path="/", samesite="strict", httponly=True, secure=secure)
        return answer

    @router.get("/language/{lang}")
    def choose_language(request: Request, lang: str) -> Response:
        """Remember the reader's language."""
        return choose(request, LANGUAGE_COOKIE, lang if lang in LANGUAGES else "fa")

    @router.get("/theme/{theme}")
    def choose_theme(request: Request, theme: str) -> Response:
        """Remember light or dark."""
        return choose(request, THEME_COOKIE, theme if theme in ("light", "dark") else "light")

    return router


def static_router() -> APIRouter:
    """Static files under /static; a plain route, because a mount does not find its files behind a stripped prefix."""
    router = APIRouter(include_in_schema=False)
    root = STATIC.resolve()

    @router.get("/static/{path:path}")
    def send_static_file(path: str) -> Response:
        """A file that never changes under one address (the address carries the release), kept a year by caches."""
        found = (root / path).resolve()
        if not found.is_relative_to(root) or not found.is_file():
            raise StaticFileNotFound
        return FileResponse(found, headers={"Cache-Control": f"public, max-age={YEAR_S}"})

    return router


def open_doors(app: FastAPI, pages: Pages, *routers: APIRouter) -> None:
    """Give a service its face: static files, language and theme choices, and its pages."""

    def problem_page(request: Request, problem: Problem, _body: dict[str, Any]) -> Response:
        if isinstance(problem, Unauthenticated):
            return sign_in_redirect(request)
        return refused_page(pages, request, problem)

    app.state.problem_pages = problem_page
    app.include_router(static_router())
    app.include_router(face_router(pages))
    for router in routers:
        app.include_router(router)
