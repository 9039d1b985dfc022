"""Bad input at every door: a clear answer in the reader's language, never a fault, nothing half-written."""

import json
import re
from functools import cache
from typing import Any

import pytest
from httpx2 import Response

from shared.values.ids import new_id
from tests.security.conftest import House, all_operations
from tests.security.routes import Operation, body_for
from tests.security.tables import rows_of
from tests.security.test_authz import spoken
from tests.security.test_isolation import owner_of
from tests.support.actors import HQ, TABRIZ, headers_for

PERSIAN = re.compile("[آ-ی]")
LONG = "x" * 1_000_000
BAD_TEXTS = {"nul": "a\x00b", "megabyte": LONG, "escape": "a\x1b[31mb", "delete": "a\x7fb"}
BODIES = {
    "broken": b'{"a": ',
    "empty": b"",
    "list": b"[]",
    "null": b"null",
    "number": b"7",
    "text": b'"x"',
    "deep": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "deep lists": b"[" * 100_000 + b"]" * 100_000,
    "no utf-8": b'{"a": "\xff\xfe"}',
    "surrogate": b'{"names": {"fa": "\\ud800"}, "territory_code": "IR-03"}',
    "infinite": b'{"enrolment": Infinity}',
    "huge number": b'{"enrolment": ' + b"9" * 5000 + b"}",
    "doubled": b'{"territory_code": "IR-03", "territory_code": "IR-21"}',
    "form": b"a=b&c=d",
}
FORBIDDEN = {
    "province": "IR-21",
    "tenant": "merat",
    "version": 7,
    "sequence": 7,
    "created_by": str(new_id()),
    "role": "hq_officer",
}


@cache
def writes() -> list[Operation]:
    """The operations that change something."""
    return [each for each in spoken().values() if each.method != "GET"]


@cache
def reads() -> list[Operation]:
    """The operations that answer questions."""
    return [each for each in spoken().values() if each.method == "GET"]


@cache
def forms() -> list[Operation]:
    """The pages that people send forms to, but for signing out."""
    return [each for each in all_operations() if each.page and each.method == "POST" and each.path != "/sign-out"]


def say(house: House, operation: Operation, body: Any, by: Any = HQ, lang: str = "fa") -> Response:
    """Send a body to one of HOME's things; the version is one that nobody has."""
    headers = headers_for(by, version=99_999, lang=lang)
    url = operation.url(house.things)
    if isinstance(body, bytes):
        return house.client.request(
            operation.method, url, content=body, headers=headers | {"content-type": "application/json"}
        )
    return house.client.request(operation.method, url, json=body, headers=headers)


def clear(answer: Response, lang: str = "fa") -> bool:
    """Whether an answer refuses politely: a problem with words of the language, at its fields where it has some."""
    if not 400 <= answer.status_code < 500 or "problem+json" not in answer.headers["content-type"]:
        return False
    body = answer.json()
    words = [body["title"], *(each["words"] for each in body.get("errors", []))]
    return all(bool(PERSIAN.search(each)) is (lang == "fa") for each in words)


def spoilt(body: Any, bad: str) -> list[dict[str, Any]]:
    """The body with each of its texts, and its names, spoilt in turn."""
    found = []
    for name, value in body.items():
        if isinstance(value, str):
            found.append(body | {name: bad})
        elif isinstance(value, dict) and value:
            found.append(body | {name: dict.fromkeys(value, bad)})
        elif isinstance(value, list) and value and isinstance(value[0], str):
            found.append(body | {name: [bad]})
    return found


