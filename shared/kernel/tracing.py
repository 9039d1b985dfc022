"""One trace id from the HTTP request to the delivered message (W3C traceparent)."""

import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_CURRENT: ContextVar[str | None] = ContextVar("traceparent", default=None)
_SHAPE = re.compile(r"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")


def new_traceparent() -> str:
    """A fresh trace."""
    digits = secrets.token_hex(24)
    return f"00-{digits[:32]}-{digits[32:]}-01"


def enter_trace(traceparent: str | None) -> str:
    """Continue a trace, or begin one where none (or a malformed one) came in; returns the one in force."""
    trace = traceparent if traceparent and _SHAPE.match(traceparent) else new_traceparent()
    _CURRENT.set(trace)
    return trace


@contextmanager
def in_trace(traceparent: str | None) -> Iterator[str]:
    """Work that belongs to a trace (a fresh one where none came along); the trace before it is in force again after.

    A loop handles the work of many requests in one thread: what it does next must not carry the last one's trace.
    """
    before = _CURRENT.get()
    try:
        yield enter_trace(traceparent)
    finally:
        _CURRENT.set(before)


def current_traceparent() -> str | None:
    """The trace this work belongs to."""
    return _CURRENT.get()


def id_of(traceparent: str) -> str:
    """The 32 hex digits of a traceparent."""
    return traceparent.split("-")[1]


def trace_id() -> str | None:
    """The 32 hex digits shown to people and written to logs."""
    current = _CURRENT.get()
    return id_of(current) if current else None


def trace_ids(traceparents: Iterable[str | None]) -> list[str]:
    """The distinct trace ids of a batch, in its order: a line about a batch names them all."""
    return list(dict.fromkeys(id_of(each) for each in traceparents if each))
