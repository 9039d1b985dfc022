"""What was set aside: looking at it, applying it again once its cause is mended, and leaving it out on purpose.

An event that could not be applied waits with the later events of its aggregate (decision 0007). Retrying applies them
in their order, under the reader's cursor lock, each as if it came now; handlers may run late by contract (R-165).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from shared.contracts.envelope import Envelope
from shared.kernel.bus import TRANSIENT, Consumer
from shared.kernel.clock import machine_now
from shared.kernel.cursors import DeadLetter, lock_cursor
from shared.kernel.poison import fingerprint_of, wording_of
from shared.kernel.problems import Conflict, NotFound

log = structlog.get_logger()
PARKED, APPLIED, SKIPPED = "parked", "applied", "skipped"


class LetterNotFound(NotFound):
    """No such parked event."""


class SecondPersonNeeded(Conflict):
    """Another person must agree before an event is left out."""


@dataclass
class Retried:
    """How many events were applied, and how many are still parked, of those that were asked for."""

    applied: int = 0
    parked: int = 0


def waiting(*, tenant: str | None = None) -> Select[DeadLetter]:
    """Parked events, oldest first."""
    found = select(DeadLetter).where(DeadLetter.state == PARKED).order_by(DeadLetter.id)
    return found if tenant is None else found.where(DeadLetter.tenant == tenant)


def retry(
    consumer: Consumer, *, tenant: str | None = None, letter_id: int | None = None, fingerprint: str | None = None
) -> Retried:
    """Apply parked events of one reader again: one, all with one cause, or all; one transaction per aggregate."""
    done = Retried()
    with consumer.sessions.begin() as session:
        asked = _of(consumer, tenant)
        if letter_id is not None:
            asked = asked.where(DeadLetter.id == letter_id)
        if fingerprint is not None:
            asked = asked.where(DeadLetter.fingerprint == fingerprint)
        aggregates = list(dict.fromkeys(letter.aggregate_id for letter in session.scalars(asked)))
    for aggregate in aggregates:
        applied, parked = _retry_aggregate(consumer, tenant, aggregate)
        done.applied, done.parked = done.applied + applied, done.parked + parked
    if aggregates:
        log.info("reader.retried", reader=consumer.subscriber.name, applied=done.applied, parked=done.parked)
    return done


def _of(consumer: Consumer, tenant: str | None) -> Select[DeadLetter]:
    return waiting(tenant=tenant).where(
        DeadLetter.reader == consumer.subscriber.name,
        DeadLetter.source == consumer.source,
        DeadLetter.stream == consumer.stream,
    )


def _retry_aggregate(consumer: Consumer, tenant: str | None, aggregate: UUID) -> tuple[int, int]:
    with consumer.sessions.begin() as session:
        lock_cursor(session, **consumer.key())
        mine = _of(consumer, tenant).where(DeadLetter.aggregate_id == aggregate)
        letters = list(session.scalars(mine.order_by(None).order_by(DeadLetter.feed_seq).with_for_update()))
        for place, letter in enumerate(letters):
            if not _apply(session, consumer, letter):
                _hold(letters[place + 1 :], behind=letter)
                return place, len(letters) - place
        return len(letters), 0


def _apply(session: Session, consumer: Consumer, letter: DeadLetter) -> bool:
    """Apply one event within a savepoint; False when it still cannot be applied."""
    envelope = _envelope_of(consumer, letter)
    try:
        with session.begin_nested():
            if envelope is not None:
                consumer.subscriber.apply(session, [envelope])
    except TRANSIENT:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a handler raises is why the event stays parked
        letter.attempts += 1
        letter.fingerprint, letter.error = fingerprint_of(error), wording_of(error, consumer.stream)
        letter.blocked_by, letter.last_seen = None, machine_now(session)
        return False
    letter.state, letter.last_seen = APPLIED, machine_now(session)
    return True


def _envelope_of(consumer: Consumer, letter: DeadLetter) -> Envelope | None:
    """The event; one of a restricted stream is fetched anew, None when it was erased meanwhile."""
    if letter.event:
        return Envelope.model_validate(letter.event)
    page = consumer.feed.read(after=letter.feed_seq - 1, epoch=None, limit=1)
    found = next((each for each in page.events if each.feedseq == letter.feed_seq), None)
    return found if found is not None and found.data is not None else None


def _hold(letters: Sequence[DeadLetter], *, behind: DeadLetter) -> None:
    for letter in letters:
        letter.blocked_by = behind.id


def skip(session: Session, *, tenant: str | None, letter_id: int, reason: str, by: str) -> DeadLetter:
    """Leave an event out for good: the first person asks, a second one agrees; what waited behind it may be retried.

    Raises LetterNotFound, and SecondPersonNeeded when the same person says it twice.
    """
    letter = session.scalars(waiting(tenant=tenant).where(DeadLetter.id == letter_id).with_for_update()).one_or_none()
    if letter is None:
        raise LetterNotFound
    if letter.skipped_by is None:
        letter.skipped_by, letter.reason = by, reason
    elif letter.skipped_by == by:
        raise SecondPersonNeeded
    else:
        letter.state, letter.skipped_by = SKIPPED, f"{letter.skipped_by}, {by}"
        letter.last_seen = machine_now(session)
    session.flush()
    log.info("reader.skip", letter=letter.id, state=letter.state, by=by)
    return letter
