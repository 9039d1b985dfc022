"""The mailbox's pages and its JSON for checks."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from shared.values.texts import to_digits
from tools.demo.mailbox.reading import Reading, read
from tools.demo.mailbox.sms import Gateway
from tools.demo.mailbox.store import Store
from tools.demo.mailbox.words import WORDS

HERE = Path(__file__).parent
FACE = HERE.parents[2] / "shared" / "web"
BASE = "/mailbox"
COOKIE = "peyvand_lang"
PER_PAGE = 100
SAFE_FRAME = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src 'none'; frame-ancestors 'self'"
SAFE_PAGE = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"


class Pages:
    """What a browser sees below /mailbox/."""

    def __init__(self, store: Store) -> None:
        self.store = store
        folders = FileSystemLoader([HERE / "templates", FACE / "templates"])
        self.environment = Environment(loader=folders, autoescape=True, undefined=StrictUndefined)

    def routes(self) -> list[Route | Mount]:
        """For the application."""
        return [
            Route("/", self.inbox),
            Route("/m/{id}", self.inbox),
            Route("/m/{id}/html", self.html),
            Route("/m/{id}/source", self.source),
            Route("/m/{id}/file/{number:int}", self.file),
            Route("/language/{lang}", self.language),
            Route("/api/messages", self.messages),
            Route("/api/messages/{id}", self.message),
            Route("/api/count", self.count),
            Route("/readyz", self.count),
            Mount("/face", StaticFiles(directory=FACE / "static", check_dir=False)),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ]

    def inbox(self, request: Request) -> Response:
        """The newest messages, and the opened one beside them."""
        opened = self._opened(request)
        if opened is None and "id" in request.path_params:
            return HTMLResponse(self._render(request, opened=None, missing=True), 404)
        return HTMLResponse(self._render(request, opened=opened), headers={"Content-Security-Policy": SAFE_PAGE})

    def _opened(self, request: Request) -> Reading | None:
        received = self.store.get(request.path_params.get("id", ""))
        return read(received) if received else None

    def _render(self, request: Request, *, opened: Reading | None, missing: bool = False) -> str:
        lang = request.cookies.get(COOKIE, "fa")
        words: Mapping[str, str] = WORDS.get(lang, WORDS["fa"])
        wanted = request.query_params.get("q", "").strip().casefold()
        kind = request.query_params.get("kind", "")
        found = [read(each) for each in reversed(self.store.all())]
        found = [each for each in found if matches(each, wanted, kind)]
        return self.environment.get_template("inbox.html").render(
            missing=missing,
            base=BASE,
            lang=lang if lang in WORDS else "fa",
            q=wanted,
            kind=kind,
            dir="ltr" if lang == "en" else "rtl",
            w=words,
            total=len(self.store),
            found=len(found),
            messages=found[:PER_PAGE],
            digits=lambda value: to_digits(str(value), lang),
            opened=opened,
        )

    def html(self, request: Request) -> Response:
        """The HTML part alone, for the frame: it may load and run nothing."""
        opened = self._opened(request)
        if opened is None:
            return PlainTextResponse("not found", 404)
        return HTMLResponse(opened.html, headers={"Content-Security-Policy": SAFE_FRAME})

    def source(self, request: Request) -> Response:
        """The message exactly as it came."""
        received = self.store.get(request.path_params["id"])
        return PlainTextResponse(received.raw if received else "not found", 200 if received else 404)

    def file(self, request: Request) -> Response:
        """One attachment, always as a download."""
        opened = self._opened(request)
        number = request.path_params["number"]
        if opened is None or number >= len(opened.attachments):
            return PlainTextResponse("not found", 404)
        attachment = opened.attachments[number]
        disposition = f"attachment; filename*=UTF-8''{quote(attachment.name)}"
        headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
        return Response(attachment.content, media_type=attachment.type, headers=headers)

    def language(self, request: Request) -> Response:
        """Remember the language of the page."""
        answer = RedirectResponse(f"{BASE}/", 303)
        answer.set_cookie(COOKIE, request.path_params["lang"], max_age=31_536_000, samesite="lax")
        return answer

    def messages(self, request: Request) -> Response:
        """Everything after a number, oldest first: ?after=000012&to=…"""
        after, to = request.query_params.get("after", ""), request.query_params.get("to", "")
        found = [read(each) for each in self.store.all() if each.id > after]
        chosen = [each.as_json() for each in found if not to or to in each.to]
        return JSONResponse({"messages": chosen, "last": found[-1].id if found else after})

    def message(self, request: Request) -> Response:
        """One message."""
        opened = self._opened(request)
        return JSONResponse(opened.as_json() if opened else {"title": "not found"}, 200 if opened else 404)

    def count(self, _request: Request) -> Response:
        """How many there are."""
        return JSONResponse({"count": len(self.store)})


def matches(reading: Reading, wanted: str, kind: str) -> bool:
    """Whether a message belongs into the list."""
    if kind == "invitation" and reading.invitation is None:
        return False
    if kind in ("mail", "text") and reading.kind != kind:
        return False
    return not wanted or any(wanted in word.casefold() for word in (*reading.to, reading.subject, reading.text))


def new_mailbox(store: Store, key: str) -> Starlette:
    """The HTTP side: pages, JSON and the text message gateway."""
    return Starlette(routes=[*Gateway(store, key).routes(), *Pages(store).routes()])
