"""The generated matrix: role × operation × own, foreign, deleted, unknown × where the id sits.

A foreign thing is one that nobody has, byte for byte.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any

import psycopg
import pytest
from httpx2 import Response
from psycopg import sql

from shared.values.ids import new_id
from tests.security.conftest import House, open_house
from tests.security.routes import SERVICES, Operation, body_for, query_for
from tests.security.spots import Spot, spots_of, with_value
from tests.security.test_authz import FOREIGN, NATIONAL, PROVINCIAL, rows, spoken, token_of
from tests.security.world import HOME_OF

LEAST_CELLS = 5000
ROLES = (*NATIONAL, *PROVINCIAL, "anonymous")
TABLES = {
    "pairing_id": "pairings", "secretariat_id": "secretariats", "school_id": "schools", "agency_id": "agencies",
    "plan_id": "province_plans", "assignment_id": "role_assignments", "obligation_id": "obligations",
    "person_id": "people", "account_id": "accounts", "meeting_id": "meetings", "series_id": "series",
    "committee_id": "committees", "authorisation_id": "authorisations", "letter_id": "letters", "export_id": "jobs",
    "delivery_id": "deliveries",
}  # fmt: skip
"""Where the things of the world live."""
CELLS: Counter[str] = Counter()
"""How many cells each place has had, over all tests here."""
NAMES_ITSELF = re.compile(r'"(?:trace|instance)":"[^"]*",?')


@pytest.fixture(scope="module")
def own_houses() -> Iterator[dict[str, House]]:
    """Services of our own: some requests of the matrix are let in and write."""
    with ExitStack() as stack:
        yield {service: stack.enter_context(open_house(service, "_matrix")) for service in SERVICES}


@cache
def on_things() -> list[Operation]:
    """Operations whose address names a thing."""
    return [each for each in spoken().values() if any(name in TABLES for name in each.names)]


def away_from(service: str) -> str:
    """Another province than the things'."""
    return "IR-21" if HOME_OF[service] == "IR-03" else "IR-03"


def ask(
    house: House, operation: Operation, url: str, role: str, province: str, *, body: Any = None, query: Any = None
) -> Response:
    """A complete request of a role."""
    headers = {"idempotency-key": str(new_id()), "if-match": '"1"', "accept-language": "en"}
    if role != "anonymous":
        headers["authorization"] = f"Bearer {token_of(role, province)}"
    sent = body if body is not None else body_for(house.document, operation)
    asked = query if query is not None else (query_for(house.document, operation) if operation.method == "GET" else {})
    return house.client.request(operation.method, url, headers=headers, json=sent, params=asked)


def bare(answer: Response, *named: str) -> tuple[int, str, str]:
    """Status, kind and bytes of an answer, but for the trace, the address, and what the request itself had named."""
    text = NAMES_ITSELF.sub("", answer.text)
    for each in named:
        text = text.replace(each, "…")
    return answer.status_code, answer.headers["content-type"], text


def unlike(answers: dict[str, tuple[int, str, str]]) -> bool:
    """Whether answers that must not differ do."""
    return len(set(answers.values())) > 1


def take(owner: psycopg.Connection[Any], table: str, column: str, value: Any) -> list[tuple[str, str]]:
    """Delete rows and return them as JSON with their table."""
    command = sql.SQL("DELETE FROM {table} WHERE {column} = %s RETURNING to_jsonb({table})::text")
    named = command.format(table=sql.Identifier(table), column=sql.Identifier(column))
    return [(table, row) for (row,) in owner.execute(named, [value]).fetchall()]


@contextmanager
def deleted(house: House) -> Iterator[None]:
    """All things of a service gone from their tables, and put back afterwards."""
    gone: list[tuple[str, str]] = []
    with psycopg.connect(house.database.owner_url, autocommit=True) as owner:
        owner.execute("SET session_replication_role = replica")
        for name, table in TABLES.items():
            if name not in house.things:
                continue
            gone += take(owner, table, "id", house.things[name])
            if name == "plan_id":
                gone += take(owner, "selections", "plan_id", house.things[name])
        assert gone
        try:
            yield
        finally:
            for table, row in gone:
                back = sql.SQL("INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, %s::jsonb)")
                owner.execute(back.format(table=sql.Identifier(table)), [row])


