"""The commands of ./peyvand."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GENERATORS = (
    "tools.samples",
    "tools.asyncapi",
    "tools.openapi",
    "tools.lifecycles",
    "tools.requirements",
    "tools.samples",
    "tools.gateway",
)
HELP = """\
Peyvand. Usage: ./peyvand COMMAND

  demo                     start everything on this machine and print one URL and the accounts
       --state DIR         keep it in this folder (default .peyvand/demo)
       --port PORT         of the one URL (default: a free one, remembered)
       --bare              without the demo's data
  demo --check             run the acceptance story in a folder of its own and compare every figure and message
       --json FILE         write the comparison as {"checks": [{"name", "expected", "seen", "ok"}]}
       --against URL       against a running demo instead of a new one
  test                     every test; installs what it needs
  test --quick             lint, types, architecture, unit, contract and integration
  chaos                    inject faults into a bench of its own under load, and judge by independent oracles
       --faults N          how many (default 150)
       --seed S            which, in which order (default: a new one, printed)
       --json FILE         write what was found
  isolation                62 users of 31 provinces ask at random; counts bytes of other provinces (must be 0)
       --full              100,000 requests instead of 20,000 (--requests N: as many)
       --seed S            repeat a run
       --json FILE         write what was found
  sbom                     write a bill of materials (CycloneDX JSON) from requirements.lock
       --out FILE          where (default .peyvand/sbom.json)
  lint                     ruff, mypy and the import contracts
  contracts                regenerate docs/contracts and deploy/gateway/nginx.conf
  new-migration SERVICE    write a migration from a service's models
  help                     this page

The first start makes .peyvand/venv from requirements.lock; nothing outside .peyvand/ is touched.
"""


def demo(words: list[str]) -> int:
    """Start the demo, or check the story."""
    if "--check" in words:
        from tools.check import main as check

        return check([word for word in words if word != "--check"])
    from tools.demo.__main__ import main as start

    return start(words)


def test(words: list[str]) -> int:
    """Run the tests."""
    from tools.test import main as run

    return run(words)


def chaos(words: list[str]) -> int:
    """Run a fault campaign."""
    from tools.chaos.__main__ import main as run

    return run(words)


def isolation(words: list[str]) -> int:
    """Ask at random as 62 users and look for other provinces' words."""
    from tools.isolation.__main__ import main as run

    return run(words)


def sbom(words: list[str]) -> int:
    """Write the bill of materials."""
    from tools.sbom import main as run

    return run(words)


def lint(words: list[str]) -> int:
    """Run the linters."""
    from tools.lint import main as run

    return run(words)


def contracts(_words: list[str]) -> int:
    """Run each generator that is there; the last one's failure is everybody's."""
    worst = 0
    for module in GENERATORS:
        if importlib.util.find_spec(module) is not None:
            print(module, flush=True)
            worst = max(worst, subprocess.run([sys.executable, "-m", module], cwd=ROOT, check=False).returncode)
    return worst


def new_migration(words: list[str]) -> int:
    """Write a migration."""
    return subprocess.run([sys.executable, "-m", "tools.new_migration", *words], cwd=ROOT, check=False).returncode


def show_help(_words: list[str]) -> int:
    """Print the commands."""
    print(HELP, end="")
    return 0


COMMANDS: Mapping[str, Callable[[list[str]], int]] = {
    "demo": demo,
    "test": test,
    "chaos": chaos,
    "isolation": isolation,
    "sbom": sbom,
    "lint": lint,
    "contracts": contracts,
    "new-migration": new_migration,
    "help": show_help,
    "--help": show_help,
    "-h": show_help,
}


def caller_path(word: str) -> Path:
    """A path as the caller meant it, from the directory ./peyvand was called in."""
    return Path(os.environ.get("PEYVAND_CALLER_DIRECTORY", str(Path.cwd()))) / word


def main(words: list[str]) -> int:
    """Run one command; returns the exit code."""
    name, *rest = words or ["help"]
    command = COMMANDS.get(name)
    if command is None:
        print(f"peyvand: no command '{name}'\n\n{HELP}", file=sys.stderr, end="")
        return 2
    return command(rest)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
