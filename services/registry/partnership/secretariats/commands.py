"""Verbs of secretariats, from the nomination to the end. Each changes one and says so in an event."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.partnership.province_plans import commands as plans
from services.registry.partnership.province_plans.rules import begun, ended, last_day
from services.registry.partnership.quotas import commands as quotas
from services.registry.partnership.secretariats import queries
from services.registry.partnership.secretariats.facts import say
from services.registry.partnership.secretariats.lifecycle import SECRETARIAT, Action
from services.registry.partnership.secretariats.models import Secretariat
from services.registry.partnership.secretariats.rules import (
    Check,
    may_assess,
    may_complete,
    may_establish,
    may_replace_principal,
    score_of,
)
from services.registry.partnership.secretariats.steps import (
    SUBJECT,
    SecretariatExists,
    add_officer,
    appoint,
    changing,
    count,
    look_at_school,
    open_plan,
    refuse_school,
    replace_officer,
)
from services.registry.register.schools.queries import get_school
from shared.contracts.partnership import (
    SecretariatAppointmentIssued,
    SecretariatAssessed,
    SecretariatCompleted,
    SecretariatEstablished,
    SecretariatNominated,
    SecretariatOfficerChanged,
    SecretariatPassedOver,
    SecretariatResumed,
    SecretariatRevoked,
    SecretariatSelected,
    SecretariatSuspended,
)
from shared.kernel.auth import Actor
from shared.kernel.problems import refuse
from shared.values.ids import new_id


def nominate_secretariat(
    session: Session,
    *,
    programme: str,
    cycle: str,
    school_id: UUID,
    nominated_on: date | None = None,
    secretariat_id: UUID | None = None,
    by: Actor,
    now: datetime,
) -> Secretariat:
    """A school becomes a candidate of its own province.

    Raises SecretariatExists (409, with link; I-07), PlanNotStarted (409) and Refused for a kind or gender not allowed.
    """
    school = get_school(session, school_id, by=by)
    place = {"tenant": by.tenant, "programme": programme, "cycle": cycle}
    existing = queries.find_secretariat(session, **place, school_id=school.id)
    if existing is not None:
        if existing.id == secretariat_id:
            return existing
        raise SecretariatExists(link=f"/v1/secretariats/{existing.id}")
    plan, rules = open_plan(session, place, province=school.province)
    refuse_school(session, school.id, rules, by=by)
    on = plans.effective_day(rules, nominated_on, now=now, field="nominated_on", not_before=plan.started_on)
    scope = plans.scope_of(plan) | {"territory": school.territory}
    secretariat = Secretariat(id=secretariat_id or new_id(), **scope, plan_id=plan.id, school_id=school.id, active=[])
    secretariat.state, secretariat.nominated_on = SECRETARIAT.start(Action.NOMINATE), on
    look_at_school(session, secretariat, by=by)
    session.add(secretariat)
    say(session, SecretariatNominated, secretariat, on=on, now=now)
    return secretariat


def assess_secretariat(
    session: Session,
    *,
    secretariat_id: UUID,
    checklist: Mapping[str, bool],
    score: Decimal | None = None,
    assessed_on: date | None = None,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> Secretariat:
    """Record the school's conditions by the checklist; a score not given follows from the weights (R-058)."""
    secretariat, rules = changing(session, secretariat_id, Action.ASSESS, expected=expected, by=by)
    checks = [Check(item.code, item.weight, item.required) for item in rules.definition.checklist]
    refuse(may_assess(checklist, checklist=checks, score=score))
    on = plans.effective_day(rules, assessed_on, now=now, field="assessed_on", not_before=secretariat.nominated_on)
    secretariat.checklist, secretariat.assessed_on = dict(checklist), on
    secretariat.score = score if score is not None else score_of(checklist, checks)
    say(session, SecretariatAssessed, secretariat, on=on, now=now)
    return secretariat


