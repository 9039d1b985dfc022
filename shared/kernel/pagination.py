"""Keyset pages: stable under writes, one query per page."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel

from shared.kernel.problems import BadRequest

T = TypeVar("T")
LIMIT = 50
MOST = 500


class CursorMalformed(BadRequest):
    """This page cursor is not one of ours; begin again without it."""


class Page(BaseModel, Generic[T]):
    """One page of a list; `next` is the cursor of the following page, None on the last one."""

    items: list[T]
    next: str | None


def read_cursor(cursor: str | None) -> UUID | None:
    """The id after which a page begins."""
    if not cursor:
        return None
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise CursorMalformed from error


def write_cursor(row_id: UUID) -> str:
    """The cursor of the page after this row."""
    return base64.urlsafe_b64encode(row_id.bytes).decode().rstrip("=")


def page(rows: Sequence[Any], limit: int, convert: Any) -> dict[str, Any]:
    """A page from `limit + 1` rows ordered by id: the surplus row only says that there is more."""
    shown = rows[:limit]
    more = len(rows) > limit
    return {"items": [convert(row) for row in shown], "next": write_cursor(shown[-1].id) if more and shown else None}
