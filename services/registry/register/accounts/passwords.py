"""Password hashes: argon2id with 19 MiB, two passes, one lane, and the same work for logins nobody has."""

from functools import cache

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher


@cache
def _hasher() -> PasswordHash:
    return PasswordHash([Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)])


@cache
def _nobodys_hash() -> str:
    return _hasher().hash("nobody has this password")


def hash_password(password: str) -> str:
    """The hash that is stored for a password."""
    return _hasher().hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Whether a password belongs to a stored hash; without one the same work is done and the answer is no."""
    try:
        good = _hasher().verify(password, stored or _nobodys_hash())
    except UnknownHashError:
        return False
    return good and stored is not None
