"""What keeps personal data out of logs: errors without the values they speak of, addresses and numbers masked."""

import re
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from traceback import walk_tb
from typing import Any

import httpx2
import redis
from sqlalchemy.exc import DBAPIError

Line = MutableMapping[str, Any]
SPEAKS_OF_THINGS = (OSError, ImportError, AttributeError, NameError, redis.RedisError, httpx2.HTTPError)
"""Errors whose words are about machines and code; those of ValueError, pydantic and others repeat what people typed."""
MOST_FRAMES = 12
_ADDRESS = re.compile(r"[^\s@<>\"'=:,;(]+@[^\s@<>\"',;)]+\.[^\s@<>\"',;)]+")
_NUMBER = re.compile(r"(?<![0-9a-fA-F-])(?:\+|00)?[0-9۰-۹٠-٩][0-9۰-۹٠-٩ ()]{7,16}[0-9۰-۹٠-٩](?![0-9a-fA-F-])")


def masked(text: str) -> str:
    """Text in which nothing that looks like an e-mail or telephone address is left. Ids and instants stay."""
    return _NUMBER.sub("[number]", _ADDRESS.sub("[address]", text))


def told(error: BaseException) -> dict[str, Any]:
    """An error as data: class, words where they are about machines, the database's code, and where it was raised."""
    found: dict[str, Any] = {"class": type(error).__name__}
    words = _words(error)
    if words:
        found["words"] = words
    frames = [f"{_short(frame.f_code.co_filename)}:{line}:{frame.f_code.co_name}" for frame, line in _frames(error)]
    if frames:
        found["at"] = frames[-MOST_FRAMES:]
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        found["because"] = told(cause)
    return found


def _words(error: BaseException) -> str:
    if isinstance(error, DBAPIError):
        # The driver's whole message ends in DETAIL: Key (email)=(…); its first line names constraint or table alone.
        diagnosis = getattr(error.orig, "diag", None)
        primary = getattr(diagnosis, "message_primary", None) or type(error.orig).__name__
        return masked(f"{getattr(error.orig, 'sqlstate', None) or ''} {primary}".strip())[:300]
    return masked(str(error))[:300] if isinstance(error, SPEAKS_OF_THINGS) else ""


def _frames(error: BaseException) -> list[tuple[Any, int]]:
    return list(walk_tb(error.__traceback__))


def _short(path: str) -> str:
    return "/".join(Path(path).parts[-3:])


def scrub(_logger: Any, _method: str, line: Line) -> Line:
    """The last step before a line is written: errors told as data, every text masked."""
    error = line.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        line["error"] = told(error)
    for name, value in list(line.items()):
        if name not in KEPT:
            line[name] = _clean(value)
    return line


KEPT = frozenset({"event", "level", "timestamp", "service", "trace", "traces"})
"""Fields only our own code fills."""


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, Mapping):
        return {str(name): _clean(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set):
        return [_clean(each) for each in value]
    return value if value is None or isinstance(value, int | float | bool) else masked(str(value))
