"""The doors of programmes and the register: roles, versions, languages, and answers to bad input."""

from uuid import uuid4

import pytest
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from services.registry.programme.programmes.load import load_programmes
from services.registry.register.territories.load import load_territories
from tests.conftest import NOW
from tests.support.actors import HQ, TABRIZ, YAZD, an_actor, headers_for

SCHOOL = {"territory_code": "IR-03", "names": {"fa": "مدرسهٔ كاوه"}, "gender": "girls"}
PERSON = {"territory_code": "IR-03", "display_name": "شخص نمونه"}


@pytest.fixture
def api(registry_api: TestClient) -> TestClient:
    with registry_api.app.state.sessions.begin() as session:  # type: ignore[attr-defined]
        load_registry(session)
    return registry_api


def load_registry(session: Session) -> None:
    load_programmes(session, now=NOW)
    load_territories(session, now=NOW)


class TestSchoolsDoor:
    def test_registers_reads_changes_and_lists(self, api: TestClient) -> None:
        made = api.post("/v1/schools", json=SCHOOL, headers=headers_for(TABRIZ))
        assert (made.status_code, made.headers["etag"]) == (201, '"1"'), made.text
        school = made.json()
        assert (school["province"], school["as_of"]) == ("IR-03", "2020-10-12")
        path = f"/v1/schools/{school['id']}"
        profile = {"names": {"fa": "مدرسهٔ کاوه"}, "gender": "girls", "enrolment": 41}
        assert api.patch(path, json=profile, headers=headers_for(TABRIZ)).status_code == 428
        assert api.patch(path, json=profile, headers=headers_for(TABRIZ, version=7)).status_code == 412
        changed = api.patch(path, json=profile, headers=headers_for(TABRIZ, version=1))
        assert (changed.status_code, changed.json()["enrolment"]) == (200, 41), changed.text
        listed = api.get("/v1/schools", params={"q": "كاوه", "province": "IR-03"}, headers=headers_for(HQ))
        assert [each["id"] for each in listed.json()["items"]] == [school["id"]]

    def test_the_same_key_answers_the_same(self, api: TestClient) -> None:
        key = str(uuid4())
        first = api.post("/v1/schools", json=SCHOOL, headers=headers_for(TABRIZ, key=key))
        again = api.post("/v1/schools", json=SCHOOL, headers=headers_for(TABRIZ, key=key))
        assert (first.json(), again.status_code) == (again.json(), 201)
        other = api.post("/v1/schools", json={**SCHOOL, "gender": "boys"}, headers=headers_for(TABRIZ, key=key))
        assert other.status_code == 422

    def test_another_province_and_an_unknown_id_look_the_same(self, api: TestClient) -> None:
        school = api.post("/v1/schools", json=SCHOOL, headers=headers_for(TABRIZ)).json()["id"]
        foreign = api.get(f"/v1/schools/{school}", headers=headers_for(YAZD))
        unknown = api.get(f"/v1/schools/{uuid4()}", headers=headers_for(YAZD))
        assert foreign.status_code == unknown.status_code == 404
        left_out = {"instance", "trace"}
        assert {k: v for k, v in foreign.json().items() if k not in left_out} == {
            k: v for k, v in unknown.json().items() if k not in left_out
        }

    def test_an_id_that_is_taken_out_of_sight_is_a_conflict(self, api: TestClient) -> None:
        body = {**SCHOOL, "id": str(uuid4())}
        assert api.post("/v1/schools", json=body, headers=headers_for(TABRIZ)).status_code == 201
        again = api.post("/v1/schools", json=body, headers=headers_for(TABRIZ))
        assert (again.status_code, again.json()["id"]) == (201, body["id"])
        foreign = api.post("/v1/schools", json={**body, "territory_code": "IR-21"}, headers=headers_for(YAZD))
        assert foreign.status_code == 409

    def test_the_name_in_arabic_letters_finds_the_existing_school(self, api: TestClient) -> None:
        school = api.post("/v1/schools", json=SCHOOL, headers=headers_for(TABRIZ)).json()["id"]
        twin = {**SCHOOL, "names": {"fa": "مدرسه کاوه"}}
        refused = api.post("/v1/schools", json=twin, headers=headers_for(TABRIZ, lang="fa"))
        assert (refused.status_code, refused.json()["link"]) == (409, f"/v1/schools/{school}")
        assert "مدرسه‌ای به همین نام" in refused.json()["title"]

    @pytest.mark.parametrize("name", ["a\x00b", "x" * 1_000_000, "a\r\nBcc: x", ""])
    def test_bad_names_are_field_errors(self, api: TestClient, name: str) -> None:
        refused = api.post("/v1/schools", json={**SCHOOL, "names": {"fa": name}}, headers=headers_for(TABRIZ))
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["field"].startswith("names")

    def test_viewers_read_but_do_not_write(self, api: TestClient) -> None:
        viewer = an_actor("province_viewer", "IR-03")
        assert api.post("/v1/schools", json=SCHOOL, headers=headers_for(viewer)).status_code == 403
        assert api.get("/v1/schools", headers=headers_for(viewer)).status_code == 200

    def test_a_batch_is_written_whole_or_not_at_all(self, api: TestClient) -> None:
        other = {**SCHOOL, "names": {"fa": "مدرسهٔ دیگر"}}
        refused = api.post("/v1/schools/batch", json={"items": [other, SCHOOL, SCHOOL]}, headers=headers_for(TABRIZ))
        assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "schools_alike")
        assert (refused.json()["item"], refused.json()["same_as_item"]) == (2, 1)
        assert "link" not in refused.json()
        assert api.get("/v1/schools", headers=headers_for(TABRIZ)).json()["items"] == []
        made = api.post("/v1/schools/batch", json={"items": [other, SCHOOL]}, headers=headers_for(TABRIZ))
        assert [each["names"]["fa"] for each in made.json()] == ["مدرسهٔ دیگر", "مدرسهٔ كاوه"]


