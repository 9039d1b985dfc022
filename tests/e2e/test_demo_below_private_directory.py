"""The demo in a clone below a 0700 directory: it runs, and no directory's rights or owner change."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.support.wait import eventually
from tools.demo.children import die_with_parent
from tools.demo.stack import Stack

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(".git", ".peyvand", "__pycache__", ".*_cache", ".hypothesis")
Rights = dict[str, tuple[int, int, int]]


def rights_of(clone: Path) -> Rights:
    """Mode, owner and group of the clone, all its directories and all its parents."""
    found = [
        clone,
        *clone.parents,
        *(path for path in clone.rglob("*") if path.is_dir() and ".peyvand" not in path.parts),
    ]
    return {str(path): (path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in found}


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Path]:
    """A copy of this tree below a directory only its owner may enter, deeper than a socket's path may be long."""
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    target = private / ("a-rather-long-directory-name-" * 4) / "peyvand"
    shutil.copytree(ROOT, target, ignore=LEFT_OUT)
    yield target
    shutil.rmtree(private, ignore_errors=True)


class TestPrivateDirectory:
    """./peyvand demo, exactly as a person starts it, with an environment of its own."""

    @pytest.mark.timeout(600)
    def test_runs_and_changes_nobodys_rights(self, clone: Path, tmp_path: Path) -> None:
        before = rights_of(clone)
        process = subprocess.Popen(
            [str(clone / "peyvand"), "demo", "--bare", "--quiet"],
            cwd=tmp_path,
            env={name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PEYVAND_VENV")},
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        running = Stack(clone / ".peyvand" / "demo", process)
        try:
            eventually(lambda: running.ready or process.poll() is not None, within=300, every=0.2)
            assert process.poll() is None
            assert httpx2.get(f"{running.url}/registry/readyz").status_code == 200
            assert httpx2.get(f"{running.mailbox}/api/messages").json()["messages"] == []
        finally:
            code = running.stop()
        assert code == 0
        after = rights_of(clone)
        assert {path: after[path] for path in before} == before
        assert json.loads((clone / ".peyvand" / "demo" / "ports.json").read_text())
