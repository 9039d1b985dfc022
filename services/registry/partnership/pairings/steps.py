"""Steps that several verbs of pairings share."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.registry.governance.letters.commands import register_answer
from services.registry.partnership.pairings import queries
from services.registry.partnership.pairings.lifecycle import OPEN, Action, State
from services.registry.partnership.pairings.models import Pairing
from services.registry.partnership.pairings.rules import may_answer
from services.registry.partnership.province_plans import commands as plans
from services.registry.partnership.province_plans.queries import get_plan, rules_for
from services.registry.partnership.province_plans.rules import CycleRules, last_day
from services.registry.partnership.quotas import commands as quotas
from services.registry.partnership.selections import commands as selections
from services.registry.partnership.selections.commands import SUBJECT
from shared.kernel.auth import Actor
from shared.kernel.problems import Conflict, expect, refuse


class PairingExists(Conflict):
    """This secretariat or this agency has an open pairing in this cycle already."""


def add(session: Session, pairing: Pairing) -> None:
    """Insert a pairing. The partial unique indexes decide a race; the loser gets PairingExists (I-08)."""
    try:
        with session.begin_nested():
            session.add(pairing)
            session.flush()
    except IntegrityError as error:
        place: dict[str, Any] = {"tenant": pairing.tenant, "programme": pairing.programme, "cycle": pairing.cycle}
        sides: dict[str, Any] = {"secretariat_id": pairing.secretariat_id, "agency_id": pairing.agency_id}
        other = queries.find_open_pairing(session, **place, **sides)
        raise PairingExists(link=f"/v1/pairings/{other.id}" if other else None) from error


def changing(
    session: Session, pairing_id: UUID, action: Action, *, expected: int | None, by: Actor
) -> tuple[Pairing, CycleRules]:
    """The pairing, moved by an action, and the rules of its cycle; its plan is locked, because counts may follow."""
    pairing = queries.get_pairing(session, pairing_id, by=by)
    get_plan(session, pairing.plan_id, by=by, lock=True)
    expect(pairing, expected)
    pairing.become(action)
    return pairing, rules_for(session, pairing)


def changing_on(
    session: Session,
    pairing_id: UUID,
    action: Action,
    on: date | None,
    *,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> tuple[Pairing, date]:
    """As `changing`, with the day it takes effect: not before the last thing that happened to the pairing."""
    pairing, rules = changing(session, pairing_id, action, expected=expected, by=by)
    return pairing, plans.effective_day(rules, on, now=now, field="on", not_before=latest_day(pairing))


def latest_day(pairing: Pairing) -> date:
    """The day of the last thing that happened to the pairing."""
    steps = (pairing.proposed_on, pairing.invited_on, pairing.answered_on, last_day(pairing.active))
    return max(day for day in steps if day is not None)


def answered(
    session: Session,
    pairing_id: UUID,
    action: Action,
    number: str | None,
    answered_on: date | None,
    *,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> tuple[Pairing, date]:
    """The agency's answer and its day; the letter of readiness is answered with it, so nobody is reminded of it."""
    pairing, rules = changing(session, pairing_id, action, expected=expected, by=by)
    own = pairing.agency_id in by.organisations(*queries.IN_AGENCY)
    refuse(may_answer(own=own, official=by.has(*queries.WIDE)))
    on = plans.effective_day(rules, answered_on, now=now, field="answered_on", not_before=pairing.invited_on)
    pairing.answered_on = on
    if pairing.letter_id is not None:
        register_answer(session, letter_id=pairing.letter_id, number=number, answered_on=on, by=by, now=now)
    return pairing, on


def count(session: Session, pairing: Pairing, *, by: Actor, now: datetime) -> None:
    """Tell the plan whether the agency is linked and whether it is occupied; the minimum may turn (I-05, I-06)."""
    plan = get_plan(session, pairing.plan_id, by=by, lock=True)
    linked_on = pairing.established_on if pairing.state == State.ESTABLISHED else None
    slot: dict[str, Any] = {"plan_id": plan.id, "subject": SUBJECT, "holder_id": pairing.agency_id}
    quotas.note_established(session, **slot, on=linked_on)
    occupied_by = pairing.id if pairing.state in OPEN else None
    selections.note_pairing(session, plan_id=plan.id, agency_id=pairing.agency_id, pairing_id=occupied_by)
    plans.check_quotas(session, plan=plan, now=now)


def dims(school: Mapping[str, Any], agency: Mapping[str, Any]) -> dict[str, Any]:
    """The school's attributes and the agency's, as both are now."""
    return {**school, "agency_kind": agency["agency_kind"], "agency_sector": agency["agency_sector"]}


def iso(days: Mapping[str, date | None]) -> dict[str, str | None]:
    """Days as the texts an event carries."""
    return {name: day.isoformat() if day is not None else None for name, day in days.items()}
