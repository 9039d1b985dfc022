"""Who may do what: `authz.csv` holds a row for every operation, and every row is tried with real tokens."""

import csv
from functools import cache
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from shared.kernel.auth import Actor, Grant
from shared.values.ids import derived_id, new_id
from tests.security.conftest import House, all_operations
from tests.security.routes import Operation
from tests.security.world import HOME_OF
from tests.support.actors import TENANT, an_actor, token_for

TABLE = Path(__file__).with_name("authz.csv")
NATIONAL = ("hq_officer", "hq_viewer", "legal_officer", "tenant_administrator", "operator")
PROVINCIAL = (
    "province_officer",
    "province_viewer",
    "district_officer",
    "principal",
    "secretariat_officer",
    "agency_contact",
)
OUTCOMES = {"allow", "401", "403", "404", "own"}
"""`own`: let in, for what is one's own; a list then holds nothing else, and another's thing is refused or unknown."""
FOREIGN = "foreign_province_officer"
NO_VERSION = 99_999
"""A version nobody has: whoever is let in changes nothing."""


@cache
def rows() -> dict[str, dict[str, str]]:
    """The table by operation."""
    with TABLE.open(encoding="utf-8") as file:
        return {f"{row['service']} {row['method']} {row['path']}": row for row in csv.DictReader(file)}


@cache
def spoken() -> dict[str, Operation]:
    """Every operation of the three OpenAPI documents."""
    return {each.id: each for each in all_operations() if not each.page}


def token_of(role: str, province: str) -> str:
    """A fresh token of a person with one role, or of a process that reads feeds: a whole run outlives ten minutes."""
    if role == "process":
        grants = tuple(Grant(f"feed:read:peyvand.{each}", "*") for each in HOME_OF)
        return token_for(Actor(person_id=None, tenant=TENANT, roles=grants, name="reader", service=True), life_s=600)
    organisation = derived_id(TENANT, "organisation", role) if role in PROVINCIAL[3:] else None
    return token_for(an_actor(role, "*" if role in NATIONAL else province, organisation_id=organisation))


def ask(client: TestClient, operation: Operation, url: str, role: str, province: str) -> int:
    """The status of a request that is complete but for its body, which is empty: a door answers before it is read."""
    headers = {"idempotency-key": str(new_id()), "if-match": f'"{NO_VERSION}"'}
    if role != "anonymous":
        headers["authorization"] = f"Bearer {token_of(role, province)}"
    body: dict[str, str] | None = {} if operation.method != "GET" else None
    query = {"stream": f"peyvand.{operation.service}"} if operation.name == "read_feed" else None
    return client.request(operation.method, url, headers=headers, json=body, params=query).status_code


def keeps(expected: str, status: int, *, own: bool) -> bool:
    """Whether an answer is what the table says. `own`: the thing asked for lies in the actor's province."""
    if status >= 500:
        return False
    if expected == "own":
        return status != 401
    if expected == "allow":
        return status not in ((401, 403, 404) if own else (401, 403))
    return status == int(expected)


def test_the_table_and_the_documents_name_the_same_operations() -> None:
    assert sorted(rows()) == sorted(spoken())
    assert {row["operation"] for row in rows().values()} == {each.name for each in spoken().values()}


def test_every_cell_is_an_outcome() -> None:
    cells = {value for row in rows().values() for name, value in row.items() if name not in ("path", "operation")}
    assert cells - OUTCOMES == {"registry", "reporting", "notifications", "GET", "POST", "PUT", "PATCH"}


def test_an_operation_without_a_row_is_seen() -> None:
    lacking = dict(rows())
    lacking.pop("registry POST /v1/pairings")
    assert sorted(lacking) != sorted(spoken())


def test_a_door_left_open_is_seen() -> None:
    assert not keeps("403", 422, own=False)
    assert not keeps("401", 200, own=False)
    assert not keeps("allow", 403, own=False)
    assert not keeps("allow", 500, own=False)


@pytest.mark.requirement("R-170")
@pytest.mark.parametrize("name", sorted(rows()))
def test_each_role_gets_what_the_table_says(name: str, houses: dict[str, House]) -> None:
    row, operation = rows()[name], spoken()[name]
    house = houses[operation.service]
    url, home = operation.url(house.things), HOME_OF[operation.service]
    known = set(operation.names) <= set(house.things)
    wrong = {}
    for role in (*NATIONAL, *PROVINCIAL, "anonymous", "process"):
        status = ask(house.client, operation, url, role, home)
        own = role == "province_officer" and known and operation.name not in NOT_THERE_YET
        if not keeps(row[role], status, own=own):
            wrong[role] = (row[role], status)
    assert wrong == {}


NOT_THERE_YET = {"download_export"}
"""Answers 404 or 409 until something else has happened."""
