"""The bill of materials lists every pinned package, and a package it lacks is seen."""

import json
from pathlib import Path

import pytest

from tools.sbom import LOCK, missing, pinned, write_bill


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A freshly written bill."""
    out = tmp_path_factory.mktemp("sbom") / "sbom.json"
    write_bill(out)
    return out


def test_it_lists_every_pinned_package(bill: Path) -> None:
    assert len(pinned()) > 100
    assert missing(bill) == []
    written = json.loads(bill.read_text())
    assert written["bomFormat"] == "CycloneDX"
    assert written["metadata"]["component"]["name"] == "peyvand"


def test_the_lock_is_read_whole(bill: Path) -> None:
    """As many packages as the lock has pinning lines, so that an odd line is not passed over."""
    lines = [line for line in LOCK.read_text().splitlines() if "==" in line and not line.startswith((" ", "#"))]
    assert len(pinned()) == len(lines)


def test_a_package_it_lacks_is_seen(bill: Path, tmp_path: Path) -> None:
    planted = tmp_path / "requirements.lock"
    planted.write_text(LOCK.read_text() + "left-pad==9.9.9\nstarlette[full]==0.1.0 ; python_version > '3'\n")
    assert missing(bill, planted) == ["left-pad==9.9.9", "starlette==0.1.0"]