class TestEveryText:
    @pytest.mark.parametrize("name", [each.id for each in writes()])
    def test_refuses_what_no_text_may_hold(self, name: str, houses: dict[str, House]) -> None:
        operation = spoken()[name]
        house = houses[operation.service]
        body = body_for(house.document, operation)
        by = owner_of(operation.service) if operation.name in ("start_plan", "launch_plan") else HQ
        for kind, bad in BAD_TEXTS.items():
            for wrong in spoilt(body or {}, bad):
                seen = say(house, operation, wrong, by)
                assert clear(seen), (kind, seen.status_code, seen.text[:400])
                assert len(seen.content) < 20_000, "an answer does not repeat a megabyte"

    @pytest.mark.parametrize("name", [each.id for each in writes()])
    def test_accepts_no_field_of_somebody_else(self, name: str, houses: dict[str, House]) -> None:
        operation = spoken()[name]
        house = houses[operation.service]
        body = body_for(house.document, operation)
        if body is None:
            return
        schema = json.dumps(house.document["paths"][operation.path][operation.method.lower()]["requestBody"])
        for field, value in FORBIDDEN.items():
            if field in body or f'"{field}"' in _fields(house, schema):
                continue
            seen = say(house, operation, body | {field: value})
            assert 400 <= seen.status_code < 500, (field, seen.text)
            if seen.status_code == 422 and "errors" in seen.json():
                assert field in {each["field"] for each in seen.json()["errors"]}, seen.text

    @pytest.mark.parametrize("kind", BODIES)
    def test_an_odd_body_is_refused(self, kind: str, houses: dict[str, House]) -> None:
        for name in (
            "registry POST /v1/schools",
            "reporting POST /v1/exports",
            "notifications PUT /v1/tenants/{tenant}/sending",
        ):
            operation = spoken()[name]
            assert clear(say(houses[operation.service], operation, BODIES[kind])), (kind, name)


def _fields(house: House, schema: str) -> str:
    named = re.search(r"#/components/schemas/(\w+)", schema)
    return json.dumps(house.document["components"]["schemas"][named[1]].get("properties", {})) if named else ""


class TestEveryQuestion:
    @pytest.mark.parametrize("name", [each.id for each in reads()])
    def test_survives_odd_parameters(self, name: str, houses: dict[str, House]) -> None:
        operation = spoken()[name]
        house = houses[operation.service]
        spoken_parameters = house.document["paths"][operation.path]["get"].get("parameters", [])
        for each in (one["name"] for one in spoken_parameters if one["in"] == "query"):
            for odd in ("a\x00b", "%", "' OR 1=1 --", "x" * 5000, "-1", "９", "99999999999999999999", "\ufffe", "*"):
                seen = house.client.get(operation.url(house.things), params={each: odd}, headers=headers_for(HQ))
                assert seen.status_code < 500, (each, odd[:20], seen.text[:300])

    @pytest.mark.parametrize("name", [each.id for each in spoken().values() if "{" in each.path])
    def test_survives_odd_addresses(self, name: str, houses: dict[str, House]) -> None:
        operation = spoken()[name]
        house = houses[operation.service]
        for odd in ("%00", "x", "%F0%9F%92%A9", "..%2f..%2fetc", "1" * 3000, "'", "{id}"):
            url = operation.url(dict.fromkeys(operation.names, odd))
            seen = house.client.request(operation.method, url, headers=headers_for(HQ, version=1))
            assert 400 <= seen.status_code < 500 or (seen.status_code == 200 and operation.method == "GET"), (
                odd[:20],
                seen.text[:300],
            )


BLANKS = (
    "login", "password", "tenant", "next", "reason", "number", "title", "subject", "body", "province", "school_id",
    "day", "agency_id", "letter_id", "secretariat_id", "person_id", "kind", "direction", "subject_code", "starts_on",
    "starts_at", "ends_at", "version", "comment", "provinces", "venue", "cycle", "programme", "decision_ref",
)  # fmt: skip


class TestEveryForm:
    @pytest.mark.parametrize("name", [each.id for each in forms()])
    @pytest.mark.parametrize("odd", ["a\x00b", "\ud7ff\ufffe", "9" * 500, "۳۱ مهر ۱۳۹۹", "<script>alert(1)</script>"])
    def test_survives_odd_blanks(self, name: str, odd: str, houses: dict[str, House]) -> None:
        operation = next(each for each in forms() if each.id == name)
        house = houses[operation.service]
        for action in ("answer", "hold", "launch", "establish", "nothing") if "action" in operation.names else ("",):
            url = operation.url(house.things | {"action": action})
            seen = house.client.post(url, data=dict.fromkeys(BLANKS, odd), headers=headers_for(TABRIZ, lang="fa"))
            assert seen.status_code < 500, (action, seen.text[:300])
            assert "<script>alert" not in seen.text


