"""The commands of ./peyvand."""

import importlib
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
  up                       the stack in containers: secrets, images, tables, all healthy, one URL
       --demo              with the demo clock, a mailbox and a text gateway
       --profile NAME      all, province (a registry alone) or headquarters
       --port PORT         of the one URL (default 8080)
       --feed HOST:PORT    of a province's feed, for headquarters elsewhere (default 127.0.0.1:8081)
  down [--volumes]         stop it; --volumes forgets its data
  logs [SERVICE …]         what the services write
  scale SERVICE=N …        how many processes of a service run
  roll [SERVICE …]         renew containers one by one; no request is refused meanwhile
  doctor                   look at everything that runs, and say what to do where something is wrong
       --state DIR         of the demo or stack to look at
       --json FILE         write the findings
  backup                   the three databases, readers before the feeds they read
       --to DIR            new folder for the set (default .peyvand/backups/TIME)
       --state DIR         of the demo or stack
       --secrets FILE      the secrets too, in a sealed file of their own
  restore DIR              bring a set back under a new epoch; nobody is told anything twice
       --verify            compare every table with what the backup counted, before anything is changed
       --drill             load and compare only
  test                     every test; installs what it needs
  test --quick             lint, types, architecture, unit, contract and integration
  test --drills            the long exercises too: faults on two of everything, rolling restart, loss of everything
  chaos                    inject faults into a bench of its own under load, and judge by independent oracles
       --faults N          how many (default 150)
       --seed S            which, in which order (default: a new one, printed)
       --tier T2           the shipped stack in containers instead of single processes
       --json FILE         write what was found
  isolation                62 users of 31 provinces ask at random; counts bytes of other provinces (must be 0)
       --full              100,000 requests instead of 20,000 (--requests N: as many)
       --seed S            repeat a run
       --json FILE         write what was found
  sabotage                 plant fifteen classic errors one by one; each must turn its scenario red
       --only N            one of them
  sbom                     write a bill of materials (CycloneDX JSON) from requirements.lock
       --out FILE          where (default .peyvand/sbom.json)
  lint                     ruff, mypy and the import contracts
  bench                    measure each promise of speed against its named peer; exit 1 when a goal is out of reach
       --quick             three short rounds instead of five
       --only CASE         one case
       --json FILE         write the figures as {"cases": [{"name", "ratio", "min", "max", "goal", …}]}
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


HERE: Mapping[str, Callable[[list[str]], int]] = {
    "demo": demo,
    "contracts": contracts,
    "new-migration": new_migration,
    "help": show_help,
    "--help": show_help,
    "-h": show_help,
}
ELSEWHERE = {
    "up": "tools.compose.commands:up",
    "down": "tools.compose.commands:down",
    "logs": "tools.compose.commands:logs",
    "scale": "tools.compose.commands:scale",
    "doctor": "tools.doctor.__main__:main",
    "roll": "tools.operate.roll:main",
    "backup": "tools.operate.backup:main",
    "restore": "tools.operate.restore:main",
    "test": "tools.test:main",
    "lint": "tools.lint:main",
    "chaos": "tools.chaos.__main__:main",
    "sabotage": "tools.sabotage.__main__:main",
    "isolation": "tools.isolation.__main__:main",
    "sbom": "tools.sbom:main",
    "bench": "tools.bench.runner:main",
}
"""Commands with a room of their own: module and function, loaded only when called."""


def command_of(name: str) -> Callable[[list[str]], int] | None:
    """The function behind a word of the command line."""
    if name in ELSEWHERE:
        module, _, function = ELSEWHERE[name].partition(":")
        run: Callable[[list[str]], int] = getattr(importlib.import_module(module), function)
        return run
    return HERE.get(name)


def caller_path(word: str) -> Path:
    """A path as the caller meant it, from the directory ./peyvand was called in."""
    return Path(os.environ.get("PEYVAND_CALLER_DIRECTORY", str(Path.cwd()))) / word


def main(words: list[str]) -> int:
    """Run one command; returns the exit code."""
    name, *rest = words or ["help"]
    command = command_of(name)
    if command is None:
        print(f"peyvand: no command '{name}'\n\n{HELP}", file=sys.stderr, end="")
        return 2
    return command(rest)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
