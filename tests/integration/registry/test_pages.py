"""The HTML doors of registry: sign-in redirects, unknown things, other sites, language, static files."""

import pytest
from starlette.testclient import TestClient

from shared.values.ids import new_id
from tests.support.actors import TABRIZ, headers_for, token_for

PAGE = {"accept": "text/html"}


def signed(lang: str = "fa") -> dict[str, str]:
    """Headers of a browser signed in as the officer of East Azerbaijan."""
    return PAGE | {"cookie": f"peyvand_session={token_for(TABRIZ)}; peyvand_lang={lang}"}


class TestSignIn:
    """Pages ask for a sign-in and lead back."""

    def test_a_page_without_a_session_leads_to_the_sign_in_and_back(self, registry_api: TestClient) -> None:
        asked = registry_api.get("/pairings?state=invited", headers=PAGE, follow_redirects=False)
        assert asked.status_code == 303
        assert asked.headers["location"] == "/registry/session/renew?next=%2Fpairings%3Fstate%3Dinvited"
        renewed = registry_api.get("/session/renew?next=%2Fpairings", headers=PAGE, follow_redirects=False)
        assert renewed.headers["location"] == "/registry/sign-in?next=%2Fpairings"

    def test_a_form_keeps_its_contents_over_a_renewal(self, registry_api: TestClient) -> None:
        sent = registry_api.post("/pairings/create", data={"reason": "x"}, headers=PAGE, follow_redirects=False)
        assert sent.status_code == 307

    def test_a_wrong_password_says_no_more_than_that_and_keeps_the_login(self, registry_api: TestClient) -> None:
        data = {"login": "nobody", "password": "wrong", "tenant": "ir-seo", "next": "//evil.example"}
        answer = registry_api.post("/sign-in", data=data, headers=PAGE)
        assert answer.status_code == 401
        assert 'value="nobody"' in answer.text and "wrong" not in answer.text


@pytest.mark.invariant("I-50")
@pytest.mark.parametrize("place", ["pairings", "secretariats", "meetings", "directives", "letters", "province-plans"])
def test_an_unknown_thing_and_a_malformed_address_are_the_same_page(registry_api: TestClient, place: str) -> None:
    unknown = registry_api.get(f"/{place}/{new_id()}", headers=signed())
    malformed = registry_api.get(f"/{place}/not-an-id", headers=signed())
    assert unknown.status_code == malformed.status_code == 404
    assert unknown.headers["content-type"].startswith("text/html")
    assert "چنین چیزی نیست" in unknown.text and "چنین چیزی نیست" in malformed.text


def test_a_form_from_another_site_is_refused(registry_api: TestClient) -> None:
    headers = signed() | {"sec-fetch-site": "cross-site"}
    assert registry_api.post("/sign-out", headers=headers).status_code == 403


def test_pages_forbid_inline_code_and_are_not_cached(registry_api: TestClient) -> None:
    page = registry_api.get("/sign-in", headers=PAGE)
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store" and page.headers["content-language"] == "fa"


def test_the_language_choice_stays_on_this_host(registry_api: TestClient) -> None:
    chosen = registry_api.get("/face/language/en?next=//evil.example", headers=PAGE, follow_redirects=False)
    assert chosen.headers["location"] == "/" and "peyvand_lang=en" in chosen.headers["set-cookie"]


def test_static_files_are_cached_and_nothing_else_is_served(registry_api: TestClient) -> None:
    found = registry_api.get("/static/face.css")
    assert found.status_code == 200 and "max-age" in found.headers["cache-control"]
    for path in ("/static/../pages.py", "/static/%2e%2e/pages.py", "/static/none.css"):
        assert registry_api.get(path).status_code == 404


def test_programs_still_get_json(registry_api: TestClient) -> None:
    answer = registry_api.get(f"/v1/pairings/{new_id()}", headers=headers_for(TABRIZ))
    assert answer.headers["content-type"] == "application/problem+json"