class TestPeopleDoor:
    def test_a_short_mobile_is_a_field_error_in_persian(self, api: TestClient) -> None:
        body = {**PERSON, "mobile": "0912345"}
        refused = api.post("/v1/people", json=body, headers=headers_for(TABRIZ, lang="fa"))
        assert refused.status_code == 422
        error = refused.json()["errors"][0]
        assert (error["field"], error["code"]) == ("mobile", "mobile_not_valid")
        assert "شمارهٔ همراه" in error["words"]

    def test_digits_of_all_sets_are_one_number(self, api: TestClient) -> None:
        body = {**PERSON, "mobile": "۰۹۱۲ ١٢٣ 4567", "email": "a@Example.org"}
        made = api.post("/v1/people", json=body, headers=headers_for(TABRIZ))
        assert (made.json()["mobile"], made.json()["email"]) == ("+989121234567", "a@example.org"), made.text
        path = f"/v1/people/{made.json()['id']}"
        version = made.json()["version"]
        new = {"display_name": "نام تازه", "email": "b@example.org"}
        changed = api.put(f"{path}/contact-points", json=new, headers=headers_for(TABRIZ, version=version))
        assert changed.json()["mobile"] is None, changed.text
        erased = api.post(f"{path}/erase", headers=headers_for(TABRIZ, version=changed.json()["version"]))
        assert (erased.status_code, erased.json()["state"]) == (200, "erased"), erased.text

    def test_contacts_are_not_for_everybody(self, api: TestClient) -> None:
        for role, province in (("hq_viewer", "*"), ("principal", "IR-03"), ("agency_contact", "IR-03")):
            assert api.get("/v1/people", headers=headers_for(an_actor(role, province))).status_code == 403


