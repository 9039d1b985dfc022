"""Every planted error still applies to the tree, touches the product alone, and has its scenario."""

import subprocess
from pathlib import Path

import pytest

from tools.sabotage.__main__ import PATCHES, ROOT, applies
from tools.sabotage.table import SABOTAGES, Sabotage


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda each: each.patch)
def test_a_patch_applies(sabotage: Sabotage) -> None:
    assert applies(sabotage, ROOT), f"{sabotage.patch} no longer applies: make it anew against the code of today"


def test_every_patch_is_in_the_table_and_plants_its_error_in_the_product() -> None:
    assert sorted(path.name for path in PATCHES.glob("*.patch")) == [each.patch for each in SABOTAGES]
    for each in SABOTAGES:
        touched = [line[6:] for line in (PATCHES / each.patch).read_text().splitlines() if line.startswith("+++ b/")]
        assert touched
        assert all(path.startswith(("services/", "shared/")) for path in touched)


def test_a_patch_that_does_not_apply_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not applies(SABOTAGES[0], tmp_path)
    assert capsys.readouterr().err


def test_git_is_here() -> None:
    assert subprocess.run(["git", "--version"], capture_output=True, check=False).returncode == 0
