"""Headers of every kind of answer, other sites' forms, cookies, and the size of requests."""

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from services.registry.register.accounts.bootstrap import bootstrap_account
from shared.kernel.edge import HEADERS, MAX_BODY
from shared.kernel.tenancy import enter
from tests.conftest import NOW
from tests.security.conftest import House, app_on
from tests.security.routes import MISSING, SERVICES
from tests.support.actors import HQ, TABRIZ, TENANT, headers_for

SECRET = "a short sentence is good"
KINDS: dict[str, tuple[str, str, dict[str, str], int]] = {
    "json": ("GET", "/v1/schools", {}, 200),
    "problem": ("GET", f"/v1/schools/{MISSING}", {}, 404),
    "refused input": ("POST", "/v1/schools", {}, 422),
    "no sign-in": ("GET", "/v1/schools", {"authorization": ""}, 401),
    "no such route": ("GET", "/nothing-here", {}, 404),
    "wrong method": ("DELETE", "/v1/schools", {}, 405),
    "health": ("GET", "/healthz", {}, 200),
    "metrics": ("GET", "/metrics", {}, 200),
    "page": ("GET", "/pairings", {"accept": "text/html"}, 200),
    "problem page": ("GET", f"/pairings/{MISSING}", {"accept": "text/html"}, 404),
    "sign-in page": ("GET", "/sign-in", {"accept": "text/html", "authorization": ""}, 200),
    "redirect": ("GET", "/pairings", {"accept": "text/html", "authorization": ""}, 303),
    "static file": ("GET", "/static/face.css", {}, 200),
    "no such file": ("GET", "/static/../../../etc/passwd", {}, 404),
    "other site": ("POST", "/v1/schools", {"sec-fetch-site": "cross-site"}, 403),
    "too large": ("POST", "/v1/schools", {"content-length": str(MAX_BODY + 1)}, 413),
    "no length": ("POST", "/v1/schools", {"transfer-encoding": "chunked"}, 411),
}


def lacking(headers: Any) -> set[str]:
    """Security headers an answer does not carry."""
    return {name for name, value in HEADERS.items() if headers.get(name) != value}