def select_secretariat(
    session: Session,
    *,
    secretariat_id: UUID,
    decision_ref: str,
    selected_on: date | None = None,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> Secretariat:
    """The working group selects the school: it takes a slot (I-03). QuotaMaxReached (409) when all are in use."""
    secretariat, rules = changing(session, secretariat_id, Action.SELECT, expected=expected, by=by, moves_slots=True)
    on = plans.effective_day(rules, selected_on, now=now, field="selected_on", not_before=secretariat.assessed_on)
    holder: dict[str, Any] = {"plan_id": secretariat.plan_id, "subject": SUBJECT, "holder_id": secretariat.id}
    slot = quotas.take_slot(session, **holder, on=on, today=rules.today(now))
    secretariat.slot_no, secretariat.selected_on, secretariat.decision_ref = slot.slot_no, on, decision_ref
    say(session, SecretariatSelected, secretariat, on=on, now=now)
    return secretariat


def pass_over_secretariat(
    session: Session,
    *,
    secretariat_id: UUID,
    reason: str,
    decided_on: date | None = None,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> Secretariat:
    """The working group does not select the school, and says why (R-058)."""
    secretariat, rules = changing(session, secretariat_id, Action.PASS_OVER, expected=expected, by=by)
    on = plans.effective_day(rules, decided_on, now=now, field="decided_on", not_before=secretariat.assessed_on)
    secretariat.reason, secretariat.ended_on = reason, on
    say(session, SecretariatPassedOver, secretariat, on=on, now=now, kind="end", reason=reason)
    return secretariat


def issue_appointment_of_secretariat(
    session: Session,
    *,
    secretariat_id: UUID,
    person_id: UUID,
    number: str,
    letter_on: date | None = None,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> Secretariat:
    """Appoint the executing principal by letter: a principal of the school on the letter's date (I-11)."""
    secretariat, rules = changing(session, secretariat_id, Action.ISSUE_APPOINTMENT, expected=expected, by=by)
    on = plans.effective_day(rules, letter_on, now=now, field="letter_on", not_before=secretariat.selected_on)
    appoint(session, secretariat, person_id=person_id, number=number, on=on)
    letter: dict[str, Any] = {"letter_number": number, "person_id": person_id, "letter_on": on}
    say(session, SecretariatAppointmentIssued, secretariat, on=on, now=now, **letter)
    return secretariat


def establish_secretariat(
    session: Session,
    *,
    secretariat_id: UUID,
    officers: Sequence[UUID],
    duty_sheet: Sequence[str],
    action_calendar: Sequence[Mapping[str, str]],
    established_on: date | None = None,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> Secretariat:
    """It works from this day with officers, duty sheet and action calendar (I-12); now it counts for the minimum."""
    secretariat, rules = changing(session, secretariat_id, Action.ESTABLISH, expected=expected, by=by, moves_slots=True)
    refuse(may_establish(officers=officers, duty_sheet=duty_sheet, action_calendar=action_calendar))
    on = plans.effective_day(
        rules, established_on, now=now, field="established_on", not_before=secretariat.appointed_on
    )
    for person_id in dict.fromkeys(officers):
        add_officer(session, secretariat, person_id=person_id, on=on, by=by)
    secretariat.established_on = on
    secretariat.duty_sheet, secretariat.action_calendar = list(duty_sheet), [dict(each) for each in action_calendar]
    secretariat.active = begun(secretariat.active, on)
    look_at_school(session, secretariat, by=by)
    sheets: dict[str, Any] = {
        "duty_sheet": tuple(duty_sheet),
        "action_calendar": tuple(dict(each) for each in action_calendar),
    }
    say(session, SecretariatEstablished, secretariat, on=on, now=now, **sheets)
    count(session, secretariat, established_on=on, by=by, now=now)
    return secretariat


def change_officer_of_secretariat(
    session: Session,
    *,
    secretariat_id: UUID,
    role: str,
    to_person_id: UUID,
    from_person_id: UUID | None = None,
    number: str | None = None,
    on: date | None = None,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> Secretariat:
    """Another officer takes over, or another principal with a letter of their own (`number`); the pairing goes on."""
    secretariat, rules = changing(session, secretariat_id, Action.CHANGE_OFFICER, expected=expected, by=by)
    day = plans.effective_day(rules, on, now=now, field="on", not_before=secretariat.established_on)
    if role == "principal":
        from_person_id = secretariat.principal_id
        refuse(may_replace_principal(current=from_person_id, coming=to_person_id, number=number))
        appoint(session, secretariat, person_id=to_person_id, number=number or "", on=day)
    else:
        replace_officer(session, secretariat, leaving=from_person_id, coming=to_person_id, on=day, by=by)
    change: dict[str, Any] = {"role": role, "from_person": from_person_id, "to_person": to_person_id}
    say(session, SecretariatOfficerChanged, secretariat, on=day, now=now, **change)
    return secretariat


def suspend_secretariat(
    session: Session,
    *,
    secretariat_id: UUID,
    reason: str,
    on: date | None = None,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> Secretariat:
    """It rests: its slot stays taken, but it no longer counts for the minimum."""
    secretariat, rules = changing(session, secretariat_id, Action.SUSPEND, expected=expected, by=by, moves_slots=True)
    day = plans.effective_day(rules, on, now=now, field="on", not_before=last_day(secretariat.active))
    secretariat.active, secretariat.reason = ended(secretariat.active, day), reason
    say(session, SecretariatSuspended, secretariat, on=day, now=now, reason=reason)
    count(session, secretariat, established_on=None, by=by, now=now)
    return secretariat


def resume_secretariat(
    session: Session,
    *,
    secretariat_id: UUID,
    reason: str | None = None,
    on: date | None = None,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> Secretariat:
    """It works again and counts again."""
    secretariat, rules = changing(session, secretariat_id, Action.RESUME, expected=expected, by=by, moves_slots=True)
    day = plans.effective_day(rules, on, now=now, field="on", not_before=last_day(secretariat.active))
    secretariat.active, secretariat.reason = begun(secretariat.active, day), reason
    say(session, SecretariatResumed, secretariat, on=day, now=now, reason=reason)
    count(session, secretariat, established_on=secretariat.established_on, by=by, now=now)
    return secretariat


def revoke_secretariat(
    session: Session,
    *,
    secretariat_id: UUID,
    reason: str,
    on: date | None = None,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> Secretariat:
    """It loses its role: the slot is free (I-06), the history stays; dissolving its open pairing follows from this."""
    secretariat, rules = changing(session, secretariat_id, Action.REVOKE, expected=expected, by=by, moves_slots=True)
    earliest = last_day(secretariat.active) or secretariat.selected_on
    day = plans.effective_day(rules, on, now=now, field="on", not_before=earliest)
    secretariat.active, secretariat.reason, secretariat.ended_on = ended(secretariat.active, day), reason, day
    quotas.free_slot(session, plan_id=secretariat.plan_id, subject=SUBJECT, holder_id=secretariat.id)
    say(session, SecretariatRevoked, secretariat, on=day, now=now, kind="end", reason=reason)
    count(session, secretariat, established_on=None, by=by, now=now)
    return secretariat


def complete_secretariat(
    session: Session, *, secretariat_id: UUID, expected: int | None, by: Actor, now: datetime
) -> Secretariat:
    """It ends with its closed cycle, on the cycle's last day."""
    secretariat, rules = changing(session, secretariat_id, Action.COMPLETE, expected=expected, by=by)
    refuse(may_complete(cycle_state=rules.state), conflict=True)
    secretariat.active, secretariat.ended_on = ended(secretariat.active, rules.to_on), rules.to_on
    say(session, SecretariatCompleted, secretariat, on=rules.to_on, now=now, kind="end")
    return secretariat
