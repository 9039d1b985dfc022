"""Who can sign in to a demo."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    """A login, its password, and what the person is, in words."""

    login: str
    password: str
    role: str


def describe(accounts: Sequence[Account]) -> str:
    """The accounts as a small table."""
    width = max(len(account.login) for account in accounts)
    secret = max(len(account.password) for account in accounts)
    return "\n".join(f"  {a.login:<{width}}  {a.password:<{secret}}  {a.role}" for a in accounts)
