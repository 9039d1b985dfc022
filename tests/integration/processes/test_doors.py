"""A web process: not ready with a full disk, turns away what can be tried elsewhere while it leaves, ends with 0."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from services.reporting.app import create_app
from services.reporting.settings import ReportingSettings
from tests.conftest import settings_values
from tests.support.actors import HQ, headers_for
from tests.support.database import Database
from tests.support.processes import environment_of, started
from tests.support.wait import eventually
from tools.demo.state import free_port


@pytest.fixture
def full_disk(reporting_database: Database) -> Iterator[FastAPI]:
    """An application that holds every disk for full."""
    yield create_app(ReportingSettings(**settings_values(reporting_database, "reporting"), disk_refuse_at=0.0))


class TestFullDisk:
    """From the limit on, bulk work waits; reads and ordinary writes go on."""

    def test_is_not_ready_and_says_why_in_both_languages(self, full_disk: FastAPI) -> None:
        with TestClient(full_disk) as client:
            for language, words in (("en", "The disk is nearly full"), ("fa", "دیسک تقریباً پر است")):
                answer = client.get("/readyz", headers={"accept-language": language})
                assert answer.status_code == 503
                assert answer.headers["content-type"] == "application/problem+json"
                assert words in answer.json()["title"]
            assert client.get("/healthz").status_code == 200

    def test_refuses_exports_and_lets_people_read(self, full_disk: FastAPI, reporting_api: TestClient) -> None:
        headers = headers_for(HQ) | {"idempotency-key": str(uuid4()), "accept-language": "en"}
        with TestClient(full_disk) as client:
            refused = client.post("/v1/exports", json={"codes": []}, headers=headers)
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "60")
            assert refused.json()["type"].endswith("disk_full")
            assert client.get("/v1/exports", headers=headers).status_code == 200
        assert reporting_api.get("/readyz").status_code == 200, "with room, the same door is open"


@contextmanager
def web(database: Database, folder: Path, *, drain: str) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """A running web process of reporting."""
    port = free_port(set())
    words = ("services.reporting", "api", "--port", str(port))
    with started(environment_of(database, DRAIN_SECONDS=drain), *words, log=folder / "log") as process:
        url = f"http://127.0.0.1:{port}"
        eventually(lambda: _status(f"{url}/readyz") == 200, within=30)
        yield url, process


def _status(url: str) -> int:
    try:
        return httpx2.get(url, timeout=5).status_code
    except httpx2.HTTPError:
        return 0


class TestLeaving:
    """SIGTERM."""

    def test_turns_away_what_can_be_tried_elsewhere_and_answers_the_rest(
        self, reporting_database: Database, tmp_path: Path
    ) -> None:
        with web(reporting_database, tmp_path, drain="4") as (url, process):
            process.terminate()
            eventually(lambda: _status(f"{url}/readyz") == 503)
            assert httpx2.get(f"{url}/v1/kpis").headers["x-peyvand-leaving"] == "yes"
            keyed = httpx2.post(f"{url}/v1/exports", json={}, headers={"idempotency-key": "k"})
            assert keyed.headers["x-peyvand-leaving"] == "yes"
            assert httpx2.post(f"{url}/v1/exports", json={}).status_code == 401, "nobody else can answer this one"
            assert _status(f"{url}/healthz") == 200
            assert process.wait(15) == 0
        assert _status(f"{url}/healthz") == 0

    def test_leaves_at_once_where_no_gateway_stands_before_it(
        self, reporting_database: Database, tmp_path: Path
    ) -> None:
        with web(reporting_database, tmp_path, drain="0") as (_url, process):
            process.terminate()
            assert process.wait(5) == 0
