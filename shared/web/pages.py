"""Renders pages: one Jinja environment per language with words, digits, dates and drawings at hand."""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from shared.kernel.words import LANGUAGES, Words
from shared.values import formatting
from shared.values.calendars import Calendar
from shared.values.texts import to_digits
from shared.web import drawings
from shared.web.navigation import Place, places_of

HERE = Path(__file__).parent
WORDS = HERE / "words"
STATIC = HERE / "static"
SERVICES = ("registry", "reporting", "notifications")
RIGHT_TO_LEFT = ("fa", "ar")
LANGUAGE_COOKIE = "peyvand_lang"
THEME_COOKIE = "peyvand_theme"
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"


def language_of(request: Request) -> str:
    """The language of a page: chosen by cookie, else the first known one the browser asks for, else Persian."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    for part in request.headers.get("accept-language", "").split(","):
        plain = part.partition(";")[0].strip().partition("-")[0].lower()
        if plain in LANGUAGES:
            return plain
    return "fa"


def theme_of(request: Request) -> str:
    """'light', 'dark', or '' for what the system prefers."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in ("light", "dark") else ""


@cache
def asset_version() -> str:
    """A short hash of the static files, so that a new release is never shown with old styles."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.glob("*.*")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


class Speech:
    """The words, digits and dates of one language, as the templates call them."""

    def __init__(self, words: Words, lang: str, tz: str, calendar: Calendar) -> None:
        self.words, self.lang, self.tz, self.calendar = words, lang, tz, calendar

    def t(self, key: str, /, *, count: int | None = None, **params: Any) -> Markup:
        """The words of a key; numbers among the parameters get the language's digits, texts are escaped."""
        if count is not None:
            params["count"] = count
            form = f"{key}.{'one' if count == 1 else 'other'}"
            key = form if self.words.has(self.lang, form) else key
        texts = self.words.texts
        text = texts.get(self.lang, {}).get(key) or texts["en"].get(key)
        if text is None:
            return Markup.escape(key)
        return Markup(text).format(**{name: self._said(value) for name, value in params.items()})  # noqa: S704

    def _said(self, value: Any) -> Any:
        if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
            return self.num(value)
        return self.date(value) if isinstance(value, dt.date) else value

    def has(self, key: str) -> bool:
        """Whether the key has words in this language."""
        return self.words.has(self.lang, key)

    def names(self, names: Any, default: str = "") -> str:
        """The name in this language out of a mapping of names, else in any language; digits are the reader's."""
        if names is None or isinstance(names, str):
            return self.digits(names or default)
        values: Mapping[str, str] = names if isinstance(names, Mapping) else names.model_dump()
        found = values.get(self.lang) or values.get("fa") or next((v for v in values.values() if v), default)
        return self.digits(found)

    def month(self, key: str) -> str:
        """A month of the tenant's calendar by its key: '1399-08' → 'Aban 1399'."""
        year, _, number = key.partition("-")
        return f"{formatting.month_name(self.calendar, int(number), self.lang)} {self.digits(year)}"

    def num(self, value: int | float | Decimal | None, places: int | None = None) -> str:
        """A number in the language's digits, with a minus sign that is a minus; an en dash when unknown."""
        if value is None:
            return "–"
        return formatting.format_number(value, self.lang, places=places).replace("-", "−")

    def digits(self, text: object) -> str:
        """The language's digits in a text, without grouping (years, clocks)."""
        return to_digits(str(text), self.lang)

    def pct(self, share: int | float | Decimal | None, places: int | None = None) -> str:
        """A share of one in per cent; one place unless it is whole."""
        if share is None:
            return "–"
        if places is None:
            places = 0 if round(float(share) * 100, 1).is_integer() else 1
        return formatting.format_percent(share, self.lang, places=places)

    def date(self, day: dt.date | dt.datetime | None, *, weekday: bool = False, year: bool = True) -> str:
        """A day in the tenant's calendar."""
        if day is None:
            return "–"
        return formatting.format_date(self.local(day), self.lang, self.calendar, weekday=weekday, year=year)

    def local(self, day: dt.date | dt.datetime) -> dt.date:
        """The local day of an instant; a day stays what it is."""
        return day.astimezone(drawings.zone(self.tz)).date() if isinstance(day, dt.datetime) else day

    def day_number(self, day: dt.date | dt.datetime) -> str:
        """The number of the day in its month."""
        return self.date(day, year=False).partition(" ")[0]

    def weekday(self, day: dt.date | dt.datetime) -> str:
        """The name of the weekday."""
        return formatting.weekday_name(self.local(day), self.lang)

    def time(self, instant: dt.datetime) -> str:
        """The clock on the wall of the tenant's zone."""
        return formatting.format_time(instant, self.lang, self.tz)

    def moment(self, instant: dt.datetime | None) -> str:
        """Weekday, day and clock."""
        return "–" if instant is None else formatting.format_moment(instant, self.lang, self.tz, self.calendar)

    def daterange(self, first: dt.date, last: dt.date) -> str:
        """'1 Mehr – 30 Azar 1399'."""
        return f"{self.date(first, year=False)} – {self.date(last)}"

    def ago(self, seconds: float) -> Markup:
        """An age in its largest fitting unit."""
        whole = max(0, int(seconds))
        for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
            if whole >= size:
                return self.t(f"ago.{unit}", count=whole // size)
        return self.t("ago.second", count=whole)

    def iso(self, text: object) -> Markup:
        """An isolated run: codes, e-mail addresses, clock ranges."""
        return Markup("<bdi>{}</bdi>").format(text)

    def join(self, items: Sequence[str]) -> Markup:
        """A list with the language's comma."""
        return Markup("، " if self.lang in RIGHT_TO_LEFT else ", ").join(items)  # noqa: S704


class Pages:
    """The page renderer of one service; `templates` are its own folders, the shared ones are always there."""

    def __init__(
        self,
        templates: Sequence[Path],
        words: Words,
        *,
        service: str,
        tz: str = "Asia/Tehran",
        calendar: Calendar = Calendar.SOLAR_HIJRI,
    ) -> None:
        self.service, self.words = service, words
        self.speeches = {lang: Speech(words, lang, tz, calendar) for lang in LANGUAGES}
        self.environments = {lang: self._environment(templates, lang) for lang in LANGUAGES}

    def _environment(self, templates: Sequence[Path], lang: str) -> Environment:
        folders = [*map(str, templates), str(HERE / "templates")]
        environment = Environment(
            loader=FileSystemLoader(folders),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        speech = self.speeches[lang]
        helpers: dict[str, Callable[..., Any]] = {
            name: getattr(speech, name)
            for name in (
                "t",
                "num",
                "pct",
                "date",
                "time",
                "moment",
                "daterange",
                "ago",
                "iso",
                "digits",
                "has",
                "day_number",
                "weekday",
                "join",
                "names",
            )
        }
        environment.globals |= helpers | {
            "lang": lang,
            "dir": "rtl" if lang in RIGHT_TO_LEFT else "ltr",
            "draw": drawings,
            "query": self.query,
            "quoted": quote,
        }
        return environment

    @staticmethod
    def query(**params: object) -> str:
        """The query part of an address, without empty parameters."""
        return urlencode({name: value for name, value in params.items() if value not in (None, "")})

    def speech(self, request: Request) -> Speech:
        """The words and formats of the request's language, for handlers that write sentences."""
        return self.speeches[language_of(request)]

    def render(self, request: Request, name: str, status: int = 200, **context: Any) -> HTMLResponse:
        """A page in the request's language; the actor (or None) decides the navigation."""
        lang = language_of(request)
        base = str(request.scope.get("root_path", "")).rstrip("/")
        urls = {each: base if each == self.service else f"/{each}" for each in SERVICES}
        actor = context.setdefault("actor", None)
        places: list[Place] = places_of(actor) if actor is not None else []
        template = self.environments[lang].get_template(name)
        here = f"{base}{request.url.path.removeprefix(base)}"
        body = template.render(
            request=request,
            base=base,
            urls=urls,
            service=self.service,
            theme=theme_of(request),
            assets=f"{base}/static",
            release=asset_version(),
            places=places,
            here=f"{here}?{request.url.query}" if request.url.query else here,
            **{"place": "", "title": "", "flash": None, "now": None} | context,
        )
        headers = {"Content-Language": lang, "Vary": "Cookie, Accept-Language", "Cache-Control": "no-store"}
        return HTMLResponse(body, status_code=status, headers=headers)
