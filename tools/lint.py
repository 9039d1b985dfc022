"""./peyvand lint: format, rules, types and import contracts, each with its time."""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
STAGES: Mapping[str, Sequence[str]] = {
    "format": (str(BIN / "ruff"), "format", "--check", "--quiet", "."),
    "rules": (str(BIN / "ruff"), "check", "--quiet", "."),
    "types": (str(BIN / "mypy"), "--strict", "--explicit-package-bases", "shared", "services", "tools", "tests"),
    "imports": (str(BIN / "lint-imports"),),
}


def run_stages(stages: Mapping[str, Sequence[str]] = STAGES) -> list[str]:
    """Run each stage, show the output of those that fail; returns their names."""
    failed = []
    for name, command in stages.items():
        began = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
        good = done.returncode == 0
        print(f"{'ok    ' if good else 'FAILED'} {name:<8} {time.monotonic() - began:6.1f} s", flush=True)
        if not good:
            failed.append(name)
            print(done.stdout[-12_000:] + done.stderr[-4_000:], flush=True)
    return failed


def main(_words: list[str]) -> int:
    """0 when every stage is content."""
    return 1 if run_stages() else 0
