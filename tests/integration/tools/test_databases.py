"""Databases and roles on a server of somebody else, whose administrator is no superuser."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from shared.kernel.databases import DUTIES, address
from tests.support.wait import eventually
from tools.demo.children import Watch
from tools.demo.databases import SERVICES, create_databases
from tools.demo.postgres import Postgres
from tools.demo.state import free_port

PASSWORDS = {f"{service}_{duty}": "only-for-tests" for service in SERVICES for duty in DUTIES}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL of our own."""
    folder: Path = tmp_path_factory.mktemp("pg")
    postgres = Postgres(folder / "data", free_port(set()), "only-for-tests", hasty=True)
    postgres.prepare()
    watch = Watch(folder / "logs", lambda: None, lambda _line: None)
    recipe = postgres.recipe()
    watch.start(recipe)
    eventually(recipe.ready, within=30)
    yield postgres
    watch.stop(["postgres"])


@pytest.fixture(scope="module")
def databases(server: Postgres) -> str:
    """The databases, made twice by a limited administrator; returns that administrator's address."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE ROLE limited LOGIN CREATEDB CREATEROLE PASSWORD 'only-for-tests'")
    url = address(server.url, "postgres", "limited", "only-for-tests")
    create_databases(url, PASSWORDS)
    create_databases(url, PASSWORDS)
    return url


def url_of(admin: str, service: str, role: str) -> str:
    """A role's address in a service's database."""
    return address(admin, f"peyvand_{service}", role, "only-for-tests")


class TestDatabases:
    """Each role may do its own duty and nothing else."""

    def test_the_application_owns_nothing_and_uses_what_the_owner_makes(self, databases: str) -> None:
        with psycopg.connect(url_of(databases, "registry", "registry_owner")) as owner:
            owner.execute("CREATE TABLE things (id int)")
        with psycopg.connect(url_of(databases, "registry", "registry_app")) as app:
            app.execute("INSERT INTO things VALUES (1)")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute("CREATE TABLE mine (id int)")

    def test_the_relay_reads_nothing_by_default(self, databases: str) -> None:
        with psycopg.connect(url_of(databases, "registry", "registry_owner")) as owner:
            owner.execute("CREATE TABLE IF NOT EXISTS people_of_registry (id int)")
        with (
            psycopg.connect(url_of(databases, "registry", "registry_relay")) as relay,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            relay.execute("SELECT * FROM people_of_registry")

    @pytest.mark.parametrize("service", ["reporting", "notifications"])
    def test_nobody_enters_a_neighbours_database(self, databases: str, service: str) -> None:
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(url_of(databases, service, "registry_app"))