class TestEveryKindOfAnswer:
    @pytest.mark.parametrize("kind", KINDS)
    def test_carries_the_security_headers(self, kind: str, houses: dict[str, House]) -> None:
        method, path, changes, status = KINDS[kind]
        seen = houses["registry"].client.request(method, path, headers=headers_for(HQ) | changes)
        assert seen.status_code == status, seen.text
        assert lacking(seen.headers) == set()
        assert ("no-store" in seen.headers["cache-control"]) is (kind != "static file")
        assert "server" not in seen.headers and "x-powered-by" not in seen.headers

    def test_a_fault_of_ours_says_nothing_of_its_cause(
        self, houses: dict[str, House], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def stumble(*_: Any, **__: Any) -> None:
            raise RuntimeError("secret detail of the inside")

        monkeypatch.setattr("services.registry.register.schools.queries.list_schools", stumble)
        seen = houses["registry"].client.get("/v1/schools", headers=headers_for(HQ))
        assert (seen.status_code, lacking(seen.headers)) == (500, set())
        assert "secret detail" not in seen.text and "Traceback" not in seen.text
        assert seen.json()["type"].endswith("internal_error") and len(seen.json()["trace"]) == 32

    def test_a_missing_header_is_seen(self) -> None:
        assert lacking({name: value for name, value in HEADERS.items() if name != "X-Frame-Options"}) == {
            "X-Frame-Options"
        }

    def test_scripts_and_styles_come_from_here_alone(self) -> None:
        policy = HEADERS["Content-Security-Policy"]
        assert "unsafe" not in policy and "*" not in policy and "http" not in policy
        for part in ("default-src 'self'", "object-src 'none'", "frame-ancestors 'none'", "form-action 'self'"):
            assert part in policy


class TestOtherSites:
    """No form of another site changes anything, whatever cookie the browser would send with it."""

    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
    def test_are_refused_everywhere(self, site: str, method: str, houses: dict[str, House]) -> None:
        for service, path in (
            ("registry", "/v1/schools"),
            ("reporting", "/v1/exports"),
            ("notifications", "/v1/deliveries"),
        ):
            seen = houses[service].client.request(method, path, headers=headers_for(HQ) | {"sec-fetch-site": site})
            assert seen.status_code == 403
            assert seen.json()["type"].endswith("cross_site_refused")

    def test_even_the_sign_in_and_pages(self, houses: dict[str, House]) -> None:
        client = houses["registry"].client
        for path in ("/sign-in", "/v1/sign-in", "/sign-out", "/pairings/create"):
            assert client.post(path, data={"login": "a"}, headers={"sec-fetch-site": "cross-site"}).status_code == 403

    @pytest.mark.parametrize("site", ["same-origin", "none"])
    def test_our_own_forms_are_not(self, site: str, houses: dict[str, House]) -> None:
        seen = houses["registry"].client.post(
            "/v1/schools", json={}, headers=headers_for(TABRIZ) | {"sec-fetch-site": site}
        )
        assert seen.status_code == 422

    def test_may_be_linked_from(self, houses: dict[str, House]) -> None:
        seen = houses["registry"].client.get("/sign-in", headers={"sec-fetch-site": "cross-site"})
        assert seen.status_code == 200

    @pytest.mark.parametrize(
        "address", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
    )
    def test_nobody_is_sent_to_another_site(self, address: str, houses: dict[str, House]) -> None:
        for path in ("/face/language/fa", "/face/theme/dark"):
            seen = houses["registry"].client.get(path, params={"next": address})
            assert (seen.status_code, seen.headers["location"]) == (303, "/")

    def test_no_other_site_may_read(self, houses: dict[str, House]) -> None:
        for service in SERVICES:
            seen = houses[service].client.get("/healthz", headers={"origin": "https://evil.example"})
            assert not [name for name in seen.headers if name.startswith("access-control-")]


class TestSize:
    @pytest.mark.parametrize("length", ["-1", "1e3", "٣", "2000001", "9" * 400])
    def test_odd_or_great_lengths_are_refused(self, length: str, houses: dict[str, House]) -> None:
        headers = [(k.encode(), v.encode()) for k, v in (headers_for(TABRIZ) | {"content-length": length}).items()]
        seen = houses["registry"].client.post("/v1/schools", headers=headers)
        assert seen.status_code in (400, 413)


@pytest.fixture(scope="module")
def signed_in(houses: dict[str, House]) -> Iterator[dict[str, list[str]]]:
    """What is set as cookies at a sign-in: in tests, and where TLS is."""
    house = houses["registry"]
    with house.app.state.sessions.begin() as session:
        enter(session, tenant=TENANT, province="*")
        bootstrap_account(
            session,
            tenant=TENANT,
            login="cookie@example.org",
            password=SECRET,
            name="x",
            roles=[("hq_officer", "*")],
            now=NOW,
        )
    apps: dict[str, FastAPI] = {
        "plain": house.app,
        "secure": app_on(house.database, "registry", environment="production"),
    }
    found = {}
    for name, app in apps.items():
        with TestClient(app, base_url="https://testserver", follow_redirects=False) as client:
            form = {"login": "cookie@example.org", "password": SECRET, "tenant": TENANT}
            answers = [
                client.post("/sign-in", data=form),
                client.post("/v1/sign-in", json=form),
                client.get("/face/theme/dark"),
            ]
            assert [each.status_code for each in answers] == [303, 200, 303], answers[0].text
            found[name] = [each.headers["set-cookie"] for each in answers] + [
                answers[0].headers.get("strict-transport-security", "")
            ]
    apps["secure"].state.engine.dispose()
    yield found


class TestCookies:
    def test_are_bound_to_this_host_and_hidden_from_scripts(self, signed_in: dict[str, list[str]]) -> None:
        page, api, _, strict = signed_in["secure"]
        for cookie in (page, api):
            name, flags = cookie.split("=", 1)[0], {each.strip().lower() for each in cookie.split(";")[1:]}
            assert name == "__Host-peyvand_session"
            assert {"httponly", "secure", "path=/", "samesite=strict"} <= flags
            assert not [each for each in flags if each.startswith("domain")]
        assert strict.startswith("max-age=31536000")

    def test_keep_their_flags_without_tls(self, signed_in: dict[str, list[str]]) -> None:
        for cookie in signed_in["plain"][:3]:
            assert "httponly" in cookie.lower() and "samesite=strict" in cookie.lower()

    def test_hold_a_token_of_ten_minutes(self, signed_in: dict[str, list[str]]) -> None:
        body = signed_in["plain"][0].split("=", 1)[1].split(";")[0].split(".")[1]
        said = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        assert 0 < said["exp"] - said["iat"] <= 600 and said["exp"] > time.time()


class TestProduction:
    def test_documents_are_closed(self, houses: dict[str, House]) -> None:
        app = app_on(houses["registry"].database, "registry", environment="production", demo_clock=False)
        with TestClient(app) as client:
            for path in ("/docs", "/openapi.json", "/redoc", "/operator/v1/clock"):
                assert client.get(path, headers=headers_for(HQ)).status_code == 404
        app.state.engine.dispose()
