"""The renderer: language, digits, plurals, escaping."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from markupsafe import Markup
from starlette.requests import Request

from shared.kernel.words import LANGUAGES, Words
from shared.web.navigation import places_of
from shared.web.pages import WORDS, Pages, Speech, language_of
from tests.support.actors import HQ, TABRIZ, an_actor

ROOT = Path(__file__).parents[4]
FOLDERS = [ROOT / "shared" / "kernel" / "words", WORDS]
PAGES = Pages([], Words(FOLDERS), service="registry")


def request(**headers: str) -> Request:
    """A GET request with headers."""
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request(
        {
            "type": "http",
            "method": "GET",
            "path": "/",
            "headers": pairs,
            "query_string": b"",
            "scheme": "http",
            "server": ("x", 80),
        }
    )


def speech(lang: str) -> Speech:
    """The words of a language."""
    return PAGES.speeches[lang]


def test_the_language_comes_from_the_cookie_then_the_browser_then_is_persian() -> None:
    assert language_of(request(cookie="peyvand_lang=en", accept_language="fa")) == "en"
    assert language_of(request(accept_language="de, en;q=0.5")) == "en"
    assert language_of(request()) == "fa"


def test_digits_percent_and_minus_follow_the_language() -> None:
    assert speech("fa").num(1234) == "۱٬۲۳۴"
    assert speech("en").num(-5) == "−5"
    assert speech("fa").pct(Decimal("0.667")) == "۶۶٫۷\u200f٪"
    assert speech("en").pct(1) == "100%"
    assert speech("fa").num(None) == "–"


def test_plurals_and_numbers_in_words() -> None:
    assert speech("en").ago(86_400) == "1 day ago"
    assert speech("en").ago(3 * 86_400) == "3 days ago"
    assert speech("fa").ago(8) == "۸ ثانیه پیش"


def test_texts_in_words_are_escaped_and_markup_is_kept() -> None:
    said = speech("en").t("map.province", name="<b>", value=Markup("<i>1</i>"))
    assert said == "&lt;b&gt;: <i>1</i>"


def test_every_language_has_the_same_words() -> None:
    for service in ("registry", "reporting", "notifications"):
        words = Words([*FOLDERS, ROOT / "services" / service / "words"])
        keys = [{re.sub(r"\.(one|other)$", "", key) for key in words.texts[lang]} for lang in LANGUAGES]
        assert keys[0] == keys[1], keys[0] ^ keys[1]


@pytest.mark.parametrize(("actor", "first"), [(HQ, "nation"), (TABRIZ, "duties"), (an_actor("operator"), "messages")])
def test_everybody_has_a_home_and_at_most_seven_places(actor: object, first: str) -> None:
    places = places_of(actor)
    assert places[0].key == first and len(places) <= 7
    assert sum(place.phone for place in places) <= 4
