"""A pairing as its events carry it."""

from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from services.registry.partnership.pairings.models import Pairing
from services.registry.partnership.province_plans.queries import rules_for
from shared.contracts.base import Dimensions, FactHeader, Interval
from shared.contracts.partnership import PairingEvent, PairingFact
from shared.kernel.outbox import emit
from shared.values.partial_dates import PartialDate


def pairing_fact(pairing: Pairing) -> PairingFact:
    """The pairing whole; `active` are the days it was established, so that any day can be answered."""
    return PairingFact(
        pairing_id=pairing.id,
        secretariat_id=pairing.secretariat_id,
        school_id=pairing.school_id,
        school_names=pairing.school_names,
        agency_id=pairing.agency_id,
        agency_names=pairing.agency_names,
        state=pairing.state,
        proposed_on=pairing.proposed_on,
        invited_on=pairing.invited_on,
        letter_id=pairing.letter_id,
        answered_on=pairing.answered_on,
        answer=pairing.answer,
        established_on=pairing.established_on,
        active=tuple(Interval.model_validate(each) for each in pairing.active),
        ended_on=pairing.ended_on,
        dims=Dimensions.model_validate(pairing.dims),
    )


def say(
    session: Session,
    event: type[PairingEvent],
    pairing: Pairing,
    *,
    on: date,
    now: datetime,
    kind: Literal["create", "correct", "withdraw", "end"] = "create",
    reason: str | None = None,
    **more: Any,
) -> None:
    """Emit an event of a pairing with the whole pairing in it: each event is one more version of the same fact."""
    before = pairing.sequence or 0
    said = event(
        fact=FactHeader(id=pairing.id, version=before + 1, kind=kind, supersedes=before or None),
        effective_on=PartialDate.of_day(rules_for(session, pairing).definition.system, on),
        pairing_id=pairing.id,
        pairing=pairing_fact(pairing),
        reason=reason,
        **more,
    )
    emit(session, said, by=pairing, now=now)
