"""Exports, checks and rebuilds as rows: progress, a final state always, isolation, nothing a spreadsheet would run."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker
from starlette.testclient import TestClient

from services.reporting.background import subscriber
from services.reporting.jobs import commands
from services.reporting.jobs.lifecycle import Kind
from services.reporting.jobs.sweeper import sweep
from services.reporting.jobs.working import run_due
from shared.kernel.bus import Consumer
from shared.kernel.clock import set_business_now, use_demo_clock
from shared.kernel.tenancy import enter
from tests.integration.reporting.history import at, hijri, story
from tests.support.actors import HQ, TABRIZ, TENANT, YAZD, headers_for

Sessions = sessionmaker[Session]


@pytest.fixture
def sessions(reporting_app: FastAPI) -> Sessions:
    """The application's sessions."""
    made: Sessions = reporting_app.state.sessions
    return made


@pytest.fixture
def reader(reporting_api: TestClient, sessions: Sessions) -> Consumer:
    """The reader, at the end of the story."""
    told = story()
    consumer = Consumer(subscriber(), sessions, told.source, f"peyvand.{told.source}", told)
    while consumer.step():
        pass
    with sessions.begin() as session:
        use_demo_clock(True)
        set_business_now(session, now=at(hijri(9, 30), 23))
    return consumer


@pytest.fixture
def api(reporting_api: TestClient, reader: Consumer) -> Iterator[TestClient]:
    """The story is folded."""
    yield reporting_api


def ask(api: TestClient, actor: Any, lang: str = "en", **body: Any) -> Any:
    """POST /v1/exports."""
    return api.post("/v1/exports", json=body, headers=headers_for(actor, lang=lang))


def fetch(api: TestClient, job: str, actor: Any = HQ, more: str = "") -> Any:
    """GET /v1/exports/{id}."""
    return api.get(f"/v1/exports/{job}{more}", headers=headers_for(actor))


class TestExports:
    """POST /v1/exports, then wait, then download."""

    def test_is_written_by_the_sweeper_when_celery_is_dead(
        self, api: TestClient, sessions: Sessions, reader: Consumer
    ) -> None:
        asked = ask(api, HQ, codes=["K-01", "K-02"])
        assert asked.status_code == 202 and asked.json()["state"] == "queued"
        job = asked.json()["id"]
        assert fetch(api, job, more="/download").status_code == 409
        assert sweep(sessions, lambda: [reader]) >= 1
        told = fetch(api, job).json()
        assert (told["state"], told["progress"], told["total"]) == ("done", 2, 2)
        file = fetch(api, job, more="/download")
        lines = file.content.decode("utf-8-sig").splitlines()
        assert lines[0].startswith('"As of 2020-12-20') or lines[0].startswith("As of 2020-12-20")
        assert "K-01,Active secretariats,IR,22.000000,22" in lines[2]
        assert any("IR-21" in line and ",5.000000," in line for line in lines)
        assert "attachment" in file.headers["content-disposition"]

    def test_a_province_gets_itself_alone_and_not_the_exports_of_others(
        self, api: TestClient, sessions: Sessions, reader: Consumer
    ) -> None:
        job = ask(api, YAZD, lang="fa", codes=["K-01"]).json()["id"]
        run_due(sessions, lambda: [reader], kinds=[Kind.EXPORT])
        text_of = fetch(api, job, YAZD, "/download").content.decode("utf-8-sig")
        assert "IR-03" not in text_of and "دبیرخانه‌های فعال,IR-21,5" in text_of
        assert fetch(api, job, TABRIZ).status_code == 404
        assert ask(api, YAZD, territory="IR-03").status_code == 404

    def test_bad_wishes_are_refused_at_once(self, api: TestClient) -> None:
        assert ask(api, HQ, codes=["K-99"]).status_code == 404
        assert ask(api, HQ, at="1399-07-31").status_code == 422
        assert ask(api, HQ, colour="red").status_code == 422
        assert fetch(api, str(uuid4())).status_code == 404


class TestFinalStates:
    """Whatever happens, a job ends."""

    def test_a_poisonous_job_fails_with_a_code(self, sessions: Sessions, reader: Consumer) -> None:
        with sessions.begin() as session:
            enter(session, tenant=TENANT, province="*")
            commands.enqueue_job(
                session, kind=Kind.EXPORT, params={"cycle": "1500-1501", "lang": "fa"}, by=HQ, now=at(hijri(9, 30))
            )
        assert run_due(sessions, lambda: [reader], kinds=[Kind.EXPORT]) == 1
        assert _jobs(sessions) == [("export", "failed", {"error": "CycleNotFound"})]

    def test_a_job_whose_worker_died_is_taken_over_and_in_the_end_given_up(
        self, sessions: Sessions, reader: Consumer
    ) -> None:
        with sessions.begin() as session:
            enter(session, tenant=TENANT, province="*")
            job = commands.enqueue_job(session, kind=Kind.EXPORT, params={"lang": "fa"}, by=HQ, now=at(hijri(9, 30)))
            assert commands.claim_job(session, job_id=job.id) is not None
            assert commands.claim_job(session, job_id=job.id) is None, "its lease still runs"
            for _ in range(commands.MAX_ATTEMPTS - 1):
                job.lease_until = job.queued_at - timedelta(hours=1)
                session.flush()
                assert commands.claim_job(session, job_id=job.id) is not None
            job.lease_until = job.queued_at - timedelta(hours=1)
            session.flush()
            assert commands.claim_job(session, job_id=job.id) is None
        assert _jobs(sessions) == [("export", "failed", {"error": "too_many_attempts"})]

    def test_checks_and_rebuilds_report_what_they_found(
        self, api: TestClient, sessions: Sessions, reader: Consumer
    ) -> None:
        with sessions.begin() as session:
            enter(session, tenant=TENANT, province="*")
            session.execute(text("UPDATE kpi_cells SET amount = 99 WHERE kpi = 'K-07' AND province = 'IR-21'"))
        for kind in ("reconcile", "rebuild", "reconcile"):
            posted = api.post("/v1/jobs", json={"kind": kind}, headers=headers_for(HQ))
            assert posted.status_code == 202
            run_due(sessions, lambda: [reader], kinds=list(Kind))
        found = [each["result"] for each in reversed(api.get("/v1/jobs", headers=headers_for(HQ)).json()["items"])]
        assert found[0]["count"] >= 1 and found[0]["mismatches"][0]["kpi"] == "K-07"
        assert found[1]["changed"] == ["kpi_cells"]
        assert found[2]["count"] == 0

    def test_the_sweeper_asks_for_the_regular_check_once(self, sessions: Sessions, reader: Consumer) -> None:
        assert sweep(sessions, lambda: [reader]) == 1
        assert sweep(sessions, lambda: [reader]) == 0
        assert [(kind, state) for kind, state, _result in _jobs(sessions)] == [("reconcile", "done")]


def _jobs(sessions: Sessions) -> list[Any]:
    with sessions.begin() as session:
        enter(session, tenant=TENANT, province="*")
        return [tuple(row) for row in session.execute(text("SELECT kind, state, result FROM jobs ORDER BY id"))]
