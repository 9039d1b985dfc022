"""Every background part of every service is a process of the shipped stack: one that nobody runs is work undone."""

from importlib import import_module
from typing import Any

import pytest
import yaml

from tools.lint import ROOT


def commands() -> set[tuple[str, ...]]:
    """What the containers of docker-compose.yml run."""
    stack: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return {tuple(each.get("command") or ()) for each in stack["services"].values()}


def missing(service: str, run: set[tuple[str, ...]]) -> list[str]:
    """The parts of a service that no container runs."""
    parts = import_module(f"services.{service}.background").PARTS
    return [part for part in parts if ("python", "-m", f"services.{service}", part) not in run]


@pytest.mark.parametrize("service", ["registry", "reporting", "notifications"])
def test_every_part_has_its_container(service: str) -> None:
    assert missing(service, commands()) == []


def test_a_part_nobody_runs_is_seen() -> None:
    run = commands() - {("python", "-m", "services.reporting", "jobs")}
    assert missing("reporting", run) == ["jobs"]
