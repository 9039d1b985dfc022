"""The partnership wing's JSON doors: roles, versions, repeated requests, words."""

from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from shared.kernel.tenancy import enter
from shared.values.ids import new_id
from tests.integration.registry.partnership.conftest import prepare
from tests.support.actors import HQ, TABRIZ, TENANT, YAZD, an_actor, headers_for
from tests.support.partnership_world import a_pairing, a_plan, a_secretariat, a_selection
from tests.support.registry_world import CYCLE, PROGRAMME

VIEWER = an_actor("province_viewer", "IR-03")


@pytest.fixture
def made(registry_api: TestClient, registry_app: FastAPI) -> dict[str, Any]:
    """What the tests ask for: a plan, a pairing that is accepted, a free secretariat and a free agency."""
    with registry_app.state.sessions.begin() as session:
        prepare(session)
        enter(session, tenant=TENANT, province="*")
        pairing = a_pairing(session, upto="accepted")
        free = a_secretariat(session, upto="selected").secretariat
        return {
            "plan": a_plan(session).id,
            "pairing": pairing.id,
            "version": pairing.version,
            "agency": pairing.agency_id,
            "secretariat": free.id,
            "free_agency": a_selection(session).agency_id,
        }


class TestPairingDoors:
    """/v1/pairings."""

    def test_walk_from_reading_to_establishing(self, registry_api: TestClient, made: dict[str, Any]) -> None:
        url = f"/v1/pairings/{made['pairing']}"
        seen = registry_api.get(url, headers=headers_for(VIEWER))
        assert seen.status_code == 200
        assert seen.headers["etag"] == f'"{made["version"]}"'
        assert "establish" in seen.json()["open_actions"]
        key = str(new_id())
        body = {"established_on": "۱۳۹۹/۰۷/۲۱"}
        headers = headers_for(TABRIZ, version=made["version"], key=key)
        first = registry_api.post(f"{url}/establish", json=body, headers=headers)
        assert (first.status_code, first.json()["established_on"]) == (200, "2020-10-12"), first.text
        again = registry_api.post(f"{url}/establish", json=body, headers=headers)
        assert (again.status_code, again.json()) == (200, first.json())
        assert again.headers["idempotent-replayed"] == "true"

    def test_answer_409_with_the_link_to_the_open_pairing(self, registry_api: TestClient, made: dict[str, Any]) -> None:
        body = {"secretariat_id": str(made["secretariat"]), "agency_id": str(made["agency"])}
        answer = registry_api.post("/v1/pairings", json=body, headers=headers_for(TABRIZ, lang="fa"))
        assert answer.status_code == 409
        assert answer.json()["link"] == f"/v1/pairings/{made['pairing']}"
        assert answer.json()["title"].startswith("این دبیرخانه یا این دستگاه")

    def test_name_the_day_that_a_month_does_not_have(self, registry_api: TestClient, made: dict[str, Any]) -> None:
        url = f"/v1/pairings/{made['pairing']}/establish"
        for typed, last in (("1399-07-31", "۳۰"), ("1400-12-30", "۲۹")):
            headers = headers_for(TABRIZ, version=made["version"], lang="fa")
            answer = registry_api.post(url, json={"established_on": typed}, headers=headers)
            assert answer.status_code == 422
            error = answer.json()["errors"][0]
            assert (error["field"], error["code"]) == ("established_on", "day_not_in_month")
            assert last in error["words"]

    def test_refuse_a_day_to_come_in_the_readers_calendar(self, registry_api: TestClient, made: dict[str, Any]) -> None:
        url = f"/v1/pairings/{made['pairing']}/establish"
        headers = headers_for(TABRIZ, version=made["version"], lang="fa")
        answer = registry_api.post(url, json={"established_on": "1399-07-22"}, headers=headers)
        assert answer.status_code == 422
        assert "۲۲ مهر ۱۳۹۹" in answer.json()["refusals"][0]["words"]

    def test_ask_for_the_version_and_the_latest_one(self, registry_api: TestClient, made: dict[str, Any]) -> None:
        url = f"/v1/pairings/{made['pairing']}/establish"
        assert registry_api.post(url, json={}, headers=headers_for(TABRIZ)).status_code == 428
        stale = headers_for(TABRIZ, version=made["version"] - 1)
        assert registry_api.post(url, json={}, headers=stale).status_code == 412

    @pytest.mark.requirement("R-170")
    def test_know_nothing_of_another_province(self, registry_api: TestClient, made: dict[str, Any]) -> None:
        foreign = registry_api.get(f"/v1/pairings/{made['pairing']}", headers=headers_for(YAZD))
        unknown = registry_api.get(f"/v1/pairings/{new_id()}", headers=headers_for(YAZD))
        assert foreign.status_code == unknown.status_code == 404
        assert [{**each.json(), "instance": "", "trace": ""} for each in (foreign,)] == [
            {**unknown.json(), "instance": "", "trace": ""}
        ]
        assert registry_api.get("/v1/pairings", headers=headers_for(YAZD)).json() == {"items": [], "next": None}

    def test_let_viewers_read_only(self, registry_api: TestClient, made: dict[str, Any]) -> None:
        url = f"/v1/pairings/{made['pairing']}/establish"
        headers = headers_for(VIEWER, version=made["version"])
        assert registry_api.post(url, json={}, headers=headers).status_code == 403


