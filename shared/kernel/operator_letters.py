"""The operator's door to parked events: see them, retry them, leave one out with two people's word."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from shared.kernel import dead_letters
from shared.kernel.bus import Consumer
from shared.kernel.dead_letters import LetterNotFound, SecondPersonNeeded
from shared.kernel.http import ActorDep, SessionDep, new_router, problems, require
from shared.kernel.wire import Code, Out, Prose, Wire

ROLES = ("operator", "hq_officer", "tenant_administrator")
SHOWN = 200


class LetterOut(Out):
    """A parked event: what it is, why it is parked, what holds it up. Restricted streams show no content."""

    id: int
    reader: str
    source: str
    stream: str
    feed_seq: int
    type: str
    aggregate_id: UUID
    province: str
    fingerprint: str
    error: str
    blocked_by: int | None
    state: str
    attempts: int
    first_seen: datetime
    last_seen: datetime
    skipped_by: str | None
    reason: str | None
    event: dict[str, Any]


class LettersOut(Out):
    """Parked events, oldest first; `more` when there are others."""

    items: list[LetterOut]
    more: bool


class RetryIn(Wire):
    """Which parked events to apply again: one, all with one cause, or all."""

    id: Annotated[int, Field(ge=1, le=2**62)] | None = None
    fingerprint: Code | None = None


class RetriedOut(Out):
    """How many were applied, and how many are still parked."""

    applied: int
    parked: int


class SkipIn(Wire):
    """Why the event may be left out."""

    reason: Prose


def letters_router(consumers: Callable[[], Sequence[Consumer]]) -> APIRouter:
    """GET, retry and skip below /operator/v1/dead-letters; `consumers` are the service's readers."""
    router = new_router("operator", prefix="/operator/v1/dead-letters")

    @router.get("", dependencies=[require(*ROLES)])
    def list_dead_letters(session: SessionDep, actor: ActorDep) -> LettersOut:
        """What is parked, with the cause and what waits behind it."""
        found = list(session.scalars(dead_letters.waiting(tenant=actor.tenant).limit(SHOWN + 1)))
        return LettersOut(items=[LetterOut.model_validate(each) for each in found[:SHOWN]], more=len(found) > SHOWN)

    @router.post("/retry", dependencies=[require(*ROLES)])
    def retry_dead_letters(asked: RetryIn, session: SessionDep, actor: ActorDep) -> RetriedOut:
        """Apply parked events again, those of one aggregate in their order."""
        done = [
            dead_letters.retry(each, tenant=actor.tenant, letter_id=asked.id, fingerprint=asked.fingerprint)
            for each in consumers()
        ]
        return RetriedOut(applied=sum(each.applied for each in done), parked=sum(each.parked for each in done))

    @router.post(
        "/{letter_id}/skip",
        dependencies=[require(*ROLES)],
        responses=problems(LetterNotFound, SecondPersonNeeded),
    )
    def skip_dead_letter(letter_id: int, asked: SkipIn, session: SessionDep, actor: ActorDep) -> LetterOut:
        """Ask to leave an event out, or agree to it as a second person."""
        if not 0 < letter_id < 2**62:
            raise LetterNotFound
        letter = dead_letters.skip(
            session, tenant=actor.tenant, letter_id=letter_id, reason=asked.reason, by=str(actor.person_id)
        )
        return LetterOut.model_validate(letter)

    return router
