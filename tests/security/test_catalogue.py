"""What PostgreSQL itself says of the three databases that the migrations make."""

import inspect
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from shared.kernel import databases
from shared.kernel.db import new_engine
from shared.kernel.tenancy import enter
from tests.security.conftest import House
from tests.security.routes import SERVICES
from tests.security.tables import SCOPED, as_owner, exempt
from tests.support.actors import TENANT

WITHOUT_LOCK = {"outbox", "dead_letters"}
"""The journal, which the relay's role reads whole, and parked events: no question of a person touches either."""
ACROSS = {
    "agencies → agencies": "a province's record may turn out to be a national agency's",
    "cycle_periods → cycles": "national",
    "cycles → programmes": "national",
    "directive_copies → directives": "a province's copy of a national directive",
    "meeting_attendance → people": "people of headquarters sit in a province's meetings",
    "meeting_invitations → people": "people of headquarters are invited to a province's meetings",
    "meetings → series": "a province's meeting in a national series",
    "people → people": "a guardian may live in another province",
    "programme_versions → programmes": "national",
    "role_assignments → people": "a person may serve in another province than the one that registered them",
    "series → offices": "headquarters organise",
    "deliveries → notifications": "a message to somebody of headquarters about a province",
    "delivery_notes → deliveries": "as its delivery",
    "notification_items → notifications": "as its message",
}
"""References between tables of tenants that do not span the province, each with its reason; all span the tenant."""
KEYS_WITHOUT_TENANT = {
    "outbox": "event ids, and numbers per stream and aggregate, are the feed's own",
    "consumer_cursors": "readers read all tenants",
    "feed_head": "one number per stream",
    "feed_meta": "one epoch per database",
    "idempotency_keys": "the principal begins with the tenant",
    "event_lags": "numbers of the feed",
    "alembic_version": "the schema's own",
    "tenants": "the tenants themselves",
}
IDS = {"id", "fact_id", "version", "person_id", "meeting_id", "day", "obligation_id", "due_version"}
"""Random ids and what counts below them: nobody can guess one, so they tell nothing of another tenant."""
REFERENCES = """
SELECT con.conname, con.conrelid::regclass::text, con.confrelid::regclass::text,
       (SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(con.conkey) WITH ORDINALITY k(num, n)
        JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.num)
FROM pg_constraint con WHERE con.contype = 'f' AND con.connamespace = 'public'::regnamespace ORDER BY 1
"""
UNIQUES = """
SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text,
       (SELECT array_agg(a.attname::text) FROM unnest(i.indkey::int2[]) k(num)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num), i.indisprimary
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace ORDER BY 2
"""


@pytest.fixture(params=SERVICES)
def house(request: pytest.FixtureRequest, houses: dict[str, House]) -> House:
    """Each service in turn."""
    return houses[request.param]


def unprotected(connection: psycopg.Connection[Any]) -> list[str]:
    """Tables of tenants and provinces that lack a part of their lock."""
    return [
        table
        for table, enabled, forced, commands, checked in connection.execute(SCOPED).fetchall()
        if not (enabled and forced and checked and set(commands) == {"SELECT", "INSERT", "UPDATE", "DELETE"})
    ]


@pytest.mark.requirement("R-170")
class TestRowLevelSecurity:
    """The second lock."""

    def test_covers_every_table_of_a_province(self, house: House) -> None:
        with as_owner(house.database) as connection:
            assert set(unprotected(connection)) == WITHOUT_LOCK == exempt(house.service)
            assert len(connection.execute(SCOPED).fetchall()) > len(WITHOUT_LOCK) + 4

    @pytest.mark.parametrize(
        "fault",
        [
            "DROP POLICY change ON pairings",
            "DROP POLICY append ON pairings",
            "ALTER TABLE pairings NO FORCE ROW LEVEL SECURITY",
            "ALTER TABLE pairings DISABLE ROW LEVEL SECURITY",
        ],
    )
    def test_a_missing_part_of_the_lock_is_seen(self, fault: str, houses: dict[str, House]) -> None:
        with as_owner(houses["registry"].database) as connection, connection.transaction(force_rollback=True):
            connection.execute(fault)
            assert "pairings" in unprotected(connection)

    def test_an_open_check_is_seen(self, houses: dict[str, House]) -> None:
        with as_owner(houses["registry"].database) as connection:
            with connection.transaction(force_rollback=True):
                connection.execute("CREATE POLICY late ON pairings FOR ALL USING (true) WITH CHECK (true)")
                assert careless(connection) == ["pairings"]
            assert careless(connection) == []

    def test_policies_ask_for_tenant_and_province(self, house: House) -> None:
        with as_owner(house.database) as connection:
            assert careless(connection) == []

    def test_an_empty_province_sees_nothing(self, houses: dict[str, House]) -> None:
        engine = new_engine(houses["registry"].database.url, pool_size=1)
        with engine.connect() as connection:
            session = Session(bind=connection)
            enter(session, tenant=TENANT, province="")
            assert session.execute(text("SELECT count(*) FROM territories")).scalar_one() == 0
            enter(session, tenant=TENANT, province="IR-03")
            assert session.execute(text("SELECT count(*) FROM territories")).scalar_one() > 31
        engine.dispose()


