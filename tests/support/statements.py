"""What a piece of work asks of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session


@contextmanager
def counting(session: Session) -> Iterator[list[str]]:
    """The statements sent meanwhile, in order; one with many sets of values counts once."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(session.connection(), "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(session.connection(), "before_cursor_execute", note)
