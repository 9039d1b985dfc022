"""The governance wing through its HTTP doors: a directive's whole way, provinces apart, versions and keys."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from shared.kernel.auth import Actor
from shared.values.ids import new_id
from tests.integration.registry.governance.conftest import PROVINCES, SCOPE, prepare
from tests.support.actors import HQ, TABRIZ, YAZD, an_actor, headers_for

LEGAL = an_actor("legal_officer", "*")
DRAFT = {"number": "1399/1", "title": {"fa": "دستورالعمل"}, "body": {"fa": "متن"}, **SCOPE}


@pytest.fixture
def api(registry_app: FastAPI, registry_api: TestClient) -> Iterator[TestClient]:
    """Registry with an open cycle."""
    with registry_app.state.sessions.begin() as session:
        prepare(session)
    yield registry_api


def post(api: TestClient, path: str, body: dict[str, Any] | None, by: Actor, version: int | None = None) -> Response:
    """Send a command."""
    return api.post(path, json=body, headers=headers_for(by, version=version))


def an_issued(api: TestClient) -> dict[str, Any]:
    """A directive that went through every step before its issue."""
    made: dict[str, Any] = post(api, "/v1/directives", DRAFT, HQ).json()
    path = f"/v1/directives/{made['id']}"
    for verb, body, by in (
        ("comment", {"comment": "ok"}, LEGAL),
        ("approve", None, HQ),
        ("issue", {"provinces": list(PROVINCES)}, HQ),
    ):
        answer = post(api, f"{path}/{verb}", body, by, made["version"])
        assert answer.status_code == 200, answer.text
        made = answer.json()
        assert answer.headers["etag"] == f'"{made["version"]}"'
    return made


class TestDirectives:
    """From draft to acknowledgement."""

    @pytest.mark.requirement("R-048", "R-049")
    def test_goes_its_whole_way(self, api: TestClient) -> None:
        made = an_issued(api)
        answer = post(api, f"/v1/directives/{made['id']}/acknowledge", {}, YAZD)
        assert answer.status_code == 200, answer.text
        assert [each["province"] for each in answer.json()["addressees"]] == ["IR-21"]
        seen = api.get(f"/v1/directives/{made['id']}", headers=headers_for(HQ)).json()
        assert [each["state"] for each in seen["addressees"]] == ["delivered", "acknowledged", "delivered"]
        assert seen["open_actions"] == ["acknowledge", "supersede", "revoke"]

    @pytest.mark.requirement("R-049")
    def test_provinces_acknowledging_at_once_all_succeed(self, api: TestClient) -> None:
        made = an_issued(api)
        path = f"/v1/directives/{made['id']}/acknowledge"
        officers = [an_actor("province_officer", province) for province in PROVINCES]
        with ThreadPoolExecutor(len(officers)) as pool:
            answers = list(pool.map(lambda by: post(api, path, {}, by).status_code, officers))
        assert answers == [200, 200, 200]
        seen = api.get(f"/v1/directives/{made['id']}", headers=headers_for(HQ)).json()
        assert {each["state"] for each in seen["addressees"]} == {"acknowledged"}

    def test_a_province_may_not_write_and_does_not_see_a_draft(self, api: TestClient) -> None:
        made = post(api, "/v1/directives", DRAFT, HQ).json()
        assert post(api, "/v1/directives", DRAFT | {"number": "2"}, YAZD).status_code == 403
        unseen = api.get(f"/v1/directives/{made['id']}", headers=headers_for(YAZD))
        unknown = api.get(f"/v1/directives/{new_id()}", headers=headers_for(YAZD))
        assert (unseen.status_code, unknown.status_code) == (404, 404)
        assert unseen.json()["title"] == unknown.json()["title"]

    def test_a_stale_or_missing_version_is_refused(self, api: TestClient) -> None:
        made = post(api, "/v1/directives", DRAFT, HQ).json()
        path = f"/v1/directives/{made['id']}/comment"
        assert post(api, path, {"comment": "ok"}, LEGAL).status_code == 428
        assert post(api, path, {"comment": "ok"}, LEGAL, 1).status_code == 200
        assert post(api, path, {"comment": "ok"}, LEGAL, 1).status_code == 412

    def test_a_repeated_request_gets_the_same_answer(self, api: TestClient) -> None:
        headers = headers_for(HQ)
        first = api.post("/v1/directives", json=DRAFT, headers=headers)
        again = api.post("/v1/directives", json=DRAFT, headers=headers)
        other = api.post("/v1/directives", json=DRAFT | {"number": "2"}, headers=headers)
        assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
        assert other.status_code == 422

    def test_refusals_speak_the_readers_language(self, api: TestClient) -> None:
        made = post(api, "/v1/directives", DRAFT, HQ).json()
        answer = api.post(f"/v1/directives/{made['id']}/approve", headers=headers_for(HQ, version=1, lang="fa"))
        assert answer.status_code == 422
        assert answer.json()["refusals"][0]["words"] == "مسئول حقوقی هنوز نظر نداده است."


class TestProvincesStayApart:
    """A foreign row looks like none at all."""

    def test_authorisations_and_committees(self, api: TestClient) -> None:
        request = {"province": "IR-03", "kind": "council", "body": {"fa": "شورا"}, "subject": "طرح", **SCOPE}
        made = post(api, "/v1/authorisations", request, TABRIZ)
        assert made.status_code == 201, made.text
        committee = post(api, "/v1/committees", {"level": "province", "province": "IR-03", **SCOPE}, TABRIZ)
        assert committee.status_code == 201, committee.text
        for kind, body in (("authorisations", made.json()), ("committees", committee.json())):
            assert api.get(f"/v1/{kind}/{body['id']}", headers=headers_for(YAZD)).status_code == 404
            assert api.get(f"/v1/{kind}", headers=headers_for(YAZD)).json()["items"] == []
            assert len(api.get(f"/v1/{kind}", headers=headers_for(TABRIZ)).json()["items"]) == 1
        tabled = post(api, f"/v1/authorisations/{made.json()['id']}/table", {"tabled_on": "1399-07-31"}, TABRIZ, 1)
        assert tabled.status_code == 422
        assert tabled.json()["errors"][0]["field"] == "tabled_on"
