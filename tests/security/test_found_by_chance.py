"""Defects that random requests have found, each with the request that showed it."""

import pytest

from tests.security.conftest import House
from tests.support.actors import HQ, headers_for


def test_a_year_no_calendar_reaches_is_refused_at_its_field(houses: dict[str, House]) -> None:
    house = houses["registry"]
    programme = house.client.get("/v1/programmes", headers=headers_for(HQ)).json()["items"][0]["id"]
    for year in (1, 3000):
        body = {"programme_id": programme, "year": year}
        seen = house.client.post("/v1/cycles", json=body, headers=headers_for(HQ, lang="en"))
        assert seen.status_code == 422
        assert seen.json()["refusals"][0]["field"] == "year"
        assert f"The year {year} is not supported" in seen.json()["detail"]


@pytest.mark.parametrize("path", ["/v1/holidays/changes", "/v1/schools"])
def test_a_thing_without_any_name_is_refused(path: str, houses: dict[str, House]) -> None:
    bodies = {
        "/v1/holidays/changes": {"province": "", "kind": "closure", "added": [{"day": "2020-12-02", "names": {}}]},
        "/v1/schools": {"territory_code": "IR-03", "names": {}, "gender": "girls"},
    }
    seen = houses["registry"].client.post(path, json=bodies[path], headers=headers_for(HQ))
    assert seen.status_code == 422
    assert seen.json()["errors"][0]["field"].endswith("names")


def test_a_method_that_is_not_taken_is_answered_with_those_that_are(houses: dict[str, House]) -> None:
    seen = houses["registry"].client.request("TRACE", "/v1/schools", headers=headers_for(HQ))
    assert seen.status_code == 405
    assert "GET" in seen.headers["allow"]


@pytest.mark.parametrize("service", ["registry", "reporting", "notifications"])
def test_the_served_document_refers_to_nothing_that_is_not_in_it(service: str, houses: dict[str, House]) -> None:
    document = houses[service].client.get("/openapi.json").json()

    def lacking(part: object) -> list[str]:
        if isinstance(part, list):
            return [each for item in part for each in lacking(item)]
        if not isinstance(part, dict):
            return []
        found = [each for item in part.values() for each in lacking(item)]
        if isinstance(part.get("$ref"), str):
            place: object = document
            for step in part["$ref"].removeprefix("#/").split("/"):
                place = place.get(step, {}) if isinstance(place, dict) else {}
            found += [] if place else [part["$ref"]]
        return found

    assert lacking(document) == []


def test_a_field_called_body_keeps_its_name_in_the_refusal(houses: dict[str, House]) -> None:
    letter = {
        "programme": "sad-dabirkhaneh", "cycle": "1399-1400", "province": "IR-03", "subject": "x", "body": "a\x00b",
        "direction": "province_to_agency", "subject_code": "readiness",
    }  # fmt: skip
    seen = houses["registry"].client.post("/v1/letters", json=letter, headers=headers_for(HQ))
    assert [each["field"] for each in seen.json()["errors"]] == ["body"]
