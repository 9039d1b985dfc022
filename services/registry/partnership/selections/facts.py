"""A selected agency as its events carry it; the plan says them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from services.registry.partnership.province_plans.queries import get_plan, rules_for
from services.registry.partnership.selections.models import Selection
from shared.contracts.base import Dimensions, FactHeader, Interval
from shared.contracts.partnership import AgencyDeselected, AgencySelected, AgencySelectionFact
from shared.kernel.auth import Actor
from shared.kernel.outbox import emit
from shared.values.partial_dates import PartialDate


def selection_fact(selection: Selection) -> AgencySelectionFact:
    """The selection whole; `held` are the days the agency holds a slot."""
    return AgencySelectionFact(
        selection_id=selection.id,
        plan_id=selection.plan_id,
        agency_id=selection.agency_id,
        agency_names=selection.agency_names,
        slot_no=selection.slot_no,
        decision_ref=selection.decision_ref,
        held=tuple(Interval.model_validate(each) for each in selection.held),
        dims=Dimensions.model_validate(selection.dims),
    )


def say(
    session: Session,
    event: type[AgencySelected] | type[AgencyDeselected],
    selection: Selection,
    *,
    on: date,
    by: Actor,
    now: datetime,
    **more: Any,
) -> None:
    """Emit an event of a selection, said by its plan: the fact's version is the plan's sequence, so it only grows."""
    plan = get_plan(session, selection.plan_id, by=by)
    said = event(
        fact=FactHeader(
            id=selection.id, version=(plan.sequence or 0) + 1, kind="create" if event is AgencySelected else "end"
        ),
        effective_on=PartialDate.of_day(rules_for(session, plan).definition.system, on),
        plan_id=plan.id,
        selection=selection_fact(selection),
        **more,
    )
    emit(session, said, by=plan, now=now)
