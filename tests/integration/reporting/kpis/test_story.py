"""The figures of acceptance story 10.1, asked by day, by knowledge, by province."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session, sessionmaker

from services.reporting.kpis.answers import Answer
from services.reporting.kpis.queries import answer_kpi, explain_kpi
from shared.kernel.tenancy import enter
from tests.integration.reporting.conftest import Fold
from tests.integration.reporting.history import CYCLE, PROGRAMME, TABRIZ, YAZD, History, at, hijri, story
from tests.support.actors import HQ, TENANT

SCOPE = {"tenant": TENANT, "programme": PROGRAMME, "cycle": CYCLE}
THIRD, TWO_THIRDS = Decimal("0.333333"), Decimal("0.666667")


@pytest.fixture
def told(fold: Fold, sessions: sessionmaker[Session]) -> sessionmaker[Session]:
    """The story is folded."""
    fold(story())
    return sessions


def ask(sessions: sessionmaker[Session], code: str, day: date, **more: object) -> Answer:
    """A figure as headquarters sees it."""
    with sessions.begin() as session:
        enter(session, tenant=TENANT, province="*")
        return answer_kpi(session, code=code, at=day, by_actor=HQ, **SCOPE, **more)


@pytest.mark.requirement("R-165")
class TestStory:
    """Steps 1 to 5 and 7."""

    def test_all_provinces_acknowledged_within_three_working_days(self, told) -> None:
        assert ask(told, "K-46", hijri(7, 8)).value == 1
        assert ask(told, "K-46", hijri(7, 7)).value == TWO_THIRDS

    def test_two_of_seven_linked_agencies_are_non_governmental(self, told) -> None:
        answer = ask(told, "K-05", hijri(7, 30), territory=TABRIZ)
        assert (answer.numerator, answer.denominator, answer.value) == (2, 7, Decimal("0.285714"))

    def test_yazd_is_below_quota_until_its_fifth_secretariat(self, told) -> None:
        assert ask(told, "K-02", hijri(7, 30)).value == TWO_THIRDS
        assert ask(told, "K-02", hijri(8, 14)).value == 1
        assert ask(told, "K-04", hijri(7, 30)).value == TWO_THIRDS

    def test_the_past_stays_as_it_was_when_asked_later_and_as_known_then(self, told) -> None:
        assert ask(told, "K-02", hijri(7, 30), known_at=at(hijri(7, 30), 20)).value == TWO_THIRDS
        assert ask(told, "K-02", hijri(8, 20), known_at=at(hijri(8, 1))).value == TWO_THIRDS

    def test_active_secretariats_by_province_and_by_gender(self, told) -> None:
        answer = ask(told, "K-01", hijri(8, 14), by=("prv",))
        assert (answer.value, {s.by["prv"]: int(s.value or 0) for s in answer.splits}) == (
            22, {"IR-03": 7, "IR-21": 5, "IR-23": 10},
        )  # fmt: skip
        girls = ask(told, "K-01", hijri(8, 14), filters={"gen": "girls"}, territory=YAZD)
        assert girls.value == 3

    def test_headquarters_met_in_two_of_three_months(self, told) -> None:
        assert ask(told, "K-31", hijri(9, 30)).value == TWO_THIRDS
        assert ask(told, "K-31", hijri(9, 30), period=1).value == TWO_THIRDS
        assert ask(told, "K-31", hijri(7, 29)).reason == "no_denominator"

    def test_two_of_three_provinces_met_in_autumn(self, told) -> None:
        answer = ask(told, "K-32", hijri(9, 30))
        assert (answer.value, answer.numerator, answer.denominator) == (TWO_THIRDS, 2, 3)

    def test_girls_and_boys_schools_are_balanced_by_the_fewer_over_the_more(self, told) -> None:
        assert ask(told, "K-52", hijri(9, 30), territory=TABRIZ).value == Decimal("0.75")
        assert ask(told, "K-52", hijri(9, 30)).value == 1
        assert ask(told, "K-52", hijri(7, 20)).reason == "no_denominator"

    def test_why_names_counted_and_left_out_cases_with_reasons(self, told) -> None:
        with told.begin() as session:
            enter(session, tenant=TENANT, province="*")
            why = explain_kpi(session, code="K-31", at=hijri(8, 20), by_actor=HQ, **SCOPE)
        assert [case.names["en"] for case in why.counted] == ["Mehr 1399"]
        assert {case.reason for case in why.excluded} == {"month_running", "month_ahead"}
        assert why.other_days and why.formula["en"] == ("months with at least one meeting held", "months elapsed")

    def test_every_figure_of_the_catalogue_answers(self, told) -> None:
        from services.reporting.kpis.queries import list_kpis

        for kpi in list_kpis():
            answer = ask(told, kpi.code, hijri(9, 30), by=kpi.dimensions[:1])
            assert answer.value is not None or answer.reason == "no_denominator", kpi.code
            for dimension in kpi.dimensions:
                ask(told, kpi.code, hijri(9, 30), by=(dimension,), known_at=at(hijri(9, 30), 22))


class TestMessages:
    """K-80: mail counts as arrived unless it came back, a text only when the gateway says so."""

    def test_three_of_five_arrived(self, fold: Fold, sessions: sessionmaker[Session]) -> None:
        told = History()
        told.open_cycle(hijri(7, 1))
        for code, state, channel in (
            ("mail", "sent", "email"), ("read", "delivered", "email"), ("text", "delivered", "sms"),
            ("on its way", "sent", "sms"), ("lost", "failed", "email"), ("also on its way", "sent", "sms"),
        ):  # fmt: skip
            told.delivery(code, state, on=hijri(7, 5), channel=channel)
        fold(told)
        answer = ask(sessions, "K-80", hijri(7, 30))
        assert (answer.numerator, answer.denominator) == (3, 5)
        by_channel = {
            each.by["channel"]: (each.numerator, each.denominator)
            for each in ask(sessions, "K-80", hijri(7, 30), by=("channel",)).splits
        }
        assert by_channel == {"email": (2, 2), "sms": (1, 3)}