def careless(connection: psycopg.Connection[Any]) -> list[str]:
    """Tables with a policy that does not look at both tenant and province."""
    asked = "coalesce(qual, '') || coalesce(with_check, '')"
    found = connection.execute(
        f"SELECT DISTINCT tablename FROM pg_policies WHERE {asked} NOT LIKE '%%peyvand.tenant%%' "
        f"OR {asked} NOT LIKE '%%peyvand.province%%' ORDER BY 1"
    )
    return [table for (table,) in found.fetchall()]


def loose_references(connection: psycopg.Connection[Any]) -> set[str]:
    """References between tables of tenants that do not span the province; those that lack the tenant are marked."""
    scoped = {table for (table, *_) in connection.execute(SCOPED).fetchall()}
    found = set()
    for _, child, parent, columns in connection.execute(REFERENCES).fetchall():
        if child in scoped and "province" not in columns:
            found.add(f"{child} → {parent}" + ("" if "tenant" in columns else " without tenant"))
    return found


@pytest.mark.requirement("R-170")
class TestKeys:
    """Neither a reference nor a unique key tells anything about a neighbour."""

    def test_references_stay_within_the_province_or_say_why_not(self, house: House) -> None:
        with as_owner(house.database) as connection:
            assert loose_references(connection) - set(ACROSS) == set()

    def test_a_reference_across_tenants_is_seen(self, houses: dict[str, House]) -> None:
        with as_owner(houses["registry"].database) as connection, connection.transaction(force_rollback=True):
            connection.execute(
                "ALTER TABLE pairings ADD CONSTRAINT planted FOREIGN KEY (school_id) REFERENCES schools (id)"
            )
            assert loose_references(connection) - set(ACROSS) == {"pairings → schools without tenant"}

    def test_a_reference_to_another_provinces_row_is_refused(self, houses: dict[str, House]) -> None:
        house = houses["registry"]
        with psycopg.connect(house.database.owner_url) as owner, pytest.raises(psycopg.errors.ForeignKeyViolation):
            owner.execute("UPDATE pairings SET province = 'IR-21' WHERE id = %s", [house.things["pairing_id"]])
            owner.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_unique_keys_begin_with_the_tenant_or_are_random(self, house: House) -> None:
        with as_owner(house.database) as connection:
            loose = {
                f"{table}: {', '.join(columns)}"
                for table, _, columns, _ in connection.execute(UNIQUES).fetchall()
                if "tenant" not in columns and table not in KEYS_WITHOUT_TENANT and not set(columns) <= IDS
            }
        assert loose == set()


class TestRights:
    """Roles and functions."""

    def test_the_applications_roles_have_no_rights_of_their_own(self, house: House) -> None:
        with psycopg.connect(house.database.url) as app:
            rights = app.execute(
                "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication FROM pg_roles "
                "WHERE rolname = current_user"
            ).fetchone()
            owned = app.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole").fetchone()
            member = app.execute("SELECT count(*) FROM pg_auth_members WHERE member = current_user::regrole").fetchone()
        assert (rights, owned, member) == ((False,) * 5, (0,), (0,))

    @pytest.mark.parametrize(
        "command",
        [
            "ALTER TABLE outbox ADD COLUMN x int",
            "TRUNCATE outbox",
            "DELETE FROM outbox",
            "UPDATE outbox SET data = '{}'",
            "CREATE TABLE mine (id int)",
            "SET ROLE {owner}",
        ],
    )
    def test_the_application_cannot_rewrite_its_journal_or_itself(self, command: str, house: House) -> None:
        with psycopg.connect(house.database.url) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(command.replace("{owner}", str(urlsplit(house.database.owner_url).username)))

    def test_the_demos_roles_are_made_without_rights(self) -> None:
        made = inspect.getsource(databases)
        assert "NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE" in made

    def test_nothing_runs_with_the_owners_rights(self, house: House) -> None:
        with as_owner(house.database) as connection:
            assert definers(connection) == []
            with connection.transaction(force_rollback=True):
                connection.execute("CREATE FUNCTION planted() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'")
                assert definers(connection) == ["planted"]

    def test_views_ask_as_who_reads_them(self, house: House) -> None:
        with as_owner(house.database) as connection:
            views = connection.execute(
                "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace "
                "AND NOT coalesce(reloptions @> ARRAY['security_invoker=true'], false)"
            ).fetchall()
        assert views == []


def definers(connection: psycopg.Connection[Any]) -> list[str]:
    """Functions of ours that run with their owner's rights."""
    found = connection.execute("SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace")
    return [name for (name,) in found.fetchall()]


class TestMigrations:
    """What production gets is what the models say."""

    def test_make_exactly_the_models(self, house: House) -> None:
        metadata = import_module(f"services.{house.service}.tables").all_metadata()
        engine = create_engine(house.database.owner_url.replace("postgresql://", "postgresql+psycopg://", 1))
        with engine.connect() as connection:
            options = {"compare_type": True, "compare_server_default": True, "include_name": _ours}
            context = MigrationContext.configure(connection, opts=options)
            assert compare_metadata(context, metadata) == []
            connection.execute(text("CREATE TABLE planted (id int)"))
            assert [each[0] for each in compare_metadata(context, metadata)] == ["remove_table"]
            connection.rollback()
        engine.dispose()


def _ours(name: str | None, _kind: str, _parents: Any) -> bool:
    return name != "alembic_version"
