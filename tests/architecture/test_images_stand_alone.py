"""An image holds shared/ and one service: what it imports beyond that would be missing in production only."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVICES = sorted(path.parent.name for path in ROOT.glob("services/*/__main__.py"))
SETS = ("requirements.runtime.lock", "requirements.mailbox.lock")
NO_CACHES = shutil.ignore_patterns("__pycache__")
IMPORT_ALL = """
import importlib, pkgutil, sys
names = [each.name for top in sys.argv[1:] for each in pkgutil.walk_packages([top.replace(".", "/")], top + ".")]
for name in names:
    if not name.endswith("__main__") and ".migrations." not in name:
        importlib.import_module(name)
print(len(names))
"""


def image_of(service: str, folder: Path) -> Path:
    """A folder with what deploy/Dockerfile copies into a service's image."""
    shutil.copytree(ROOT / "shared", folder / "shared", ignore=NO_CACHES)
    shutil.copytree(ROOT / "services" / service, folder / "services" / service, ignore=NO_CACHES)
    return folder


def import_all(folder: Path, *tops: str) -> subprocess.CompletedProcess[str]:
    """Import every module below some packages, with nothing of the project but this folder in reach."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    settings = {
        "PEYVAND_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        "PEYVAND_CELERY_REDIS_URL": "redis://127.0.0.1:1/0",
        "PEYVAND_ENVIRONMENT": "test",
    }
    return subprocess.run(
        [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, {str(folder)!r})\n{IMPORT_ALL}", *tops],
        cwd=folder,
        env={**kept, **settings, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_needs_nothing_beyond_its_image(service: str, tmp_path: Path) -> None:
    """Every module of a service imports where only shared/ and itself exist."""
    done = import_all(image_of(service, tmp_path), "shared", f"services.{service}")
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) > 50, "hardly anything was imported"


def test_an_import_beyond_the_image_is_seen(tmp_path: Path) -> None:
    """Planted: a module that leans on the tools, as a developer's machine would let it."""
    folder = image_of("reporting", tmp_path)
    (folder / "services" / "reporting" / "leaning.py").write_text("from tools.demo.state import State  # planted\n")
    done = import_all(folder, "services.reporting")
    assert done.returncode != 0
    assert "No module named 'tools'" in done.stderr


def pinned(path: Path) -> dict[str, str]:
    """Each package of a lock: its version and hashes as one text."""
    blocks = path.read_text().replace("\\\n", " ").splitlines()
    lines = [" ".join(line.split()) for line in blocks if "==" in line and not line.startswith(("#", " "))]
    return {line.partition("==")[0].lower(): line for line in lines}


@pytest.mark.parametrize("name", SETS)
def test_images_run_what_was_tested(name: str) -> None:
    """Every package of an image is pinned to the version and hashes the tests run with."""
    tested, built = pinned(ROOT / "requirements.lock"), pinned(ROOT / "deploy" / name)
    assert built, f"deploy/{name} pins nothing"
    assert {package: line for package, line in built.items() if tested.get(package) != line} == {}
