"""The desk: lists, single things and the forms of their open steps, the same on every page of registry."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from markupsafe import Markup
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from services.registry.face import PAGES
from shared.kernel.auth import Actor
from shared.kernel.http import RoleMissing
from shared.kernel.problems import NotFound
from shared.values.deadlines import local_day
from shared.web.doors import Trouble
from shared.web.forms import Filled, attempt
from shared.web.pages import Speech

ZONE = "Asia/Tehran"
PAGE = 50


class StepNotFound(NotFound):
    """No such step."""


@dataclass(frozen=True)
class Blank:
    """A blank of a step's form; words `label.<name>`, hint `hint.<hint>`."""

    name: str
    kind: str = "line"
    required: bool = True
    options: Sequence[tuple[str, str]] = ()
    hint: str = ""


@dataclass(frozen=True)
class Act:
    """Everything a step's command needs."""

    session: Session
    filled: Filled
    by: Actor
    now: datetime
    today: date

    def day(self, name: str) -> date | None:
        """A typed day, None when left empty; BlankNotRead when it is none."""
        return self.filled.day(name, near=self.today)


@dataclass(frozen=True)
class Step:
    """What may be done with a thing now: its blanks and its command."""

    action: str
    run: Callable[[Act], Any]
    blanks: Sequence[Blank] = ()
    roles: Sequence[str] = ("province_officer", "hq_officer")
    primary: bool = False
    soft: bool = False


@dataclass
class Failed:
    """A step that was refused, with what was typed."""

    action: str
    trouble: Trouble
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Happening:
    """Something that happened, or will, on a seam time line: on one party's side, or on both."""

    on: date
    side: str
    words: Any
    shape: str = "done"
    ahead: bool = False


STORIES: dict[str, list[Callable[[Session, Speech, UUID, Actor], list[Happening]]]] = {"pairing": []}
"""Who adds happenings to the story of a thing; higher wings register here, so that lower ones never import them."""


@dataclass(frozen=True)
class Cell:
    """A table cell: words, and how they stand."""

    words: Any
    number: bool = False


def base_of(request: Request) -> str:
    """The path this service answers under."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def today_of(now: datetime) -> date:
    """The local day of business time."""
    return local_day(now, ZONE)


def for_actor(steps: Sequence[Step], by: Actor) -> list[Step]:
    """The steps this actor's roles open."""
    return [step for step in steps if by.has(*step.roles)]


def take_step(
    session: Session, speech: Speech, steps: Sequence[Step], action: str, filled: Filled, *, by: Actor, now: datetime
) -> Failed | Any:
    """Run a step's command in a savepoint; what it refuses comes back with what was typed."""
    step = next((each for each in steps if each.action == action), None)
    if step is None:
        raise StepNotFound
    if not by.has(*step.roles):
        raise RoleMissing
    act = Act(session, filled, by, now, today_of(now))
    got = attempt(session, speech, lambda: step.run(act))
    return Failed(action, got, filled.typed()) if isinstance(got, Trouble) else got


def back_to(request: Request, path: str, done: str) -> Response:
    """See the thing after the step, with one sentence of its effect."""
    return RedirectResponse(f"{base_of(request)}{path}{'&' if '?' in path else '?'}done={done}", status_code=303)


def flash_of(speech: Speech, request: Request, noun: str) -> dict[str, Any] | None:
    """The sentence of what was just done."""
    done = request.query_params.get("done", "")
    key = f"done.{noun}.{done}"
    if done and speech.has(key):
        return {"words": speech.t(key), "bad": False}
    return {"words": speech.t("done.done"), "bad": False} if done else None


def state_tag(speech: Speech, noun: str, state: str, shape: str) -> dict[str, Any]:
    """Shape and word of a state."""
    return {"shape": shape, "words": speech.t(f"{noun}.state.{state}")}


def link_to(request: Request, path: str, words: Any) -> Markup:
    """A link to a page of registry."""
    return Markup('<a href="{}{}">{}</a>').format(base_of(request), path, words)


def next_page(request: Request, found: Sequence[Any], limit: int = PAGE) -> str | None:
    """The address of the next page, when one row more than the limit was found."""
    if len(found) <= limit:
        return None
    return f"?{PAGES.query(**dict(request.query_params) | {'after': found[limit - 1].id})}"


def table_of(title: Any, columns: Sequence[Any], rows: Sequence[Any], empty: Any = "") -> dict[str, Any]:
    """A table of a thing's page."""
    return {"title": title, "note": "", "columns": columns, "rows": rows, "empty": empty}


def uuid_of(text: str | None) -> UUID | None:
    """An id from an address or a form; None when it is none."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def list_page(request: Request, actor: Actor, *, place: str, now: datetime, **page: Any) -> Response:
    """A list: sentence, filters, rows as links, empty state, next page."""
    shown = {"filters": [], "create": None, "side": None, "next": None, "note": "", "empty": ("", "")} | page
    return PAGES.render(
        request,
        "list.html",
        actor=actor,
        place=place,
        title=str(page["title"]),
        page=shown | {"now": now},
        flash=flash_of(PAGES.speech(request), request, place),
    )


def thing_page(
    request: Request,
    actor: Actor,
    *,
    place: str,
    noun: str,
    now: datetime,
    steps: Sequence[Step],
    path: str,
    version: int | None,
    failed: Failed | None = None,
    template: str = "thing.html",
    **page: Any,
) -> Response:
    """One thing with its facts and the forms of its open steps; a refused step is shown in place."""
    shown = {"facts": [], "tag": None, "tables": [], "body": None, "lead": ""} | page
    return PAGES.render(
        request,
        template,
        status=422 if failed else 200,
        actor=actor,
        place=place,
        title=str(page["title"]),
        page=shown | {"now": now},
        steps=for_actor(steps, actor),
        noun=noun,
        path=path,
        version=version,
        failed=failed,
        flash=flash_of(PAGES.speech(request), request, noun),
    )


def create_page(
    request: Request,
    actor: Actor,
    *,
    place: str,
    noun: str,
    now: datetime,
    step: Step,
    path: str,
    title: str,
    crumbs: Sequence[tuple[str, str]],
    failed: Failed | None = None,
    lead: str = "",
) -> Response:
    """The form of something new; a refused one keeps what was typed."""
    return PAGES.render(
        request,
        "create.html",
        status=422 if failed else 200,
        actor=actor,
        place=place,
        title=title,
        step=step,
        noun=noun,
        path=path,
        failed=failed,
        page={"title": title, "crumbs": crumbs, "lead": lead, "now": now},
    )
