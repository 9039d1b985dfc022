"""Agencies: one record per agency of a place, and the pools of provinces."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from services.registry.register.agencies.commands import (
    AgencyExists,
    AgencyProfile,
    change_agency_profile,
    merge_agency,
    register_agency,
)
from services.registry.register.agencies.queries import (
    AgencyNotFound,
    count_pool,
    get_agency,
    in_pool,
    list_agencies,
)
from services.registry.register.territories.load import load_territories
from shared.kernel.problems import Refused
from tests.support.actors import HQ, TABRIZ, TENANT, YAZD
from tests.support.registry_world import an_agency, told


@pytest.fixture
def country(registry_session: Session, now: datetime) -> Session:
    load_territories(registry_session, now=now)
    return registry_session


def profile(name: str, *, level: str = "provincial", pool: list[str] | None = None) -> AgencyProfile:
    return AgencyProfile(
        names={"fa": name},
        aliases=[],
        kind="organisation",
        sector="non_governmental",
        level=level,
        pool_territories=pool or [],
        external_ids=[],
    )


class TestRegisterAgency:
    @pytest.mark.requirement("R-014", "R-037")
    def test_a_pool_may_be_larger_than_the_quota(self, country: Session, now: datetime) -> None:
        for _ in range(12):
            an_agency(country, now=now)
        assert count_pool(country, tenant=TENANT, province="IR-03") == 12
        assert count_pool(country, tenant=TENANT, province="IR-21") == 0

    def test_recognises_the_name_in_another_spelling(self, country: Session, now: datetime) -> None:
        agency = an_agency(country, now=now, name="ادارهٔ كل تربيت بدني")
        with pytest.raises(AgencyExists) as refused:
            an_agency(country, now=now, name="اداره کل تربیت‌بدنی")
        assert refused.value.link == f"/v1/agencies/{agency.id}"

    def test_a_national_agency_can_be_in_several_pools(self, country: Session, now: datetime) -> None:
        agency = register_agency(
            country,
            territory_code="IR",
            profile=profile("سازمان نمونه", level="national", pool=["IR-03", "IR-21"]),
            by=HQ,
            now=now,
        )
        assert (in_pool(agency, "IR-21"), in_pool(agency, "IR-23")) == (True, False)
        assert get_agency(country, agency.id, by=YAZD).id == agency.id

    @pytest.mark.parametrize(
        ("place", "level", "pool", "code"),
        [
            ("IR-03", "provincial", ["IR-21"], "pool_outside_province"),
            ("IR-03", "provincial", ["IR-99"], "pool_province_unknown"),
            ("IR-03", "national", [], "agency_is_national"),
            ("IR", "provincial", [], "agency_needs_province"),
        ],
    )
    def test_a_wrong_pool_is_refused(
        self, country: Session, now: datetime, place: str, level: str, pool: list[str], code: str
    ) -> None:
        with pytest.raises(Refused) as refused:
            register_agency(
                country, territory_code=place, profile=profile("نمونه", level=level, pool=pool), by=HQ, now=now
            )
        assert code in [each.code for each in refused.value.refusals]


class TestChangeAndMergeAgency:
    def test_tells_the_new_profile(self, country: Session, now: datetime) -> None:
        agency = an_agency(country, now=now)
        change_agency_profile(
            country, agency_id=agency.id, expected=agency.version, profile=profile("نام تازه"), by=TABRIZ, now=now
        )
        assert (agency.sector, told(country, agency.id)[-1]) == ("non_governmental", "agency.profile_changed")

    def test_two_records_become_one(self, country: Session, now: datetime) -> None:
        one, other = an_agency(country, now=now, name="محیط زیست"), an_agency(country, now=now, name="حفاظت محیط زیست")
        merge_agency(
            country, agency_id=one.id, expected=one.version, into_id=other.id, reason="same", by=TABRIZ, now=now
        )
        assert (one.state, one.merged_into) == ("merged", other.id)
        assert [each.id for each in list_agencies(country, by=TABRIZ, q="محيط زيست", state="active")] == [other.id]

    def test_another_provinces_agency_is_unknown(self, country: Session, now: datetime) -> None:
        agency = an_agency(country, now=now)
        with pytest.raises(AgencyNotFound):
            get_agency(country, agency.id, by=YAZD)