class TestOtherDoors:
    def test_a_cycle_is_opened_from_the_definition(self, api: TestClient) -> None:
        programme = api.get("/v1/programmes", params={"q": "صد و سيرخانه"}, headers=headers_for(HQ)).json()["items"][0]
        body = {"programme_id": programme["id"], "year": 1399}
        assert api.post("/v1/cycles", json=body, headers=headers_for(TABRIZ)).status_code == 403
        made = api.post("/v1/cycles", json=body, headers=headers_for(HQ))
        assert (made.status_code, made.json()["label"]) == (201, "1399-1400"), made.text
        assert [each["state"] for each in made.json()["periods"]] == ["upcoming"] * 4
        again = api.post("/v1/cycles", json=body, headers=headers_for(HQ))
        assert (again.status_code, again.json()["link"]) == (409, f"/v1/cycles/{made.json()['id']}")
        versions = api.get(f"/v1/programmes/{programme['id']}/versions", headers=headers_for(TABRIZ)).json()
        assert [each["number"] for each in versions] == [1]
        definition = versions[0]["definition"] | {"acknowledge_days": 5}
        revised = api.post(
            f"/v1/programmes/{programme['id']}/revise",
            json={"definition": definition, "reason": "more time"},
            headers=headers_for(HQ, version=programme["version"]),
        )
        assert (revised.status_code, revised.json()["number"]) == (201, 2), revised.text

    def test_places_offices_agencies_roles_and_holidays(self, api: TestClient) -> None:
        provinces = api.get("/v1/territories", params={"level": "province"}, headers=headers_for(YAZD)).json()["items"]
        assert len(provinces) == 31
        office = {
            "code": "O-21",
            "kind": "provincial_administration",
            "names": {"fa": "یزد"},
            "territory_code": "IR-21",
        }
        assert api.post("/v1/offices", json=office, headers=headers_for(HQ)).status_code == 201
        agency = {
            "territory_code": "IR-21",
            "names": {"fa": "ادارهٔ کل محیط زیست"},
            "kind": "general_directorate",
            "sector": "governmental",
        }
        pool = api.post("/v1/agencies/batch", json={"items": [agency]}, headers=headers_for(YAZD))
        assert pool.json()[0]["pool_territories"] == ["IR-21"], pool.text
        person = api.post("/v1/people", json={**PERSON, "territory_code": "IR-21"}, headers=headers_for(YAZD)).json()
        role = {
            "person_id": person["id"],
            "role": "agency_contact",
            "province": "IR-21",
            "organisation_id": pool.json()[0]["id"],
            "organisation_kind": "agency",
        }
        given = api.post("/v1/roles", json=role, headers=headers_for(YAZD))
        assert (given.status_code, given.json()["from_on"]) == (201, "2020-10-12"), given.text
        assert api.post("/v1/roles", json=role, headers=headers_for(YAZD)).status_code == 409
        ended = api.post(
            f"/v1/roles/{given.json()['id']}/end",
            json={"to_on": "2020-11-01", "reason": "moved"},
            headers=headers_for(YAZD, version=given.json()["version"]),
        )
        assert ended.json()["state"] == "ended", ended.text
        closure = {"province": "IR-21", "kind": "closure", "added": [{"day": "2020-12-02", "names": {"fa": "برف"}}]}
        assert api.post("/v1/holidays/changes", json=closure, headers=headers_for(TABRIZ)).status_code == 403
        assert api.post("/v1/holidays/changes", json=closure, headers=headers_for(YAZD)).status_code == 201
        days = {"first": "2020-12-01", "last": "2020-12-03"}
        assert len(api.get("/v1/holidays", params=days, headers=headers_for(YAZD)).json()["items"]) == 1
        assert api.get("/v1/holidays", params=days, headers=headers_for(TABRIZ)).json()["items"] == []
        baseline = {"programme": "sad-dabirkhaneh", "label": "agency_pool", "value": "50", "origin": "guideline"}
        assert api.post("/v1/baselines", json=baseline, headers=headers_for(HQ)).status_code == 201
