"""Which Peyvand an operator means, and the passphrase they gave."""

import os
from pathlib import Path

from tools.compose.stack import DEFAULT_STATE, the_stack
from tools.operate.compose import Running, StackKeeper
from tools.operate.errors import Unfit
from tools.operate.keeper import DemoKeeper

ROOT = Path(__file__).resolve().parents[2]
CALLER = Path(os.environ.get("PEYVAND_CALLER_DIRECTORY", "."))
DEMO = ROOT / ".peyvand" / "demo"
SHORTEST = 12


def folder_of(state: Path | None) -> Path:
    """The state folder that is meant: the one named, else the stack's if there is one, else the demo's."""
    return state or (DEFAULT_STATE if is_stack(DEFAULT_STATE) else DEMO)


def is_stack(folder: Path) -> bool:
    """Whether `./peyvand up` made this folder."""
    return (folder / "env.json").exists()


def keeper_of(state: Path | None) -> DemoKeeper | StackKeeper:
    """The keeper of a state folder; raises Unfit."""
    folder = folder_of(state)
    if is_stack(folder):
        return StackKeeper(the_stack(folder))
    if not (folder / "secrets.json").exists():
        raise Unfit(f"nothing was ever started on {folder}; give --state DIR")
    return DemoKeeper(folder)


def stack_of(state: Path | None) -> Running:
    """The stack of a state folder; raises Unfit."""
    folder = folder_of(state)
    if not is_stack(folder):
        raise Unfit(f"no stack was ever started on {folder}; start it with ./peyvand up, or give --state DIR")
    return Running(the_stack(folder))


def passphrase_of(file: Path | None) -> str:
    """The passphrase from a file or PEYVAND_BACKUP_PASSPHRASE; '' when there is none. Raises Unfit when it is weak."""
    given = file.read_text().strip() if file else os.environ.get("PEYVAND_BACKUP_PASSPHRASE", "")
    if (given or file) and len(given) < SHORTEST:
        raise Unfit(f"the passphrase is shorter than {SHORTEST} characters; take a longer one")
    return given
