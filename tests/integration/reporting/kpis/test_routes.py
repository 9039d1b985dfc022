"""The JSON door of figures: shapes, isolation, bad parameters, caching."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker
from starlette.testclient import TestClient

from services.reporting.background import subscriber
from services.reporting.kpis.catalogue import KPIS
from services.reporting.kpis.cells import cell_sums
from services.reporting.kpis.queries import answer_kpi, current_cycle, explain_kpi
from services.reporting.kpis.selecting import question_of, sums_per_province
from shared.kernel.bus import Consumer
from shared.kernel.clock import set_business_now, use_demo_clock
from shared.kernel.tenancy import enter
from tests.integration.reporting.history import TABRIZ, YAZD, at, hijri, story
from tests.support.actors import HQ, TENANT, an_actor, headers_for
from tests.support.actors import TABRIZ as TABRIZ_OFFICER


@pytest.fixture
def api(reporting_api: TestClient, reporting_app: FastAPI) -> Iterator[TestClient]:
    """The story is folded; it is the evening of 30 Azar."""
    sessions: sessionmaker[Session] = reporting_app.state.sessions
    told = story()
    consumer = Consumer(subscriber(), sessions, told.source, f"peyvand.{told.source}", told)
    while consumer.step():
        pass
    with sessions.begin() as session:
        use_demo_clock(True)
        set_business_now(session, now=at(hijri(9, 30), 23))
    yield reporting_api


def get(api: TestClient, path: str, actor: Any = HQ, lang: str = "en", **query: Any) -> Any:
    """A signed GET."""
    return api.get(f"/v1/kpis{path}", params=query, headers=headers_for(actor, lang=lang))


class TestAnswer:
    """GET /v1/kpis/{code}."""

    def test_says_value_parts_time_and_freshness(self, api: TestClient) -> None:
        body = get(api, "/K-02", at="1399-07-30").json()
        assert (body["value"], body["numerator"], body["denominator"]) == (0.666667, 2, 3)
        assert (body["at"], body["unit"], body["target"], body["on_target"]) == ("2020-10-21", "share", "1", False)
        assert body["fresh_to"][0]["source"] == "registry" and body["parked_in_scope"] == 0
        assert get(api, "/K-02").json()["value"] == 1
        assert get(api, "/K-02", at="1399-08-20", known_at="1399-08-01").json()["value"] == 0.666667

    def test_splits_and_filters(self, api: TestClient) -> None:
        body = get(api, "/K-03", by="ak,as", territory=TABRIZ).json()
        assert {(s["by"]["as"], s["value"]) for s in body["splits"]} == {("governmental", 5), ("non_governmental", 2)}
        assert get(api, "/K-01", gen="girls").json()["value"] == 11
        hidden = get(api, "/K-01", by="dis", territory=YAZD, at="1399-07-30").json()["splits"]
        assert [(s["value"], s["reason"], s["additive"]) for s in hidden] == [(None, "small_cell", False)]

    def test_the_same_question_is_answered_304_until_something_changes(self, api: TestClient) -> None:
        first = get(api, "/K-01")
        again = api.get("/v1/kpis/K-01", headers=headers_for(HQ) | {"if-none-match": first.headers["etag"]})
        assert again.status_code == 304 and not again.content

    def test_an_answer_is_given_again_to_those_alone_who_see_the_same(self, api: TestClient) -> None:
        first, again = get(api, "/K-01"), get(api, "/K-01")
        assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
        assert get(api, "/K-01", TABRIZ_OFFICER).json()["value"] == 7
        assert get(api, "/K-01").content == first.content

    def test_an_answer_is_made_anew_once_a_reader_has_looked_again(
        self, api: TestClient, reporting_app: FastAPI
    ) -> None:
        first = get(api, "/K-01").json()["fresh_to"]
        with reporting_app.state.sessions.begin() as session:
            session.execute(text("UPDATE consumer_cursors SET moved_at = clock_timestamp()"))
        later = get(api, "/K-01").json()["fresh_to"]
        assert later[0]["applied_at"] > first[0]["applied_at"] and later[0]["seq"] == first[0]["seq"]

    def test_lists_the_catalogue_with_formulas(self, api: TestClient) -> None:
        items = get(api, "").json()["items"]
        assert len(items) == 24 and all(item["formula"]["fa"][0] for item in items)

    def test_tells_why_in_the_readers_language(self, api: TestClient) -> None:
        body = get(api, "/K-32/why", lang="fa", period=1).json()
        assert len(body["counted"]) == 3 and body["answer"]["value"] == 0.666667
        assert {each["reason_words"] for each in body["excluded"]} == {"بیرون از بازه"}

    def test_draws_a_trend(self, api: TestClient) -> None:
        body = get(api, "/K-01/series", **{"from": "1399-07-01", "to": "1399-09-30", "step": "month"}).json()
        assert [point["value"] for point in body["points"]] == [21, 22, 22]


@pytest.mark.invariant("I-50")
@pytest.mark.requirement("R-170")
class TestIsolation:
    """A province sees itself and averages; other tenants do not exist."""

    def test_a_foreign_province_is_not_found_with_the_same_words_as_an_unknown_one(self, api: TestClient) -> None:
        foreign = get(api, "/K-01", TABRIZ_OFFICER, territory=YAZD)
        unknown = get(api, "/K-01", TABRIZ_OFFICER, territory="IR-99")
        assert foreign.status_code == unknown.status_code == 404
        assert foreign.json()["title"] == unknown.json()["title"]
        assert get(api, "/K-01", HQ, territory="IR-99").status_code == 404

    def test_a_province_gets_its_own_figure_and_the_national_average_without_counts(self, api: TestClient) -> None:
        assert get(api, "/K-01", TABRIZ_OFFICER).json()["value"] == 7
        nation = get(api, "/K-01", TABRIZ_OFFICER, territory="IR").json()
        assert (nation["value"], nation["numerator"], nation["splits"], nation["average"]) == (7.333333, None, [], True)
        why = get(api, "/K-46/why", TABRIZ_OFFICER).json()
        assert {case["province"] for case in why["counted"]} == {TABRIZ}

    def test_row_level_security_alone_stops_a_foreign_province(self, api: TestClient, reporting_app: FastAPI) -> None:
        sessions: sessionmaker[Session] = reporting_app.state.sessions
        with sessions.begin() as session:
            enter(session, tenant=TENANT, province=TABRIZ)
            cycle = current_cycle(session, tenant=TENANT)
            for code in ("K-01", "K-45"):
                question = question_of(KPIS[code], cycle, tenant=TENANT, at=hijri(9, 30))
                assert set(sums_per_province(session, KPIS[code], question)) <= {TABRIZ, ""}
                assert {key[0] for key in cell_sums(session, KPIS[code], question, by=("prv",))} <= {TABRIZ, ""}

    def test_the_guard_alone_stops_a_foreign_province(self, api: TestClient, reporting_app: FastAPI) -> None:
        sessions: sessionmaker[Session] = reporting_app.state.sessions
        with sessions.begin() as session:
            enter(session, tenant=TENANT, province="*")
            assert answer_kpi(session, code="K-01", tenant=TENANT, by_actor=TABRIZ_OFFICER).value == 7
            why = explain_kpi(session, code="K-02", tenant=TENANT, by_actor=TABRIZ_OFFICER)
            assert {case.province for case in (*why.counted, *why.excluded)} == {TABRIZ}

    def test_after_the_average_the_session_sees_its_province_alone_again(
        self, api: TestClient, reporting_app: FastAPI
    ) -> None:
        sessions: sessionmaker[Session] = reporting_app.state.sessions
        with sessions.begin() as session:
            enter(session, tenant=TENANT, province=TABRIZ)
            answer_kpi(session, code="K-01", tenant=TENANT, territory="IR", by_actor=TABRIZ_OFFICER)
            seen = session.execute(text("SELECT DISTINCT province FROM secretariat_facts")).scalars()
            assert set(seen) == {TABRIZ}

    def test_another_tenant_has_no_cycle_here(self, api: TestClient) -> None:
        assert get(api, "/K-01", an_actor("hq_officer", "*", tenant="merat")).status_code == 404

    def test_roles_without_figures_are_refused_at_the_door(self, api: TestClient) -> None:
        assert get(api, "/K-01", an_actor("agency_contact", YAZD)).status_code == 403
        assert api.get("/v1/kpis/K-01").status_code == 401


class TestBadParameters:
    """Every one is answered 422 (or 404) in the reader's language."""

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ({"at": "1399-07-31"}, 422),
            ({"at": "yesterday"}, 422),
            ({"known_at": "2020-10-10T10:00:00"}, 422),
            ({"known_at": "1399-13-01"}, 422),
            ({"by": "colour"}, 422),
            ({"by": "a,b,c,d"}, 422),
            ({"period": "9"}, 422),
            ({"period": "x"}, 422),
            ({"colour": "red"}, 422),
            ({"gen": "x\x00"}, 422),
            ({"ak": "x"}, 422),
            ({"at": "2500-01-01"}, 422),
            ({"cycle": "1500-1501"}, 404),
            ({"programme": "x" * 100}, 422),
        ],
    )
    def test_is_refused_with_words(self, api: TestClient, query: dict[str, str], status: int) -> None:
        answer = get(api, "/K-01", lang="fa", **query)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert any("\u0600" <= char <= "\u06ff" for char in answer.json()["title"])

    def test_unknown_figure(self, api: TestClient) -> None:
        assert get(api, "/K-99").status_code == 404
