"""Templates become subject, text, HTML and text message in one language; a missing fact is an error, not a gap."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from services.notifications.messages import formats
from services.notifications.notices.definition import DIGEST
from shared.kernel.words import Words, words_in
from shared.values.texts import isolate

HERE = Path(__file__).parent.parent
TEMPLATES = HERE / "templates"
LANGUAGES = ("fa", "en")
RIGHT_TO_LEFT = ("fa", "ar")
_BLANKS = re.compile(r"\n{3,}")
_LINE_ENDS = re.compile(r"[ \t]+\n")


@dataclass(frozen=True)
class Letter:
    """All that templates may use: items with facts, the person, the role, and where the link leads."""

    rule: str
    template: str
    kind: str
    language: str
    items: Sequence[Mapping[str, Any]]
    greeting_name: str
    role: str
    office: Mapping[str, str] | str
    link: str
    reference: str
    on: date
    tz: str
    calendar: str
    attachments: Sequence[str] = ()


@dataclass(frozen=True)
class Rendered:
    """One message in all its shapes."""

    subject: str
    text: str
    html: str
    sms: str


class TemplateMissing(LookupError):
    """No language has this template."""


def words() -> Words:
    """The words of notifications."""
    return words_in(HERE / "words")


def render(letter: Letter) -> Rendered:
    """Renders subject, plain text, HTML and text message of one letter."""
    language = _language_of(letter)
    context = _context(letter, language)
    plain, html, sms = (_environment(kind, language, letter.tz, letter.calendar) for kind in ("text", "html", "sms"))
    folder = f"{language}/{letter.template}"
    subject = _one_line(plain.get_template(f"{folder}/subject.txt").render(context))
    context["subject"] = subject
    return Rendered(
        subject=subject,
        text=_tidy(plain.get_template(f"{folder}/body.txt").render(context)),
        html=html.get_template(f"{folder}/body.html").render(context),
        sms=_one_line(sms.get_template(f"{folder}/sms.txt").render(context)),
    )


def _language_of(letter: Letter) -> str:
    for language in (letter.language, "en", "fa"):
        if (TEMPLATES / language / letter.template / "subject.txt").exists():
            return language
    raise TemplateMissing(letter.template)


def _context(letter: Letter, language: str) -> dict[str, Any]:
    def t(key: str, **params: Any) -> str:
        return words().t(language, key, **params)

    right_to_left = language in RIGHT_TO_LEFT
    office = letter.office if isinstance(letter.office, str) else formats.pick_name(letter.office, language)
    role = t(f"role.{letter.role}")
    return {
        "t": t,
        "language": language,
        "dir": "rtl" if right_to_left else "ltr",
        "align": "right" if right_to_left else "left",
        "opposite": "left" if right_to_left else "right",
        "items": letter.items,
        "kind": letter.kind,
        "greeting": t("mail.greeting", name=letter.greeting_name) if letter.greeting_name else t("mail.hello"),
        "office": office,
        "why": t("mail.why_digest" if letter.rule == DIGEST else "mail.why", role=role, rule=letter.rule),
        "link": letter.link,
        "reference": letter.reference,
        "on": letter.on.isoformat(),
        "attachments": letter.attachments,
        "preheader": office,
    }


@cache
def _environment(kind: str, language: str, tz: str, calendar: str) -> Environment:
    # Autoescape only where HTML is written: in a text `&amp;` would be read as it stands.
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=kind == "html",  # noqa: S701 - plain text must stay unescaped
        undefined=StrictUndefined,
        trim_blocks=False,
        keep_trailing_newline=False,
    )
    environment.filters.update(formats.filters(language, tz, calendar, words()))
    write = _CODES[kind]
    environment.filters["code"] = lambda value: write(formats.code_digits(value, language))
    environment.filters["address"] = write
    if kind == "sms":
        environment.filters["name"] = lambda names: formats.shorten(formats.pick_name(names, language), 30)
    return environment


def _html_code(value: object) -> Markup:
    return Markup('<bdi dir="auto">{}</bdi>').format(escape(value))


_CODES: dict[str, Callable[[Any], Any]] = {
    "html": _html_code,
    "text": lambda value: isolate(str(value)),
    "sms": str,
}


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _tidy(text: str) -> str:
    return _BLANKS.sub("\n\n", _LINE_ENDS.sub("\n", text)).strip() + "\n"
