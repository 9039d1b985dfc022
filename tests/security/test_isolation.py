"""A stranger's province: nothing of it is seen, changed or guessed, and each of the two locks alone is enough."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from httpx2 import Response
from psycopg import sql

from shared.kernel import tenancy
from shared.kernel.auth import Actor, Grant
from tests.security.conftest import House
from tests.security.routes import MISSING, Operation, body_for, query_for
from tests.security.tables import as_owner, locked_tables, rows_of
from tests.security.test_authz import FOREIGN, rows, spoken
from tests.security.world import HOME_OF, SCOPE
from tests.support.actors import TENANT, an_actor, headers_for

PASSING = {"instance", "trace"}
"""Members of a problem that name the request itself."""


def stranger_to(service: str) -> Actor:
    """The officer of another province."""
    return an_actor("province_officer", "IR-21" if HOME_OF[service] == "IR-03" else "IR-03")


def owner_of(service: str) -> Actor:
    """The officer of the province the things belong to."""
    return an_actor("province_officer", HOME_OF[service])


@cache
def hidden() -> list[Operation]:
    """The operations on one thing of a province."""
    return [spoken()[name] for name, row in rows().items() if row[FOREIGN] == "404"]


@cache
def lists() -> list[Operation]:
    """The operations that list things of provinces."""
    return [spoken()[name] for name, row in rows().items() if row[FOREIGN] == "own"]


@contextmanager
def row_security(house: House, switch: str) -> Iterator[None]:
    """DISABLE or ENABLE the second lock on all tables of a service, then put it back."""

    def turn(to: str) -> None:
        with as_owner(house.database) as owner:
            for table in locked_tables(house):
                owner.execute(sql.SQL("ALTER TABLE {} " + to + " ROW LEVEL SECURITY").format(sql.Identifier(table)))

    turn(switch)
    try:
        yield
    finally:
        turn("ENABLE")


@pytest.fixture(scope="class", params=["both locks", "row-level security alone", "the guard alone"])
def locks(request: pytest.FixtureRequest, houses: dict[str, House]) -> Iterator[str]:
    """Both locks, then each of them alone."""
    if request.param == "the guard alone":
        with ExitStack() as stack:
            for house in houses.values():
                stack.enter_context(row_security(house, "DISABLE"))
            yield request.param
        return
    tenancy.GUARD_ON = request.param == "both locks"
    yield request.param
    tenancy.GUARD_ON = True


def ask(house: House, operation: Operation, values: dict[str, Any], by: Actor) -> Response:
    """A complete and valid request."""
    return house.client.request(
        operation.method, operation.url(values), json=body_for(house.document, operation),
        headers=headers_for(by, version=1),
    )  # fmt: skip


def told(answer: Response) -> dict[str, Any]:
    """A problem without what names the request."""
    return {name: value for name, value in answer.json().items() if name not in PASSING}


@pytest.mark.requirement("R-170")
class TestAStrangersDoor:
    @pytest.mark.parametrize("name", [each.id for each in hidden()])
    def test_a_foreign_thing_is_an_unknown_one(self, locks: str, name: str, houses: dict[str, House]) -> None:
        operation = spoken()[name]
        house, by = houses[operation.service], stranger_to(operation.service)
        foreign = ask(house, operation, house.things, by)
        unknown = ask(house, operation, {}, by)
        assert (foreign.status_code, unknown.status_code) == (404, 404), (locks, foreign.text, unknown.text)
        assert told(foreign) == told(unknown)
        assert foreign.headers["content-type"] == unknown.headers["content-type"]

    @pytest.mark.parametrize("name", [each.id for each in lists()])
    def test_a_list_holds_no_foreign_row(self, locks: str, name: str, houses: dict[str, House]) -> None:
        operation = spoken()[name]
        house = houses[operation.service]
        home = HOME_OF[operation.service]
        allowed = {each["name"] for each in _parameters(house, operation)}
        filters: list[dict[str, str]] = [
            {},
            *({one: home} for one in ("province", "territory", "pool") if one in allowed),
        ]
        for params in filters:
            url, by = operation.url(house.things), stranger_to(operation.service)
            params |= query_for(house.document, operation)
            seen = house.client.get(url, params=params, headers=headers_for(by))
            if seen.status_code == 404:  # a list below a thing: the thing itself is not there for a stranger
                assert told(seen) == told(ask(house, operation, {}, by)), (locks, seen.text)
                continue
            assert seen.status_code == 200, seen.text
            ids = [str(thing) for thing in house.things.values() if isinstance(thing, UUID)]
            assert [each for each in ids if each in seen.text] == [], (locks, params)
            assert f'"province":"{home}"' not in seen.text, (locks, params)

    def test_the_owner_finds_every_thing(self, houses: dict[str, House]) -> None:
        for operation in (each for each in hidden() if each.method == "GET" and each.name != "download_export"):
            house = houses[operation.service]
            assert ask(house, operation, house.things, owner_of(operation.service)).status_code == 200, operation

    def test_pages_show_a_stranger_the_page_of_the_unknown(self, houses: dict[str, House]) -> None:
        house, by = houses["registry"], stranger_to("registry")
        for noun, name in PAGES.items():
            foreign, unknown = (
                house.client.get(f"/{noun}/{each}", headers=headers_for(by)) for each in (house.things[name], MISSING)
            )
            assert (foreign.status_code, unknown.status_code) == (404, 404), noun
            assert foreign.text.replace(str(house.things[name]), "") == unknown.text.replace(str(MISSING), ""), noun
            assert str(house.things[name]) not in house.client.get(f"/{noun}", headers=headers_for(by)).text


def _parameters(house: House, operation: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = house.document["paths"][operation.path][operation.method.lower()].get(
        "parameters", []
    )
    return found


PAGES = {
    "pairings": "pairing_id",
    "province-plans": "plan_id",
    "secretariats": "secretariat_id",
    "meetings": "meeting_id",
    "letters": "letter_id",
    "obligations": "obligation_id",
}
LEAKING = ("pairings/{pairing_id}", "schools/{school_id}", "letters/{letter_id}", "meetings/{meeting_id}")


class TestTheProofItself:
    def test_without_both_locks_the_things_are_seen(
        self, houses: dict[str, House], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tenancy, "GUARD_ON", False)
        house = houses["registry"]
        with row_security(house, "DISABLE"):
            for path in LEAKING:
                operation = spoken()[f"registry GET /v1/{path}"]
                assert ask(house, operation, house.things, stranger_to("registry")).status_code == 200, path
            seen = house.client.get("/v1/pairings", headers=headers_for(stranger_to("registry")))
            assert str(house.things["pairing_id"]) in seen.text


def writes(house: House) -> dict[str, tuple[str, dict[str, Any]]]:
    """New things whose body names a foreign province or a foreign thing."""
    days = [{"day": "2020-12-02", "names": {"fa": "x"}}]
    series = {"programme": SCOPE["programme"], "kind": "provincial_quarterly", "names": {"fa": "x"}}
    here, thing = {**SCOPE, "province": "IR-03"}, {name: str(each) for name, each in house.things.items()}
    school = {"territory_code": "IR-03", "names": {"fa": "مدرسهٔ بیگانه"}, "gender": "girls"}
    agency = {"territory_code": "IR-03", "names": {"fa": "ادارهٔ بیگانه"}, "kind": "institute", "sector": "governmental"}
    letter = {**here, "direction": "province_to_agency", "subject_code": "readiness", "subject": "x"}
    return {
        "a school": ("/v1/schools", school),
        "a batch with one": ("/v1/schools/batch", {"items": [school | {"territory_code": "IR-21"}, school]}),
        "an agency": ("/v1/agencies", agency),
        "a person": ("/v1/people", {"territory_code": "IR-03", "display_name": "بیگانه"}),
        "a role": ("/v1/roles", {"person_id": thing["person_id"], "role": "province_officer", "province": "IR-21"}),
        "an account": ("/v1/accounts", {"person_id": thing["person_id"], "login": "thief", "password": "long phrase"}),
        "a plan": ("/v1/province-plans", here),
        "a nomination": ("/v1/secretariats", {**SCOPE, "school_id": thing["school_id"]}),
        "a pairing": ("/v1/pairings", {"secretariat_id": thing["secretariat_id"], "agency_id": thing["agency_id"]}),
        "a letter": ("/v1/letters", letter | {"agency_id": thing["agency_id"]}),
        "a permit": ("/v1/authorisations", {**here, "kind": "council", "body": {"fa": "شورا"}, "subject": "x"}),
        "a committee": ("/v1/committees", {**here, "level": "province"}),
        "a meeting": ("/v1/meetings", {**here, "kind": "provincial_quarterly", "title": "x"}),
        "a series": ("/v1/series", series | {"province": "IR-03", "code": "Z"}),
        "a closure": ("/v1/holidays/changes", {"province": "IR-03", "kind": "closure", "added": days}),
    }  # fmt: skip


@pytest.mark.requirement("R-170")
class TestABodyThatNamesAnotherProvince:
    def test_is_refused_and_writes_nothing(self, houses: dict[str, House]) -> None:
        house, by = houses["registry"], stranger_to("registry")
        before = rows_of(house)
        answers = {
            name: house.client.post(path, json=body, headers=headers_for(by))
            for name, (path, body) in writes(house).items()
        }
        assert {name: seen.status_code for name, seen in answers.items() if seen.status_code not in (403, 404)} == {}
        assert rows_of(house) == before

    def test_figures_of_another_province_do_not_exist(self, houses: dict[str, House]) -> None:
        house, by = houses["reporting"], stranger_to("reporting")
        for path in ("/v1/kpis/K-01", "/v1/kpis/K-01/why", "/v1/kpis/K-03/series"):
            span = {"from": "1399-07-01", "to": "1399-08-01"} if path.endswith("series") else {}
            foreign, unknown = (
                house.client.get(path, params={"territory": code} | span, headers=headers_for(by))
                for code in ("IR-03", "IR-99")
            )
            assert (foreign.status_code, unknown.status_code) == (404, 404), foreign.text
            assert told(foreign) == told(unknown)
            own = house.client.get(path, params={"territory": "IR-21"} | span, headers=headers_for(by))
            assert own.status_code == 200
            assert "IR-03" not in own.text and "IR-23" not in own.text

    def test_no_export_of_another_province(self, houses: dict[str, House]) -> None:
        wanted = {**SCOPE, "territory": "IR-03", "codes": ["K-01"]}
        seen = houses["reporting"].client.post(
            "/v1/exports", json=wanted, headers=headers_for(stranger_to("reporting"))
        )
        assert seen.status_code == 404, seen.text


@pytest.mark.parametrize("page", ["/directives", "/province-plans", "/province-plans/{plan_id}"])
def test_agencies_have_no_page_of_what_offices_do(page: str, houses: dict[str, House]) -> None:
    house = houses["registry"]
    agency = an_actor("agency_contact", "IR-03", organisation_id=house.things["agency_id"])
    path = page.format(**house.things)
    assert house.client.get(path, headers=headers_for(agency)).status_code == 403
    shown = house.client.get(path, headers=headers_for(owner_of("registry")))
    assert shown.status_code == 200 or shown.headers["location"].startswith("/province-plans/")
    assert house.client.get(path).headers["location"].startswith("/registry/session/renew")


def both_hats(home: str) -> Actor:
    """Somebody who reads the whole country and is an officer of one province."""
    grants = (Grant("hq_viewer", "*"), Grant("province_officer", home))
    return Actor(an_actor().person_id, TENANT, grants, "Two hats")


@pytest.mark.requirement("R-170")
class TestTwoRolesOfOnePerson:
    """A role that reaches far does not lend its reach to one that does not."""

    def test_reads_far_and_writes_near(self, houses: dict[str, House]) -> None:
        house = houses["registry"]
        suspend = spoken()["registry POST /v1/pairings/{pairing_id}/suspend"]
        read = spoken()["registry GET /v1/pairings/{pairing_id}"]
        assert ask(house, read, house.things, both_hats("IR-21")).status_code == 200
        assert ask(house, suspend, house.things, both_hats("IR-21")).status_code == 404
        assert ask(house, suspend, house.things, both_hats("IR-03")).status_code == 412

    def test_founds_nothing_far_away(self, houses: dict[str, House]) -> None:
        house, by = houses["registry"], both_hats("IR-21")
        before = rows_of(house)
        for name, (path, body) in writes(house).items():
            seen = house.client.post(path, json=body, headers=headers_for(by))
            assert 400 <= seen.status_code < 500, (name, seen.text)
        assert rows_of(house) == before
