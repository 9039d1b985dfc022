"""The corpus as names of schools: pages, JSON and searches take it for text; input refuses what no text may hold."""

from collections.abc import Iterator
from html import escape

import pytest
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from shared.kernel.tenancy import enter
from shared.kernel.wire import Line
from tests.security.conftest import House, app_on, open_house
from tests.security.corpus import corpus, texts
from tests.security.corpus.oracles import elements, text_of
from tests.support.actors import TABRIZ, TENANT, headers_for

PAGE = "/secretariats/new"
"""Lists the schools that may be nominated, in one form."""


def fits(text: str) -> bool:
    """Whether the door takes this as one line of text."""
    try:
        TypeAdapter(Line).validate_python(text)
    except ValidationError:
        return False
    return True


ACCEPTED = {name: text for name, text in corpus().items() if fits(text)}


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """A registry of its own whose searches are not counted."""
    with open_house("registry", "_corpus") as made:
        made.app.state.searches = app_on(made.database, "registry", searches_per_minute=100_000).state.searches
        yield made


@pytest.fixture(scope="module")
def plain_page(house: House) -> str:
    """The page before anybody wrote anything odd."""
    body = {"territory_code": "IR-03", "names": {"fa": "مدرسهٔ ساده"}, "gender": "girls", "kind": "special"}
    assert house.client.post("/v1/schools", json=body, headers=headers_for(TABRIZ)).status_code == 201
    return str(house.client.get(PAGE, headers=headers_for(TABRIZ, lang="fa")).text)


@pytest.fixture(scope="module")
def schools(house: House, plain_page: str) -> list[str]:
    """A school for each string the door takes."""
    items = [
        {
            "territory_code": "IR-03", "names": {"fa": text}, "gender": "girls", "kind": "special",
            "another_because": "corpus",
        }
        for text in ACCEPTED.values()
    ]  # fmt: skip
    for start in range(0, len(items), 50):
        batch = {"items": items[start : start + 50]}
        seen = house.client.post("/v1/schools/batch", json=batch, headers=headers_for(TABRIZ))
        assert seen.status_code == 201, seen.text[:500]
    return [TypeAdapter(Line).validate_python(text) for text in ACCEPTED.values()]


def beyond_a_line(text: str) -> bool:
    """Whether a text holds a command or a line end, is empty, or too long."""
    odd = any(ord(char) < 32 or ord(char) in (127, 0x85, 0x2028, 0x2029) for char in text)
    return odd or not 0 < len(text.strip()) <= 300


def test_the_door_refuses_lines_and_commands_and_takes_the_rest() -> None:
    refused = [text for text in texts() if text not in ACCEPTED.values()]
    assert len(ACCEPTED) >= 300 and len(refused) >= 100
    assert [text for text in refused if not beyond_a_line(text)] == []


def test_a_page_holds_no_element_of_somebody_else(house: House, plain_page: str, schools: list[str]) -> None:
    page = house.client.get(PAGE, headers=headers_for(TABRIZ, lang="fa")).text
    assert elements(page) - elements(plain_page) == set()
    said = text_of(page)
    shown = [each for each in schools if " ".join(each.split()) in " ".join(said.split())]
    assert len(shown) >= 100, "a form offers the first two hundred"


def test_a_page_of_one_thing_holds_no_element_of_somebody_else(house: House, plain_page: str) -> None:
    """What a person typed comes back in the form that refused it, as text."""
    before = elements(house.client.get("/sign-in").text)
    for text in texts():
        form = {"tenant": "ir-seo", "login": text, "password": "x", "next": text}
        page = house.client.post("/sign-in", data=form)
        assert page.status_code < 500
        extra = elements(page.text) - before
        assert [each for each in extra if "script" in each or " on" in each or each[0] != "<"] == []
        assert len(extra) <= 4, (text, extra)


def test_json_gives_back_what_was_written(house: House, schools: list[str]) -> None:
    names, cursor = set(), None
    while True:
        query = {"limit": 200} | ({"cursor": cursor} if cursor else {})
        page = house.client.get("/v1/schools", params=query, headers=headers_for(TABRIZ))
        assert page.headers["content-type"] == "application/json"
        assert page.headers["x-content-type-options"] == "nosniff"
        names |= {each["names"]["fa"] for each in page.json()["items"]}
        cursor = page.json()["next"]
        if cursor is None:
            break
    assert set(schools) <= names


def test_a_search_takes_patterns_for_text(house: House, schools: list[str]) -> None:
    everything = len(schools)
    for text in texts():
        seen = house.client.get("/v1/schools", params={"q": text, "limit": 200}, headers=headers_for(TABRIZ))
        assert seen.status_code in (200, 422), (text, seen.text[:200])
    for pattern in ("zz%zz", "q_q", "' OR '1'='1"):
        found = house.client.get("/v1/schools", params={"q": pattern, "limit": 200}, headers=headers_for(TABRIZ)).json()
        assert len(found["items"]) < everything / 5, pattern


def test_naive_pages_would_be_seen() -> None:
    plain = elements("<ul><li>x</li></ul>")
    naive = [text for text in texts() if elements(f"<ul><li>{text}</li></ul>") - plain]
    careful = [text for text in texts() if elements(f"<ul><li>{escape(text)}</li></ul>") - plain]
    assert len(naive) >= 25 and careful == []
    quoted = [text for text in texts() if elements(f'<input value="{text}">') - elements('<input value="x">')]
    assert len(quoted) >= 10


def test_a_naive_search_would_be_seen(house: House, schools: list[str]) -> None:
    """LIKE with the text as it is finds everything with `%`; the product's own search does not."""
    with house.app.state.engine.connect() as connection:
        enter(Session(bind=connection), tenant=TENANT, province="*")
        naive = "SELECT count(*) FROM schools WHERE search_key LIKE '%' || :q || '%'"
        assert connection.execute(sql(naive), {"q": "%%"}).scalar_one() >= len(schools)