class TestHeaders:
    @pytest.mark.parametrize("key", ["", "a" * 201, "a\tb"])
    def test_an_odd_idempotency_key_is_refused(self, key: str, houses: dict[str, House]) -> None:
        body = {"territory_code": "IR-03", "names": {"fa": "مدرسهٔ بی‌کلید"}, "gender": "girls"}
        seen = houses["registry"].client.post(
            "/v1/schools", json=body, headers=headers_for(TABRIZ, lang="fa") | {"idempotency-key": key}
        )
        assert seen.status_code == 400 and clear(seen)

    @pytest.mark.parametrize(
        ("value", "status"),
        [("*", 400), ('"x"', 400), ("", 400), ('"1", "2"', 400), ('"-1"', 400), ('"' + "9" * 30 + '"', 400)],
    )
    def test_an_odd_version_is_refused(self, value: str, status: int, houses: dict[str, House]) -> None:
        house = houses["registry"]
        path = f"/v1/pairings/{house.things['pairing_id']}/suspend"
        seen = house.client.post(
            path, json={"reason": "x"}, headers=headers_for(TABRIZ, lang="fa") | {"if-match": value}
        )
        assert (seen.status_code, clear(seen)) == (status, True)

    @pytest.mark.parametrize("lang", ["fa", "en"])
    def test_each_refusal_speaks_the_readers_language(self, lang: str, houses: dict[str, House]) -> None:
        house = houses["registry"]
        path = f"/v1/pairings/{house.things['pairing_id']}/suspend"
        key = str(new_id())
        used = {"reason": "x"}
        missing = house.client.post(path, json=used, headers=headers_for(TABRIZ, lang=lang))
        stale = house.client.post(path, json=used, headers=headers_for(TABRIZ, version=99, lang=lang))
        role = house.client.post("/v1/cycles", json={}, headers=headers_for(TABRIZ, lang=lang))
        nobody = house.client.get(path.removesuffix("/suspend"), headers={"accept-language": lang})
        holiday = {
            "province": "IR-03",
            "kind": "closure",
            "added": [{"day": "2020-12-07", "names": {"fa": "برف"}}],
            "removed": [],
        }
        first = house.client.post("/v1/holidays/changes", json=holiday, headers=headers_for(TABRIZ, key=key, lang=lang))
        reused = house.client.post(
            "/v1/holidays/changes", json=holiday | {"kind": "holiday"}, headers=headers_for(TABRIZ, key=key, lang=lang)
        )
        assert first.status_code < 500
        answers = (missing, stale, role, nobody)
        assert [each.status_code for each in answers] == [428, 412, 403, 401]
        assert all(clear(each, lang) for each in answers)
        if first.status_code < 300:
            assert reused.status_code == 422 and clear(reused, lang)


class TestNothingHalfWritten:
    def test_a_refused_batch_leaves_no_row(self, houses: dict[str, House]) -> None:
        house = houses["registry"]
        before = rows_of(house)
        good = {"territory_code": "IR-03", "names": {"fa": "مدرسهٔ خوب"}, "gender": "girls"}
        for bad in (
            {"names": {"fa": "a\x00b"}},
            {"names": {"fa": "خوب\r\nBcc: x@y"}},
            {"territory_code": "IR-99"},
            {"gender": "x"},
        ):
            answer = house.client.post(
                "/v1/schools/batch", json={"items": [good, good | bad]}, headers=headers_for(TABRIZ)
            )
            assert 400 <= answer.status_code < 500
        assert rows_of(house) == before

    @pytest.mark.parametrize("mobile", ["0912345", "09123456789012345", "abc", "+1", "۰۹۱۲"])
    def test_a_mobile_that_is_none(self, mobile: str, houses: dict[str, House]) -> None:
        body = {"territory_code": "IR-03", "display_name": "شخص", "mobile": mobile}
        seen = houses["registry"].client.post("/v1/people", json=body, headers=headers_for(TABRIZ, lang="fa"))
        assert seen.status_code == 422 and clear(seen)
        assert seen.json()["errors"][0]["field"] == "mobile"

    @pytest.mark.parametrize(
        "name",
        ["خوب\r\nBcc: x@y", "خوب\nBcc: x@y", "خوب\u2028Bcc: x@y", "خوب\x85Bcc: x@y", "=?utf-8?q?a=0ABcc=3A_x=40y?="],
    )
    def test_a_name_that_wants_to_be_a_header(self, name: str, houses: dict[str, House]) -> None:
        body = {"territory_code": "IR-03", "display_name": name, "email": "a@example.org\r\nBcc: b@example.org"}
        seen = houses["registry"].client.post("/v1/people", json=body, headers=headers_for(TABRIZ, lang="fa"))
        assert seen.status_code == 422 and clear(seen)
