"""Meetings and series through their HTTP doors: provinces apart, versions, keys, and answers people understand."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from shared.kernel.auth import Actor
from shared.values.ids import new_id
from tests.integration.registry.governance.conftest import SCOPE, prepare
from tests.support.actors import HQ, TABRIZ, YAZD, an_actor, headers_for

MONTHLY = {**SCOPE, "kind": "hq_monthly", "title": "جلسهٔ مهر ستاد", "public": True}
AUTUMN = {**SCOPE, "kind": "provincial_quarterly", "province": "IR-21", "title": "جلسهٔ پاییز", "public": True}
TIME = {"starts_at": "2020-10-20T09:00:00+03:30", "ends_at": "2020-10-20T11:00:00+03:30"}


@pytest.fixture
def api(registry_app: FastAPI, registry_api: TestClient) -> Iterator[TestClient]:
    """Registry with an open cycle; it is 21 Mehr 1399."""
    with registry_app.state.sessions.begin() as session:
        prepare(session)
    yield registry_api


def post(
    api: TestClient, path: str, body: dict[str, Any] | None, by: Actor, version: int | None = None, lang: str = "en"
) -> Response:
    """Send a command."""
    return api.post(path, json=body, headers=headers_for(by, version=version, lang=lang))


def a_scheduled(api: TestClient) -> dict[str, Any]:
    """Yazd's quarterly meeting with its time."""
    made = post(api, "/v1/meetings", AUTUMN, YAZD).json()
    answer = post(api, f"/v1/meetings/{made['id']}/schedule", TIME, YAZD, made["version"])
    assert answer.status_code == 200, answer.text
    scheduled: dict[str, Any] = answer.json()
    return scheduled


class TestMeetings:
    def test_go_from_draft_to_held(self, api: TestClient) -> None:
        scheduled = a_scheduled(api)
        assert (scheduled["state"], scheduled["cadence_key"]) == ("scheduled", "provincial_quarterly:IR-21:1")
        assert "hold" in scheduled["open_actions"]
        seen = api.get(f"/v1/meetings/{scheduled['id']}", headers=headers_for(YAZD))
        assert seen.headers["etag"] == f'"{scheduled["version"]}"'
        assert seen.json()["invitees"] == []

    def test_not_held_before_its_start_and_says_so_in_the_readers_language(self, api: TestClient) -> None:
        scheduled = a_scheduled(api)
        path = f"/v1/meetings/{scheduled['id']}/hold"
        for lang, words in (("fa", "هنوز نرسیده"), ("en", "lies in the future")):
            answer = post(api, path, {}, YAZD, scheduled["version"], lang)
            assert answer.status_code == 422
            assert words in answer.json()["refusals"][0]["words"]

    def test_a_past_meeting_in_one_step(self, api: TestClient) -> None:
        answer = post(api, "/v1/meetings/record", {**MONTHLY, "held_on": "۱۳۹۹/۷/۱۵"}, HQ)
        assert answer.status_code == 201, answer.text
        assert (answer.json()["held_on"], answer.json()["cadence_key"]) == ("2020-10-06", "hq_monthly:1399-07")

    def test_a_day_that_does_not_exist_is_an_error_of_its_field(self, api: TestClient) -> None:
        answer = post(api, "/v1/meetings/record", {**MONTHLY, "held_on": "1399-07-31"}, HQ)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "held_on"

    def test_a_foreign_province_finds_nothing(self, api: TestClient) -> None:
        scheduled = a_scheduled(api)
        foreign = api.get(f"/v1/meetings/{scheduled['id']}", headers=headers_for(TABRIZ))
        unknown = api.get(f"/v1/meetings/{new_id()}", headers=headers_for(TABRIZ))
        assert (foreign.status_code, unknown.status_code) == (404, 404)
        assert foreign.json()["title"] == unknown.json()["title"]
        gone = post(api, f"/v1/meetings/{scheduled['id']}/cancel", {"reason": "x"}, TABRIZ, scheduled["version"])
        assert gone.status_code == 404

    def test_no_meeting_in_another_province(self, api: TestClient) -> None:
        assert post(api, "/v1/meetings", AUTUMN, TABRIZ).status_code == 403

    def test_a_change_names_its_version(self, api: TestClient) -> None:
        scheduled = a_scheduled(api)
        path = f"/v1/meetings/{scheduled['id']}/cancel"
        assert post(api, path, {"reason": "x"}, YAZD).status_code == 428
        assert post(api, path, {"reason": "x"}, YAZD, 999).status_code == 412
        assert post(api, path, {"reason": "x"}, YAZD, scheduled["version"]).status_code == 200
        assert post(api, path, {"reason": "x"}, YAZD, scheduled["version"] + 9).status_code == 412

    def test_a_repeated_request_gets_the_same_meeting(self, api: TestClient) -> None:
        headers = headers_for(YAZD)
        first = api.post("/v1/meetings", json=AUTUMN, headers=headers)
        again = api.post("/v1/meetings", json=AUTUMN, headers=headers)
        assert (again.status_code, again.json()) == (201, first.json())
        assert len(api.get("/v1/meetings", headers=headers_for(YAZD)).json()["items"]) == 1

    def test_viewers_and_agencies_convene_nothing(self, api: TestClient) -> None:
        for role, province in (("hq_viewer", "*"), ("province_viewer", "IR-21"), ("agency_contact", "IR-21")):
            assert post(api, "/v1/meetings", AUTUMN, an_actor(role, province)).status_code == 403

    def test_control_characters_are_refused(self, api: TestClient) -> None:
        assert post(api, "/v1/meetings", {**AUTUMN, "title": "a\u0000b"}, YAZD).status_code == 422
        listed = api.get("/v1/meetings", params={"kind": "a\u0000b"}, headers=headers_for(YAZD))
        assert listed.status_code == 422


class TestSeries:
    def test_are_founded_once(self, api: TestClient) -> None:
        body = {"programme": SCOPE["programme"], "code": "HQM", "kind": "hq_monthly", "names": {"fa": "جلسات ستاد"}}
        made = post(api, "/v1/series", body, HQ)
        assert (made.status_code, made.json()["cadence"]) == (201, "month")
        twice = post(api, "/v1/series", body, HQ)
        assert (twice.status_code, twice.json()["link"]) == (409, f"/v1/series/{made.json()['id']}")
