"""Tests that belong to one line really run in one worker: the marks of a library once stopped doing so in silence."""

import subprocess
import sys
from pathlib import Path

from tools.lint import ROOT

TEST = (
    "import os\n\ndef test_it():\n    open(os.environ['SEEN'], 'a').write(os.environ['PYTEST_XDIST_WORKER'] + '\\n')\n"
)


def _workers_of(folder: Path, tests: str) -> list[str]:
    for number in range(8):
        path = folder / tests / f"test_{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TEST)
    seen = folder / "seen"
    seen.touch()
    words = ["-n", "2", "-p", "tools.pytest_groups", "-p", "no:cacheprovider", "--import-mode=importlib", "-q", tests]
    subprocess.run(
        [sys.executable, "-m", "pytest", "--rootdir", str(folder), *words],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "SEEN": str(seen)},
        check=True,
        capture_output=True,
        timeout=120,
    )
    return seen.read_text().split()


def test_a_line_stays_with_one_worker(tmp_path: Path) -> None:
    """Eight files of security: one worker."""
    workers = _workers_of(tmp_path, "tests/security")
    assert len(workers) == 8
    assert len(set(workers)) == 1


def test_what_is_in_no_line_is_spread(tmp_path: Path) -> None:
    """Eight files of anything else: two workers."""
    workers = _workers_of(tmp_path, "tests/unit")
    assert len(workers) == 8
    assert len(set(workers)) == 2
