"""Says that a reader still stands at its feed's head: without news, an old last event does not make figures old."""

from collections.abc import Sequence

import httpx2
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from shared.kernel.bus import Consumer

_STILL_CURRENT = text(
    "UPDATE consumer_cursors SET moved_at = clock_timestamp() WHERE ctid IN (SELECT ctid FROM consumer_cursors "
    "WHERE reader = :reader AND source = :source AND stream = :stream AND partition = :partition "
    "FOR UPDATE SKIP LOCKED)"
)


def note_current(sessions: sessionmaker[Session], consumers: Sequence[Consumer]) -> int:
    """Mark every reader that has nothing left to read; one whose source cannot be asked grows old, as it should.

    A cursor that is locked (its reader applies, or a rebuild runs) is passed by.
    """
    for consumer in consumers:
        try:
            behind = consumer.lag()
        except (httpx2.HTTPError, OSError):
            continue
        if behind:
            continue
        with sessions.begin() as session:
            session.execute(
                _STILL_CURRENT,
                {
                    "reader": consumer.subscriber.name,
                    "source": consumer.source,
                    "stream": consumer.stream,
                    "partition": consumer.partition,
                },
            )
    return 0
