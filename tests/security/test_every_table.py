"""The second lock, table by table, as the application's own role."""

import psycopg
import pytest
from psycopg import sql

from tests.security.conftest import House
from tests.security.routes import SERVICES
from tests.security.tables import count, enter_as, locked_tables
from tests.security.test_isolation import stranger_to
from tests.security.world import HOME_OF
from tests.support.actors import TENANT

FILLED = {"registry": 20, "reporting": 4, "notifications": 4}
"""Tables that at least hold rows of the home province, so that a count of nothing means something."""


@pytest.mark.requirement("R-170")
class TestEveryTable:
    """The second lock, table by table, as the application's own role."""

    @pytest.mark.parametrize("service", SERVICES)
    def test_a_stranger_reads_and_changes_no_row(self, service: str, houses: dict[str, House]) -> None:
        house, home = houses[service], HOME_OF[service]
        away = stranger_to(service).province
        filled = 0
        for table in locked_tables(house):
            with psycopg.connect(house.database.url) as app:
                enter_as(app, home)
                own = count(app, table, home)
                enter_as(app, away)
                assert count(app, table, home) == 0, table
                changed = sql.SQL("UPDATE {} SET tenant = tenant WHERE province = %s").format(sql.Identifier(table))
                removed = sql.SQL("DELETE FROM {} WHERE province = %s").format(sql.Identifier(table))
                assert (app.execute(changed, [home]).rowcount, app.execute(removed, [home]).rowcount) == (0, 0), table
                app.rollback()
                filled += own > 0
        assert filled >= FILLED[service]

    @pytest.mark.parametrize("service", SERVICES)
    def test_nothing_is_seen_without_a_province_or_with_another_tenant(
        self, service: str, houses: dict[str, House]
    ) -> None:
        house = houses[service]
        for tenant, province in ((TENANT, ""), ("", "*"), ("merat", "*"), (None, None)):
            with psycopg.connect(house.database.url) as app:
                if tenant is not None:
                    enter_as(app, str(province), tenant)
                assert [table for table in locked_tables(house) if count(app, table)] == []

    def test_no_row_moves_to_another_province(self, houses: dict[str, House]) -> None:
        with psycopg.connect(houses["registry"].database.url) as app:
            enter_as(app, "IR-03")
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
                app.execute("UPDATE schools SET province = 'IR-21' WHERE province = 'IR-03'")

    def test_no_province_changes_a_national_row(self, houses: dict[str, House]) -> None:
        with psycopg.connect(houses["registry"].database.url) as app:
            enter_as(app, "IR-03")
            assert count(app, "programmes") == 1
            assert app.execute("UPDATE programmes SET tenant = tenant").rowcount == 0

    def test_the_scope_ends_with_its_transaction(self, houses: dict[str, House]) -> None:
        with psycopg.connect(houses["registry"].database.url) as app:
            enter_as(app, "*")
            assert count(app, "schools") > 0
            app.commit()
            assert count(app, "schools") == 0
