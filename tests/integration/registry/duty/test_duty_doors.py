"""Obligations through their HTTP door: lists, extensions, waivers, and who may do what."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from services.registry.duty.obligations.commands import derive_obligations
from shared.kernel.auth import Actor
from shared.kernel.tenancy import enter
from tests.conftest import NOW
from tests.integration.registry.governance.conftest import SCOPE, prepare
from tests.support.actors import HQ, TABRIZ, TENANT, YAZD, an_actor, headers_for


@pytest.fixture
def api(registry_app: FastAPI, registry_api: TestClient) -> Iterator[TestClient]:
    """Registry with the obligations of the country and of Yazd; it is 21 Mehr 1399."""
    with registry_app.state.sessions.begin() as session:
        prepare(session)
        enter(session, tenant=TENANT, province="*")
        derive_obligations(session, tenant=TENANT, **SCOPE, now=NOW)
        derive_obligations(session, tenant=TENANT, **SCOPE, province="IR-21", now=NOW)
    yield registry_api


def post(api: TestClient, path: str, body: dict[str, Any], by: Actor, version: int | None = None) -> Response:
    """Send a command."""
    return api.post(path, json=body, headers=headers_for(by, version=version))


def listed(api: TestClient, by: Actor, **params: str) -> list[dict[str, Any]]:
    """The obligations an actor sees."""
    answer = api.get("/v1/obligations", params={"limit": "100", **params}, headers=headers_for(by))
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


class TestObligations:
    @pytest.mark.requirement("R-050", "R-056")
    def test_lists_what_is_mine(self, api: TestClient) -> None:
        mine = listed(api, YAZD, mine="true")
        assert sorted(one["template"] for one in mine) == ["T3", "T4", "W3", "W3", "W3", "W3"]
        assert {one["template"] for one in listed(api, HQ, mine="true")} == {"H1", "H2", "T1", "T2"}
        assert len(listed(api, HQ, template="H2")) == 12
        assert listed(api, TABRIZ, province="IR-21") == []

    @pytest.mark.invariant("I-39")
    def test_headquarters_extends_and_the_old_due_day_is_kept(self, api: TestClient) -> None:
        (t3,) = listed(api, HQ, template="T3")
        path = f"/v1/obligations/{t3['id']}"
        body = {"due_on": "1399-08-15", "reason": "سیل"}
        assert post(api, f"{path}/extend", body, YAZD, t3["version"]).status_code == 422
        answer = post(api, f"{path}/extend", body, HQ, t3["version"])
        assert (answer.status_code, answer.json()["due_on"], answer.json()["due_version"]) == (200, "2020-11-05", 2)
        past = api.get(path, headers=headers_for(YAZD)).json()["past_dues"]
        assert [(one["due_version"], one["due_on"]) for one in past] == [(1, "2020-10-21")]

    def test_is_waived_by_headquarters_alone_and_only_once(self, api: TestClient) -> None:
        (t4,) = listed(api, HQ, template="T4")
        path = f"/v1/obligations/{t4['id']}/waive"
        assert post(api, path, {"reason": "x"}, an_actor("province_viewer", "IR-21"), t4["version"]).status_code == 403
        assert post(api, path, {"reason": "x"}, TABRIZ, t4["version"]).status_code == 404
        answer = post(api, path, {"reason": "x"}, HQ, t4["version"])
        assert (answer.status_code, answer.json()["open_actions"]) == (200, [])
        again = post(api, path, {"reason": "x"}, HQ, answer.json()["version"])
        assert again.status_code == 409

    def test_a_province_attests_its_own(self, api: TestClient) -> None:
        (t3,) = listed(api, YAZD, template="T3")
        body = {"evidence": "صورت‌جلسهٔ ۱۲"}
        answer = post(api, f"/v1/obligations/{t3['id']}/attest", body, YAZD, t3["version"])
        assert (answer.status_code, answer.json()["state"], answer.json()["late"]) == (200, "fulfilled", False)
        (h1,) = listed(api, YAZD, template="H1")
        assert post(api, f"/v1/obligations/{h1['id']}/attest", body, YAZD, h1["version"]).status_code == 422
