"""`./peyvand sabotage`: every planted error must turn its scenario red, and the unpatched product must be green."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.demo.supervisor import Stopped, stop_signals
from tools.main import caller_path
from tools.sabotage.scenario import GREEN, RED
from tools.sabotage.table import SABOTAGES, Sabotage
from tools.sabotage.templates import Templates
from tools.test import servers

ROOT = Path(__file__).resolve().parents[2]
PATCHES = ROOT / "tests" / "sabotage"
WITHIN_S = 600.0
"""On a quiet machine a scenario takes 10 to 45 seconds; a busy one is given time."""
TREE = ("services", "shared", "tools", "deploy", "pyproject.toml")


@dataclass(frozen=True)
class Verdict:
    """What one scenario said with and without its error."""

    sabotage: Sabotage
    sound: str
    planted: str
    seconds: float

    @property
    def caught(self) -> bool:
        """Green without the error, red with it."""
        return self.sound == "green" and self.planted == "red"


@contextmanager
def planted(sabotage: Sabotage) -> Iterator[Path | None]:
    """A throw-away copy of the tree with one error planted; None when the patch no longer applies."""
    folder = Path(tempfile.mkdtemp(prefix="peyvand-sabotage-"))
    try:
        for name in TREE:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            elif source.exists():
                shutil.copy(source, folder / name)
        yield folder if applies(sabotage, folder, check=False) else None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def applies(sabotage: Sabotage, tree: Path, *, check: bool = True) -> bool:
    """Whether a patch applies to a tree; without `check` it is applied."""
    command = ["git", "apply", *(["--check"] if check else []), str(PATCHES / sabotage.patch)]
    # Outside of any repository, so that git looks at this tree alone.
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(tree.parent), "GIT_DIR": str(tree / "none")}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr, file=sys.stderr)
    return done.returncode == 0


def play(sabotage: Sabotage, tree: Path, templates: Templates, say: bool) -> str:
    """One scenario in one tree: `green`, `red`, or `broken`."""
    templates.renew()
    quiet = {"PYTHONPATH": str(tree), "PYTHONWARNINGS": "ignore"}
    environment = {**os.environ, **templates.environment, **quiet}
    command = [sys.executable, "-m", "tools.sabotage.scenario", str(sabotage.number), str(templates.folder)]
    process = subprocess.Popen(
        command, cwd=tree, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        output, _ = process.communicate(timeout=WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        output, _ = process.communicate()
        output += f"\nnot ended within {WITHIN_S:.0f} s"
    state = {GREEN: "green", RED: "red"}.get(process.returncode, "broken")
    if say or state == "broken":
        print("    " + "\n    ".join([line[:300] for line in output.strip().splitlines()][-14:]), flush=True)
    return state


def judge(sabotage: Sabotage, templates: Templates) -> Verdict:
    """Both runs of one scenario."""
    began = time.monotonic()
    sound = play(sabotage, ROOT, templates, say=False)
    with planted(sabotage) as tree:
        seen = "does not apply" if tree is None else play(sabotage, tree, templates, say=True)
    return Verdict(sabotage, sound, seen, time.monotonic() - began)


def run(chosen: Sequence[Sabotage]) -> list[Verdict]:
    """All chosen ones on one PostgreSQL and one Redis."""
    verdicts = []
    folder = Path(tempfile.mkdtemp(prefix="peyvand-ground-"))
    try:
        with servers() as addresses, Templates.made(folder, addresses) as templates:
            for sabotage in chosen:
                verdict = judge(sabotage, templates)
                verdicts.append(verdict)
                mark = "caught" if verdict.caught else "MISSED"
                print(
                    f"{sabotage.number:2d} {mark}  without: {verdict.sound:<6} with: {verdict.planted:<6} "
                    f"{verdict.seconds:5.1f} s  {sabotage.words}",
                    flush=True,
                )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return verdicts


def main(words: list[str]) -> int:
    """0 when every error was caught."""
    parser = argparse.ArgumentParser(prog="peyvand sabotage")
    parser.add_argument("--only", type=int, action="append", choices=[each.number for each in SABOTAGES], metavar="N")
    parser.add_argument("--json", type=caller_path, default=None, help="where the verdicts are written")
    chosen = parser.parse_args(words)
    wanted = [each for each in SABOTAGES if not chosen.only or each.number in chosen.only]
    try:
        with stop_signals():
            verdicts = run(wanted)
    except Stopped:
        return 130
    caught = sum(verdict.caught for verdict in verdicts)
    if chosen.json is not None:
        lines = [
            {
                "number": each.sabotage.number, "error": each.sabotage.words, "without": each.sound,
                "with": each.planted, "seconds": round(each.seconds, 1), "caught": each.caught,
            }
            for each in verdicts
        ]  # fmt: skip
        chosen.json.write_text(json.dumps({"caught": caught, "of": len(verdicts), "verdicts": lines}, indent=1) + "\n")
    print(f"{caught} of {len(verdicts)} caught", flush=True)
    return 0 if caught == len(verdicts) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
