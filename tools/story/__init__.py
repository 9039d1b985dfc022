"""The acceptance story: enters it through the public interfaces and compares every figure and message."""

from pathlib import Path

from tools.demo.accounts import Account


def run(base_url: str, json_path: Path | None, account: Account) -> int:
    """Run the story against the one URL, signing in with `account`; 0 when every figure and message is as expected.
    `json_path`: where {"checks": [{"name", "expected", "seen", "ok"}]} is written."""
    raise NotImplementedError(f"no story yet for {base_url}")


def load_demo(base_url: str, account: Account) -> list[Account]:
    """Enter the demo's data with `account`; returns the accounts people may try."""
    del base_url, account
    return []
