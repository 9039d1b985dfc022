"""A secretariat as its events carry it."""

from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from services.registry.partnership.province_plans.queries import rules_for
from services.registry.partnership.secretariats.models import Secretariat
from services.registry.partnership.secretariats.queries import officers_of
from shared.contracts.base import Dimensions, FactHeader, Interval
from shared.contracts.partnership import SecretariatEvent, SecretariatFact
from shared.kernel.outbox import emit
from shared.values.partial_dates import PartialDate


def secretariat_fact(session: Session, secretariat: Secretariat) -> SecretariatFact:
    """The secretariat whole; `active` are the days it was established, so that any day can be answered."""
    return SecretariatFact(
        secretariat_id=secretariat.id,
        school_id=secretariat.school_id,
        school_names=secretariat.school_names,
        state=secretariat.state,
        slot_no=secretariat.slot_no,
        score=str(secretariat.score) if secretariat.score is not None else None,
        nominated_on=secretariat.nominated_on,
        assessed_on=secretariat.assessed_on,
        selected_on=secretariat.selected_on,
        decision_ref=secretariat.decision_ref,
        appointed_on=secretariat.appointed_on,
        appointment_number=secretariat.appointment_number,
        principal_id=secretariat.principal_id,
        officers=tuple(officer.person_id for officer in officers_of(session, secretariat.id)),
        established_on=secretariat.established_on,
        active=tuple(Interval.model_validate(each) for each in secretariat.active),
        ended_on=secretariat.ended_on,
        dims=Dimensions.model_validate(secretariat.dims),
    )


def say(
    session: Session,
    event: type[SecretariatEvent],
    secretariat: Secretariat,
    *,
    on: date,
    now: datetime,
    kind: Literal["create", "end"] = "create",
    reason: str | None = None,
    **more: Any,
) -> None:
    """Emit an event of a secretariat with the whole secretariat in it."""
    session.flush()
    before = secretariat.sequence or 0
    said = event(
        fact=FactHeader(id=secretariat.id, version=before + 1, kind=kind, supersedes=before or None),
        effective_on=PartialDate.of_day(rules_for(session, secretariat).definition.system, on),
        secretariat_id=secretariat.id,
        secretariat=secretariat_fact(session, secretariat),
        reason=reason,
        **more,
    )
    emit(session, said, by=secretariat, now=now)
