"""./peyvand sbom: a software bill of materials (CycloneDX JSON) of everything that requirements.lock pins."""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

from tools.main import ROOT, caller_path

LOCK = ROOT / "requirements.lock"
DEFAULT = ROOT / ".peyvand" / "sbom.json"
PROGRAM = Path(sys.executable).with_name("cyclonedx-py")
PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


class SbomFailed(Exception):
    """The bill could not be written; the message is the program's own."""


def pinned(lock: Path = LOCK) -> dict[str, str]:
    """Name and version of every package that a lock file pins."""
    found = PINNED.findall(lock.read_text(encoding="utf-8"))
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


def write_bill(out: Path, lock: Path = LOCK) -> None:
    """Write the bill of a lock file; the same lock gives the same bytes."""
    out.parent.mkdir(parents=True, exist_ok=True)
    options = ["--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible", "--of", "JSON", "-o", str(out)]
    command = [str(PROGRAM), "requirements", *options, str(lock)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SbomFailed(done.stderr.strip() or done.stdout.strip())


def missing(out: Path, lock: Path = LOCK) -> list[str]:
    """What the lock pins and the bill does not list, as name==version."""
    listed = {
        (re.sub(r"[-_.]+", "-", each["name"]).lower(), each.get("version", ""))
        for each in json.loads(out.read_text(encoding="utf-8")).get("components", [])
    }
    return sorted(f"{name}=={version}" for name, version in pinned(lock).items() if (name, version) not in listed)


def main(words: list[str]) -> int:
    """Write the bill and compare it with the lock; 1 when it lacks anything."""
    parser = argparse.ArgumentParser(prog="peyvand sbom")
    parser.add_argument(
        "--out", type=caller_path, default=DEFAULT, help="where to write it (default .peyvand/sbom.json)"
    )
    chosen = parser.parse_args(words)
    try:
        write_bill(chosen.out)
    except SbomFailed as error:
        print(f"peyvand: the bill of materials could not be written: {error}", file=sys.stderr)
        return 1
    lacking = missing(chosen.out)
    print(f"{len(pinned())} packages, {len(lacking)} missing: {chosen.out}")
    return 1 if lacking else 0
