"""Verbs of agencies in a cycle: select, deselect."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.partnership.province_plans import commands as plans
from services.registry.partnership.province_plans.lifecycle import Action as PlanAction
from services.registry.partnership.province_plans.queries import get_plan, rules_for
from services.registry.partnership.province_plans.rules import begun, ended, last_day
from services.registry.partnership.quotas import commands as quotas
from services.registry.partnership.selections import queries
from services.registry.partnership.selections.facts import say
from services.registry.partnership.selections.lifecycle import SELECTION, Action
from services.registry.partnership.selections.models import Selection
from services.registry.partnership.selections.rules import may_deselect, may_select
from services.registry.register.agencies.queries import get_agency, in_pool
from shared.contracts.base import Dimensions
from shared.contracts.partnership import AgencyDeselected, AgencySelected
from shared.kernel.auth import Actor
from shared.kernel.problems import Conflict, expect, refuse
from shared.values.ids import new_id

SUBJECT = "linked_agency"


class AgencySelectedAlready(Conflict):
    """This agency holds a slot of this plan already."""


def select_agency(
    session: Session,
    *,
    plan_id: UUID,
    agency_id: UUID,
    decision_ref: str,
    criteria: str = "",
    selected_on: date | None = None,
    selection_id: UUID | None = None,
    by: Actor,
    now: datetime,
) -> Selection:
    """Fix an agency of the pool by decision of the working group; it takes a slot (I-04).

    Raises QuotaMaxReached (409) when all slots are in use and AgencySelectedAlready (409).
    """
    plan = get_plan(session, plan_id, by=by, lock=True)
    plan.become(PlanAction.SELECT_AGENCY)
    selection = queries.find_selection(session, plan_id=plan.id, agency_id=agency_id)
    if selection is not None and selection.state == SELECTION.start(Action.SELECT):
        if selection.id == selection_id:
            return selection
        raise AgencySelectedAlready(link=f"/v1/province-plans/{plan.id}/agencies/{agency_id}")
    agency, rules = get_agency(session, agency_id, by=by), rules_for(session, plan)
    refuse(may_select(in_pool=in_pool(agency, plan.province), agency_open=agency.is_open))
    on = plans.effective_day(rules, selected_on, now=now, field="selected_on", not_before=plan.started_on)
    holder: dict[str, Any] = {"plan_id": plan.id, "subject": SUBJECT, "holder_id": agency.id}
    slot = quotas.take_slot(session, **holder, on=on, today=rules.today(now))
    if selection is None:
        selection = Selection(id=selection_id or new_id(), **plans.scope_of(plan), plan_id=plan.id, held=[])
        selection.agency_id, selection.state = agency.id, SELECTION.start(Action.SELECT)
        session.add(selection)
    else:
        selection.become(Action.SELECT)
    selection.agency_names, selection.slot_no = agency.names, slot.slot_no
    selection.decision_ref, selection.criteria = decision_ref, criteria
    selection.dims = Dimensions(agency_kind=agency.kind, agency_sector=agency.sector).model_dump(mode="json")
    selection.held = begun(selection.held, on)
    say(session, AgencySelected, selection, on=on, by=by, now=now)
    return selection


def deselect_agency(
    session: Session,
    *,
    plan_id: UUID,
    agency_id: UUID,
    reason: str,
    deselected_on: date | None = None,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> Selection:
    """The agency gives its slot back (I-06); refused (409) while a pairing with it is open."""
    plan = get_plan(session, plan_id, by=by, lock=True)
    selection = queries.get_selection(session, plan_id=plan_id, agency_id=agency_id, by=by)
    expect(selection, expected)
    plan.become(PlanAction.DESELECT_AGENCY)
    selection.become(Action.DESELECT)
    link = f"/v1/pairings/{selection.pairing_id}" if selection.pairing_id else None
    refuse(may_deselect(open_pairing=selection.pairing_id is not None), conflict=True, link=link)
    on = plans.effective_day(
        rules_for(session, plan), deselected_on, now=now, field="deselected_on", not_before=last_day(selection.held)
    )
    quotas.free_slot(session, plan_id=plan.id, subject=SUBJECT, holder_id=agency_id)
    selection.held = ended(selection.held, on)
    say(session, AgencyDeselected, selection, on=on, by=by, now=now, reason=reason)
    plans.check_quotas(session, plan=plan, now=now)
    return selection


def note_pairing(session: Session, *, plan_id: UUID, agency_id: UUID, pairing_id: UUID | None) -> None:
    """Remember the agency's open pairing, or that it has none; the caller holds the plan's lock."""
    selection = queries.find_selection(session, plan_id=plan_id, agency_id=agency_id)
    if selection is not None:
        selection.pairing_id = pairing_id
        session.flush()
