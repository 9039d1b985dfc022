"""A reader whose feed was restored: it goes on where both epochs agree, else it starts anew."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy.orm import Session

from shared.contracts.envelope import Envelope
from shared.kernel.cursors import forget_letters, lock_cursor
from shared.kernel.feed import EpochChanged, FeedPage

if TYPE_CHECKING:
    from shared.kernel.bus import Consumer

log = structlog.get_logger()
Anew = Callable[[Session, Any, FeedPage], object]
"""How a reader makes its projection agree with a feed that was restored to an earlier time than it has read."""
ANEW_S = 6 * 3600.0


def change_epoch(consumer: "Consumer") -> int:
    """Adopt the feed's new epoch; the cursor moves in the transaction of what had to be made anew.

    A reader that stands within the common past of both epochs goes on from there. One that has read what no longer
    happened starts anew by its subscriber's `start_anew`, or stops (EpochChanged) when it has none.
    """
    page = consumer.feed.read(after=0, epoch=None, limit=0)
    with consumer.sessions.begin() as session:
        cursor = lock_cursor(session, **consumer.key())
        if cursor.epoch == page.epoch:
            return 0  # another process of this reader was faster
        agrees = cursor.epoch == page.previous and cursor.pos <= page.from_seq
        start_anew = consumer.subscriber.start_anew
        if not agrees and start_anew is None:
            raise EpochChanged(epoch=str(page.epoch))
        said = {**consumer.key(), "pos": cursor.pos, "epoch": str(page.epoch), "from_seq": page.from_seq}
        log.warning("reader.epoch_changed", agrees=agrees, **said)
        cursor.epoch, cursor.replay_to = page.epoch, page.from_seq
        if not agrees and start_anew is not None:
            consumer.take_time(ANEW_S)
            cursor.pos = page.from_seq
            forget_letters(session, reader=consumer.subscriber.name, source=consumer.source, stream=consumer.stream)
            session.flush()
            start_anew(session, consumer, page)
    return 1


def is_replay(session: Session, envelope: Envelope) -> bool:
    """Whether an event was told before a restore: it is heard as history, and nobody is told of it again."""
    return envelope.feedseq <= int(session.info.get("replay_to", 0))
