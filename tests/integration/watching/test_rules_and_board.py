"""The alert rules, the board and the pages speak of numbers that are really served."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from fastapi import FastAPI
from starlette.testclient import TestClient

from shared.kernel.cursors import lock_cursor

ROOT = Path(__file__).resolve().parents[3]
WATCHING = ROOT / "deploy" / "watching"
PAGES = ROOT / "docs" / "operations" / "alerts"
NAME = re.compile(r"\bpeyvand_[a-z0-9_]+")
SUFFIXES = ("_bucket", "_count", "_sum")


@pytest.fixture(scope="module")
def promtool() -> str:
    """Prometheus' own checker; installed from Debian's packages where we may."""
    if not shutil.which("promtool") and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "prometheus"]
        for command in (["apt-get", "update", "-qq"], install):
            subprocess.run(command, check=False, capture_output=True, env=environment)
    found = shutil.which("promtool")
    if not found:
        pytest.fail("the alert rules are checked by promtool; on Debian: sudo apt-get install prometheus")
    return found


def rules() -> list[dict[str, Any]]:
    """The alert rules."""
    loaded = yaml.safe_load((WATCHING / "alerts.yml").read_text(encoding="utf-8"))
    return [rule for group in loaded["groups"] for rule in group["rules"]]


def board() -> list[str]:
    """The board's expressions."""
    loaded = json.loads((WATCHING / "grafana" / "dashboards" / "peyvand.json").read_text(encoding="utf-8"))
    return [target["expr"] for panel in loaded["panels"] for target in panel["targets"]]


def named(expressions: list[str]) -> set[str]:
    """The metrics some expressions name, without the endings Prometheus gives to histograms."""
    found = {name for expression in expressions for name in NAME.findall(expression)}
    return {next((name.removesuffix(end) for end in SUFFIXES if name.endswith(end)), name) for name in found}


@pytest.fixture
def served(registry_api: TestClient, reporting_api: TestClient, notifications_api: TestClient) -> set[str]:
    """Every metric that a process of ours serves, as a scrape shows it once a reader has begun."""
    with cast(FastAPI, reporting_api.app).state.sessions.begin() as session:
        lock_cursor(session, reader="reporting", source="registry", stream="peyvand.registry", partition="")
    types = re.compile(r"^# TYPE (\S+) ", re.MULTILINE)
    return {
        name
        for api in (registry_api, reporting_api, notifications_api)
        for name in types.findall(api.get("/metrics").text)
    }


@pytest.mark.requirement("R-172")
def test_rules_and_board_name_only_what_is_served(served: set[str]) -> None:
    assert named([rule["expr"] for rule in rules()] + board()) - served == set()


def test_a_name_nobody_serves_is_seen(served: set[str]) -> None:
    assert named(["max(peyvand_outbox_oldest_unnumberd_seconds) > 3"]) - served


def check(promtool: str, file: Path) -> subprocess.CompletedProcess[str]:
    """What promtool says of a rules file."""
    return subprocess.run([promtool, "check", "rules", str(file)], capture_output=True, text=True, check=False)


def test_the_rules_are_well_formed(promtool: str) -> None:
    said = check(promtool, WATCHING / "alerts.yml")
    assert said.returncode == 0, said.stderr
    assert f"{len(rules())} rules found" in said.stdout


def test_a_broken_rule_is_seen(promtool: str, tmp_path: Path) -> None:
    broken = (WATCHING / "alerts.yml").read_text(encoding="utf-8").replace("> 30'", ">> 30'", 1)
    (tmp_path / "alerts.yml").write_text(broken, encoding="utf-8")
    assert check(promtool, tmp_path / "alerts.yml").returncode != 0


def test_the_boards_expressions_are_well_formed(promtool: str, tmp_path: Path) -> None:
    made = [{"alert": f"Panel{number}", "expr": expression} for number, expression in enumerate(board())]
    (tmp_path / "board.yml").write_text(yaml.safe_dump({"groups": [{"name": "board", "rules": made}]}))
    said = check(promtool, tmp_path / "board.yml")
    assert said.returncode == 0, said.stderr


def test_each_alert_has_its_page_and_each_page_its_alert() -> None:
    assert {rule["alert"] for rule in rules()} == {page.stem for page in PAGES.glob("*.md")}
    for rule in rules():
        page = ROOT / rule["annotations"]["runbook"]
        text = page.read_text(encoding="utf-8")
        assert rule["expr"] in text and rule["for"] in text, f"{page.name} speaks of another rule"
        assert f"({PAGES.name}/{page.name})" in (PAGES.parent / "runbook.md").read_text(encoding="utf-8")


def test_the_five_watched_numbers_come_with_every_scrape(served: set[str]) -> None:
    assert served >= {
        "peyvand_outbox_oldest_unnumbered_seconds",
        "peyvand_feed_head",
        "peyvand_parked_events",
        "peyvand_figures_age_seconds",
        "peyvand_messages_oldest_due_seconds",
    }
