"""After a restore: the feed begins a new epoch, and says up to where it is the old one's history."""

from collections.abc import Callable, Sequence
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from shared.kernel.db import new_engine, new_sessions
from shared.kernel.relay import number_batch, streams_of
from shared.kernel.settings import CommonSettings
from shared.values.ids import new_id

log = structlog.get_logger()
MOST_ROUNDS = 10_000


class NeverQuiet(RuntimeError):
    """The service went on producing events while it was to come to rest; are its other processes stopped?"""


def begin_epoch(
    settings: CommonSettings, *, service: str, settle: Sequence[Callable[[], int]] = ()
) -> tuple[UUID, dict[str, int]]:
    """Give the feed a new epoch; returns it with the last number of each stream that is history.

    Works with the owner's role. `settle` are the steps (clock, own listener) that first do what was due while the data
    was away: whoever was to be told of it was told before, so it belongs to history too. All other processes of the
    service are stopped meanwhile.
    """
    sessions = new_sessions(
        new_engine((settings.owner_database_url or settings.database_url).get_secret_value(), name=f"{service}-epoch")
    )
    for _round in range(MOST_ROUNDS):
        moved = sum(step() for step in settle) + sum(_number(sessions, stream) for stream in streams_of(service))
        if not moved:
            break
    else:
        raise NeverQuiet
    with sessions.begin() as session:
        epoch = new_id()
        session.execute(text("UPDATE feed_meta SET previous = epoch, epoch = :new"), {"new": epoch})
        session.execute(text("UPDATE feed_head SET from_seq = last_seq"))
        heads = {str(row[0]): int(row[1]) for row in session.execute(text("SELECT stream, from_seq FROM feed_head"))}
    log.warning("feed.new_epoch", epoch=str(epoch), heads=heads)
    return epoch, heads


def _number(sessions: sessionmaker[Session], stream: str) -> int:
    with sessions.begin() as session:
        return number_batch(session, stream)
