"""Failpoints: inert by default, taken once, and refused where people are served."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.kernel import failpoints
from shared.kernel.failpoints import Failpoints, FailpointsRefused, reach, use_failpoints
from tests.support.wait import eventually

ROOT = Path(__file__).parents[3]
VICTIM = """
from shared.kernel.failpoints import reach, use_failpoints
import sys
use_failpoints(sys.argv[1], environment="test")
reach("here")
print("lived")
"""


@pytest.fixture(autouse=True)
def _off_again() -> Iterator[None]:
    yield
    Failpoints.folder = None


def _run(folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", VICTIM, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_an_armed_point_kills_once(tmp_path: Path) -> None:
    (tmp_path / "here").write_text("kill")
    assert _run(tmp_path).returncode == -signal.SIGKILL
    assert _run(tmp_path).stdout == "lived\n"


def test_a_pause_goes_on_afterwards(tmp_path: Path) -> None:
    (tmp_path / "here").write_text("pause 0.01")
    assert _run(tmp_path).stdout == "lived\n"
    assert not (tmp_path / "here").exists()


def test_a_pause_ends_when_its_file_is_removed(tmp_path: Path) -> None:
    (tmp_path / "here").write_text("pause 600")
    process = subprocess.Popen([sys.executable, "-c", VICTIM, str(tmp_path)], cwd=ROOT)
    try:
        taken = tmp_path / f"here.{process.pid}"
        eventually(taken.exists)
        taken.unlink()
        assert process.wait(20) == 0
    finally:
        process.kill()


def test_without_a_folder_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failpoints, "_take", lambda _path: pytest.fail("looked for a file"))
    use_failpoints("", environment="production")
    reach("anywhere")


@pytest.mark.parametrize("environment", ["production", "staging", ""])
def test_a_folder_is_refused_where_people_are_served(environment: str, tmp_path: Path) -> None:
    with pytest.raises(FailpointsRefused):
        use_failpoints(str(tmp_path), environment=environment)
    assert Failpoints.folder is None
