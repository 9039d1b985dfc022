"""The nation and one province on a day of the story."""

from sqlalchemy.orm import Session, sessionmaker

from services.reporting.nation.queries import nation_today, province_today
from shared.kernel.tenancy import enter
from tests.integration.reporting.conftest import Fold
from tests.integration.reporting.history import CYCLE, PROGRAMME, YAZD, hijri, story
from tests.support.actors import TENANT

SCOPE = {"tenant": TENANT, "programme": PROGRAMME, "cycle": CYCLE}


class TestNationToday:
    """What headquarters' home is told."""

    def test_names_the_province_below_its_minimum_with_its_numbers(
        self, fold: Fold, sessions: sessionmaker[Session]
    ) -> None:
        fold(story())
        with sessions.begin() as session:
            enter(session, tenant=TENANT, province="*")
            nation = nation_today(session, at=hijri(8, 3), **SCOPE)
        yazd = next(each for each in nation.provinces if each.code == YAZD)
        assert (yazd.secretariats, yazd.agencies, yazd.status) == (4, 4, "below")
        assert yazd.reasons[0].code == "below_minimum"
        assert [(line.province, line.code, line.days) for line in nation.attention][:1] == [(YAZD, "below_minimum", 3)]
        assert (nation.headline["K-02"].numerator, nation.headline["K-02"].denominator) == (2, 3)
        assert len(nation.series["K-01"]) > 3 and nation.series["K-01"][-1].value == 21
        assert {n: count for n, count, _within in nation.histogram if count} == {4: 1, 7: 1, 10: 1}

    def test_tells_of_missing_meetings_at_the_end_of_the_season(
        self, fold: Fold, sessions: sessionmaker[Session]
    ) -> None:
        fold(story())
        with sessions.begin() as session:
            enter(session, tenant=TENANT, province="*")
            nation = nation_today(session, at=hijri(9, 30), **SCOPE)
        lines = {(line.province, line.code) for line in nation.attention}
        assert {("", "month_without_meeting"), (YAZD, "quarterly_missing")} <= lines

    def test_a_province_sees_itself_and_averages(self, fold: Fold, sessions: sessionmaker[Session]) -> None:
        fold(story())
        with sessions.begin() as session:
            enter(session, tenant=TENANT, province=YAZD)
            panel = province_today(session, province=YAZD, at=hijri(8, 14), **SCOPE)
        figures = {own.code: (own.value, average) for own, average in panel.figures}
        assert figures["K-01"][0] == 5
        assert str(figures["K-01"][1]) == "7.333333"
        assert panel.province.status == "within"
