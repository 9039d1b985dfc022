"""The import contracts hold; each kind has been seen red on a planted violation in a copy of the tree."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = Path(sys.executable).parent / "lint-imports"
PLANTED = {
    "Services never import each other": ("services/reporting/facts/listener.py", "import services.registry.db"),
    "Shared knows no service": ("shared/values/ids.py", "import services.registry.db"),
    "web > kernel > contracts > values": ("shared/values/ids.py", "import shared.kernel.settings"),
    "Contracts are plain data": ("shared/contracts/duty.py", "import sqlalchemy"),
    "Rooms of a slice": (
        "services/registry/partnership/pairings/queries.py",
        "import services.registry.partnership.pairings.commands",
    ),
    "Wings of registry": (
        "services/registry/register/schools/queries.py",
        "import services.registry.partnership.pairings.queries",
    ),
    "Slices form no circle": (
        "services/registry/register/offices/queries.py",
        "import services.registry.register.agencies.lifecycle\nimport services.registry.register.people.lifecycle",
    ),
    "Celery lives in the workers only": ("services/registry/db.py", "import celery"),
}


def lint(folder: Path) -> tuple[int, str]:
    """Run the contracts in a folder."""
    done = subprocess.run(
        [str(LINT), "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
    )
    return done.returncode, done.stdout + done.stderr


def copy_to(folder: Path) -> Path:
    """A copy of what the contracts speak of."""
    for name in ("shared", "services"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "static", "*.woff2", "*.ttf")
        )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_all_contracts_are_kept() -> None:
    code, output = lint(ROOT)
    assert code == 0, output


@pytest.mark.parametrize("name", [n for n in PLANTED if n != "Slices form no circle"])
def test_a_contract_turns_red_on_a_planted_violation(name: str, tmp_path: Path) -> None:
    folder = copy_to(tmp_path)
    where, line = PLANTED[name]
    path = folder / where
    path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    code, output = lint(folder)
    assert code != 0
    assert f"{name} BROKEN" in output
