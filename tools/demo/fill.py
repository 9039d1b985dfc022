"""Enters the demo's data through the public interfaces: python -m tools.demo.fill --url URL --login L --out FILE."""

import argparse
import json
import os
import sys
from pathlib import Path

from tools import story
from tools.demo.accounts import Account


def main(arguments: list[str]) -> int:
    """The password comes in PEYVAND_PASSWORD; the accounts that were made are written to FILE (0600)."""
    parser = argparse.ArgumentParser()
    for name in ("--url", "--login", "--out"):
        parser.add_argument(name, required=True)
    chosen = parser.parse_args(arguments)
    first = Account(chosen.login, os.environ["PEYVAND_PASSWORD"], "")
    accounts = story.load_demo(chosen.url, first)
    handle = os.open(Path(chosen.out), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump({"accounts": [vars(account) for account in accounts]}, file, ensure_ascii=False)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
