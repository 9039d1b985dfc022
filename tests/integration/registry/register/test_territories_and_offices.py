"""Territories and offices: the country tree and who sits where."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from services.registry.register.offices.commands import OfficeExists
from services.registry.register.offices.queries import administration_of, list_offices
from services.registry.register.territories.commands import TerritoryExists, change_territory, register_territory
from services.registry.register.territories.load import load_territories
from services.registry.register.territories.queries import (
    get_territory_by_code,
    list_provinces,
    list_territories,
    path_of,
)
from shared.kernel.problems import Refused
from tests.support.actors import HQ, TENANT, YAZD
from tests.support.registry_world import an_office, told


class TestLoadTerritories:
    @pytest.mark.requirement("R-039")
    def test_knows_the_31_provinces_by_their_current_codes(self, registry_session: Session, now: datetime) -> None:
        assert load_territories(registry_session, now=now) == 32
        assert load_territories(registry_session, now=now) == 0
        provinces = {each.code: each.names for each in list_provinces(registry_session, tenant=TENANT)}
        assert len(provinces) == 31
        assert (provinces["IR-03"]["en"], provinces["IR-21"]["fa"], provinces["IR-23"]["fa"]) == (
            "East Azerbaijan",
            "یزد",
            "تهران",
        )
        assert path_of(registry_session, tenant=TENANT, code="IR-03") == "IR/IR-03"
        assert [each.code for each in list_territories(registry_session, by=YAZD, q="آذربايجان شرقي")] == ["IR-03"]


class TestRegisterTerritory:
    def test_a_district_lies_below_its_province(self, registry_session: Session, now: datetime) -> None:
        load_territories(registry_session, now=now)
        how = {"names": {"fa": "میبد"}, "by": HQ, "now": now}
        district = register_territory(registry_session, code="IR-21-02", level="district", parent_code="IR-21", **how)
        assert (district.path, told(registry_session, district.id)) == (
            "IR/IR-21/IR-21-02",
            ["territory.registered"],
        )
        with pytest.raises(TerritoryExists):
            register_territory(registry_session, code="IR-21-02", level="district", parent_code="IR-21", **how)
        for code, level, parent in (("IR-03-01", "district", "IR-21"), ("IR-21-03", "district", "IR")):
            with pytest.raises(Refused):
                register_territory(registry_session, code=code, level=level, parent_code=parent, **how)

    def test_a_new_name_is_told(self, registry_session: Session, now: datetime) -> None:
        load_territories(registry_session, now=now)
        yazd = get_territory_by_code(registry_session, "IR-21", by=HQ)
        change_territory(
            registry_session,
            territory_id=yazd.id,
            expected=yazd.version,
            names={"fa": "استان یزد"},
            valid_from=None,
            by=HQ,
            now=now,
        )
        assert told(registry_session, yazd.id)[-1] == "territory.changed"


class TestOffices:
    def test_each_province_has_its_administration(self, registry_session: Session, now: datetime) -> None:
        load_territories(registry_session, now=now)
        office = an_office(registry_session, now=now, province="IR-21")
        headquarters = an_office(registry_session, now=now, province="IR", kind="headquarters")
        an_office(registry_session, now=now, province="IR-03")
        found = administration_of(registry_session, tenant=TENANT, province="IR-21")
        assert found is not None and found.id == office.id
        assert {each.id for each in list_offices(registry_session, by=YAZD)} == {office.id, headquarters.id}
        with pytest.raises(OfficeExists):
            an_office(registry_session, now=now, province="IR-21")