def test_every_operation_has_a_row_and_every_thing_a_table(own_houses: dict[str, House]) -> None:
    assert sorted(rows()) == sorted(spoken())
    named = {name for each in spoken().values() for name in each.names}
    assert named - set(TABLES) <= {
        "tenant", "code", "number", "territory_id", "office_id", "cycle_id", "period_id", "programme_id",
        "directive_id", "job_id",
    }, "a new kind of thing in an address wants a table here, or is national"  # fmt: skip


class TestInTheAddress:
    @pytest.mark.requirement("R-170")
    @pytest.mark.parametrize("service", SERVICES)
    def test_foreign_and_deleted_things_are_unknown_ones(self, service: str, own_houses: dict[str, House]) -> None:
        house, home, away = own_houses[service], HOME_OF[service], away_from(service)
        chosen = [each for each in on_things() if each.service == service]
        seen: dict[tuple[str, str], dict[str, tuple[int, str, str]]] = {}
        real = [str(house.things[name]) for name in TABLES if name in house.things]
        for operation in chosen:
            for role in ROLES:
                unknown, url = ask(house, operation, operation.url({}), role, home), operation.url(house.things)
                seen[operation.id, role] = {"unknown": bare(unknown)}
                CELLS["path"] += 1
                if role in PROVINCIAL:
                    seen[operation.id, role]["foreign"] = bare(ask(house, operation, url, role, away), *real)
                    CELLS["path"] += 1
        with deleted(house):
            # A list below a thing that is gone by force still has its rows: commands never leave such rows behind.
            for operation in (each for each in chosen if rows()[each.id][FOREIGN] != "own"):
                for role in ROLES:
                    gone = ask(house, operation, operation.url(house.things), role, home)
                    seen[operation.id, role]["deleted"] = bare(gone, *real)
                    CELLS["path"] += 1
        wrong = {key: value for key, value in seen.items() if unlike(value)}
        assert sorted(wrong) == [], wrong
        # A list below an unknown thing is an empty list.
        status = Counter(value["unknown"][0] for (name, _), value in seen.items() if rows()[name][FOREIGN] != "own")
        print(service, dict(status))
        assert set(status) <= {401, 403, 404, 422} and status[404] > status[422]

    def test_a_version_makes_no_difference(self, own_houses: dict[str, House]) -> None:
        house = own_houses["registry"]
        for operation in (each for each in on_things() if each.service == "registry" and each.method != "GET"):
            told = set()
            for version in ("1", "2", "99999"):
                headers = {
                    "idempotency-key": str(new_id()), "if-match": f'"{version}"', "accept-language": "en",
                    "authorization": f"Bearer {token_of('province_officer', 'IR-21')}",
                }  # fmt: skip
                body = body_for(house.document, operation)
                answer = house.client.request(operation.method, operation.url(house.things), headers=headers, json=body)
                told.add(bare(answer))
                CELLS["If-Match"] += 1
            assert len(told) == 1, (operation.id, told)


def all_spots(house: House) -> list[Spot]:
    """Spots of a service whose kind of thing the world has."""
    operations = [each for each in spoken().values() if each.service == house.service]
    found = [spot for operation in operations for spot in spots_of(house.document, operation)]
    return [spot for spot in found if spot.kind == "province" or spot.kind in house.things]


