"""Which Peyvand an operator means, and the passphrase they gave."""

import os
from pathlib import Path

from tools.operate.compose import ComposeStack
from tools.operate.errors import Unfit
from tools.operate.keeper import DemoKeeper

ROOT = Path(__file__).resolve().parents[2]
CALLER = Path(os.environ.get("PEYVAND_CALLER_DIRECTORY", "."))
SHORTEST = 12


def keeper_of(state: Path | None) -> DemoKeeper:
    """The keeper of a state folder; raises Unfit."""
    folder = state or ROOT / ".peyvand" / "demo"
    if not (folder / "secrets.json").exists():
        raise Unfit(f"nothing was ever started on {folder}; give --state DIR")
    return DemoKeeper(folder)


def passphrase_of(file: Path | None) -> str:
    """The passphrase from a file or PEYVAND_BACKUP_PASSPHRASE; '' when there is none. Raises Unfit when it is weak."""
    given = file.read_text().strip() if file else os.environ.get("PEYVAND_BACKUP_PASSPHRASE", "")
    if (given or file) and len(given) < SHORTEST:
        raise Unfit(f"the passphrase is shorter than {SHORTEST} characters; take a longer one")
    return given


def stack_of(state: Path | None) -> "ComposeStack":
    """The compose stack of a state folder; raises Unfit."""
    return ComposeStack.of_state(state)
