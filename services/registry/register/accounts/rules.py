"""What a login and a password must be, who may open an account, and how many attempts are too many."""

import re
from dataclasses import dataclass
from datetime import timedelta

from shared.kernel.problems import Refusal
from shared.values.texts import digits_to_ascii

MIN_PASSWORD, MAX_PASSWORD = 10, 200
WINDOW = timedelta(minutes=15)
TOKEN_LIFE = timedelta(minutes=10)
SESSION_LIFE = timedelta(hours=12)
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{2,99}")


@dataclass(frozen=True)
class Attempts:
    """Failures of the last 15 minutes: for this account as this address sees it, and from this address."""

    of_account: int
    of_address: int


@dataclass(frozen=True)
class Patience:
    """How many failures 15 minutes may hold."""

    per_account: int = 5
    per_address: int = 20


def login_key(login: str) -> str:
    """The form in which logins are compared: ASCII digits, lower case, no spaces around."""
    return digits_to_ascii(login).strip().lower()


def may_have_login(login: str) -> list[Refusal]:
    """Say why this cannot be a login: an e-mail address or a short code of letters and digits."""
    return [] if _LOGIN.fullmatch(login_key(login)) else [Refusal("login_malformed", field="login")]


def may_have_password(password: str, login: str) -> list[Refusal]:
    """Say why this password is too weak: length decides, and it may not be the login."""
    refusals = []
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        refusals.append(Refusal("password_length", field="password", params={"min": MIN_PASSWORD, "max": MAX_PASSWORD}))
    if login_key(login) in password.lower():
        refusals.append(Refusal("password_has_login", field="password"))
    return refusals


def may_try(attempts: Attempts, patience: Patience) -> list[Refusal]:
    """Say why no further attempt is looked at."""
    if attempts.of_account >= patience.per_account or attempts.of_address >= patience.per_address:
        return [Refusal("too_many_attempts", params={"minutes": int(WINDOW.total_seconds() // 60)})]
    return []


def may_open_account(reach: str, home: str, places: list[str]) -> list[Refusal]:
    """Say why this actor may not open this person's account: who sets a password could act as the person.

    `reach` is '*' or the actor's province, `home` the person's province, `places` the provinces of the person's roles.
    """
    if reach == "*" or (home == reach and all(place == reach for place in places)):
        return []
    return [Refusal("account_out_of_reach", field="person_id")]