class TestInQueryAndBody:
    @pytest.mark.requirement("R-170")
    @pytest.mark.parametrize("service", SERVICES)
    def test_foreign_things_are_unknown_ones(self, service: str, own_houses: dict[str, House]) -> None:
        house, home, away = own_houses[service], HOME_OF[service], away_from(service)
        spots = all_spots(house)
        wrong = {}
        for spot in spots:
            foreign = home if spot.kind == "province" else str(house.things[spot.kind])
            unknown = "IR-99" if spot.kind == "province" else str(new_id())
            for role in ("province_officer", "province_viewer", "principal", "agency_contact"):
                told = {
                    name: bare(self.send(house, spot, value, role, away), value)
                    for name, value in (("foreign", foreign), ("unknown", unknown))
                }
                place = "export filter" if "/exports" in spot.operation.path else spot.where
                CELLS[place] += 2
                accepted = all(status < 300 for status, *_ in told.values())
                if unlike(told) and not accepted and not self.refused_at_the_door(spot, told):
                    wrong[spot.id, role] = told
        print(service, len(spots), "spots")
        assert wrong == {}

    @staticmethod
    def send(house: House, spot: Spot, value: str, role: str, province: str) -> Response:
        """A request with a value at a spot; other names in the address are one's own province's or nobody's."""
        if spot.where == "query":
            needed = query_for(house.document, spot.operation)
            return ask(house, spot.operation, spot.operation.url({}), role, province, query=needed | {spot.name: value})
        body = with_value(house.document, spot, value)
        return ask(house, spot.operation, spot.operation.url({}), role, province, body=body)

    @staticmethod
    def refused_at_the_door(spot: Spot, told: dict[str, tuple[int, str, str]]) -> bool:
        """A province's code is no secret: a foreign one is forbidden where an unknown one is not found."""
        return spot.kind == "province" and {status for status, *_ in told.values()} <= {403, 404, 422}


class TestMassAssignment:
    EXTRA = ("tenant", "sequence", "created_by", "is_verified", "requested_by", "password_hash", "state", "version")

    def foreign_fields(self, house: House, operation: Operation) -> list[str]:
        """What the answer shows and the request may not set, and what rows have besides."""
        paths = house.document["paths"][operation.path][operation.method.lower()]
        takes = self.fields(house, paths.get("requestBody", {}).get("content", {}).get("application/json", {}))
        shows: set[str] = set()
        for status, answer in paths["responses"].items():
            if status.startswith("2"):
                shows |= self.fields(house, answer.get("content", {}).get("application/json", {}))
        return sorted((shows | set(self.EXTRA)) - takes)

    @staticmethod
    def fields(house: House, content: dict[str, Any]) -> set[str]:
        """The names of a body's schema."""
        name = content.get("schema", {}).get("$ref", "").rsplit("/", 1)[-1]
        return set(house.document["components"]["schemas"].get(name, {}).get("properties", {}))

    @pytest.mark.parametrize("service", SERVICES)
    def test_no_write_takes_a_field_that_is_not_its_own(self, service: str, own_houses: dict[str, House]) -> None:
        house, accepted, sent = own_houses[service], {}, 0
        for operation in (each for each in spoken().values() if each.service == service and each.method != "GET"):
            body = body_for(house.document, operation)
            if not isinstance(body, dict):
                continue
            fields = self.foreign_fields(house, operation)
            role = next(each for each in (*ROLES, "process") if rows()[operation.id][each] == "allow")
            odd = body | dict.fromkeys(fields, "IR-21")
            answer = ask(house, operation, operation.url(house.things), role, HOME_OF[service], body=odd)
            named = {each["field"] for each in answer.json().get("errors", [])} if answer.status_code == 422 else set()
            sent += len(fields)
            if set(fields) - named:
                accepted[operation.id] = (answer.status_code, sorted(set(fields) - named))
        CELLS["mass assignment"] += sent
        print(service, sent, "fields sent")
        assert accepted == {}


class TestTheProofItself:
    def test_a_telling_answer_is_seen(self) -> None:
        same = (404, "application/problem+json", '{"title":"No such school."}')
        assert not unlike({"unknown": same, "foreign": same})
        for other in ((403, *same[1:]), (404, "application/json", same[2]), (*same[:2], '{"title":"Not yours."}')):
            assert unlike({"unknown": same, "foreign": other})

    def test_a_thing_that_comes_back_is_seen(self, own_houses: dict[str, House]) -> None:
        """Deleting hides and restoring shows, so the column `deleted` is about things that were really there."""
        house = own_houses["registry"]
        read = spoken()["registry GET /v1/schools/{school_id}"]
        with deleted(house):
            assert ask(house, read, read.url(house.things), "hq_officer", "*").status_code == 404
        assert ask(house, read, read.url(house.things), "hq_officer", "*").status_code == 200

    def test_there_were_enough_cells(self) -> None:
        print(json.dumps(CELLS), sum(CELLS.values()))
        assert sum(CELLS.values()) >= LEAST_CELLS
        assert set(CELLS) == {"path", "If-Match", "query", "body", "nested list", "export filter", "mass assignment"}
