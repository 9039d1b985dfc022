"""One trace id from the HTTP request to the delivered message (W3C traceparent)."""

import re
import secrets
from contextvars import ContextVar

_CURRENT: ContextVar[str | None] = ContextVar("traceparent", default=None)
_SHAPE = re.compile(r"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")


def new_traceparent() -> str:
    """A fresh trace."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def enter_trace(traceparent: str | None) -> str:
    """Continue a trace, or begin one where none (or a malformed one) came in; returns the one in force."""
    trace = traceparent if traceparent and _SHAPE.match(traceparent) else new_traceparent()
    _CURRENT.set(trace)
    return trace


def current_traceparent() -> str | None:
    """The trace this work belongs to."""
    return _CURRENT.get()


def trace_id() -> str | None:
    """The 32 hex digits shown to people and written to logs."""
    current = _CURRENT.get()
    return current.split("-")[1] if current else None