class TestPlanDoors:
    """/v1/province-plans and the agencies below it."""

    def test_show_slots_and_steps(self, registry_api: TestClient, made: dict[str, Any]) -> None:
        seen = registry_api.get(f"/v1/province-plans/{made['plan']}", headers=headers_for(TABRIZ)).json()
        assert {each["subject"]: each["used"] for each in seen["slots"]} == {"secretariat": 2, "linked_agency": 2}
        assert seen["steps"] == {"T1": None, "T2": None, "T3": None, "T4": None}
        listed = registry_api.get("/v1/province-plans?province=IR-03", headers=headers_for(HQ)).json()
        assert [each["id"] for each in listed["items"]] == [str(made["plan"])]
        agencies = registry_api.get(f"/v1/province-plans/{made['plan']}/agencies", headers=headers_for(TABRIZ))
        assert len(agencies.json()["items"]) == 2

    def test_know_no_agencies_of_a_plan_that_is_not_there(self, registry_api: TestClient) -> None:
        assert registry_api.get(f"/v1/province-plans/{uuid4()}/agencies", headers=headers_for(HQ)).status_code == 404

    @pytest.mark.requirement("R-038")
    def test_leave_exceptions_to_headquarters(self, registry_api: TestClient, made: dict[str, Any]) -> None:
        url = f"/v1/province-plans/{made['plan']}/grant-exception"
        body = {"quota_id": "Q-SCH", "min": 3, "max": 12, "until_on": "1399-08-30", "reason": "سیل"}
        assert registry_api.post(url, json=body, headers=headers_for(TABRIZ)).status_code == 403
        granted = registry_api.post(url, json=body, headers=headers_for(HQ))
        assert granted.status_code == 200, granted.text
        assert granted.json()["exceptions"][0]["until_on"] == "2020-11-20"

    def test_start_a_plan_once(self, registry_api: TestClient, made: dict[str, Any]) -> None:
        body = {"programme": PROGRAMME, "cycle": CYCLE, "province": "IR-21"}
        started = registry_api.post("/v1/province-plans", json=body, headers=headers_for(YAZD))
        assert started.status_code == 201, started.text
        again = registry_api.post("/v1/province-plans", json=body, headers=headers_for(YAZD))
        assert (again.status_code, again.json()["link"]) == (409, f"/v1/province-plans/{started.json()['id']}")


class TestSecretariatDoors:
    """/v1/secretariats."""

    def test_list_by_state(self, registry_api: TestClient, made: dict[str, Any]) -> None:
        found = registry_api.get("/v1/secretariats?state=selected", headers=headers_for(TABRIZ)).json()["items"]
        assert [each["id"] for each in found] == [str(made["secretariat"])]
        assert found[0]["open_actions"] == ["issue-appointment", "revoke"]

    def test_refuse_what_is_not_open(self, registry_api: TestClient, made: dict[str, Any]) -> None:
        url = f"/v1/secretariats/{made['secretariat']}"
        version = registry_api.get(url, headers=headers_for(TABRIZ)).json()["version"]
        answer = registry_api.post(f"{url}/suspend", json={"reason": "x"}, headers=headers_for(TABRIZ, version=version))
        assert (answer.status_code, answer.json()["open_actions"]) == (409, ["issue-appointment", "revoke"])
