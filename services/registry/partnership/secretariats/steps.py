"""Steps that several verbs of secretariats share."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.partnership.province_plans import commands as plans
from services.registry.partnership.province_plans.queries import find_plan, get_plan, rules_for
from services.registry.partnership.province_plans.rules import CycleRules
from services.registry.partnership.quotas import commands as quotas
from services.registry.partnership.secretariats import queries
from services.registry.partnership.secretariats.lifecycle import Action
from services.registry.partnership.secretariats.models import Appointment, Officer, Secretariat
from services.registry.partnership.secretariats.rules import may_appoint, may_change_officer, may_nominate
from services.registry.register.people.queries import get_person
from services.registry.register.roles.queries import holders_of
from services.registry.register.schools.queries import get_school
from shared.contracts.base import Dimensions
from shared.kernel.auth import Actor
from shared.kernel.problems import Conflict, expect, refuse
from shared.values.ids import new_id

SUBJECT = "secretariat"


class SecretariatExists(Conflict):
    """This school has a secretariat in this cycle already."""


class PlanNotStarted(Conflict):
    """This province has not started its plan for this cycle."""


class AppointmentNumberTaken(Conflict):
    """Another appointment letter of this province and cycle has this number."""


def changing(
    session: Session,
    secretariat_id: UUID,
    action: Action,
    *,
    expected: int | None,
    by: Actor,
    moves_slots: bool = False,
) -> tuple[Secretariat, CycleRules]:
    """The secretariat, moved by an action, and its rules; with `moves_slots` its plan is locked first."""
    secretariat = queries.get_secretariat(session, secretariat_id, by=by)
    if moves_slots:
        get_plan(session, secretariat.plan_id, by=by, lock=True)
    expect(secretariat, expected)
    secretariat.become(action)
    return secretariat, rules_for(session, secretariat)


def open_plan(session: Session, place: dict[str, str], *, province: str) -> tuple[Any, CycleRules]:
    """The plan of a province in a cycle, with its rules; PlanNotStarted (409) when there is none or it has ended."""
    plan = find_plan(session, **place, province=province)
    if plan is None or plan.state == "closed":
        raise PlanNotStarted
    return plan, rules_for(session, plan)


def refuse_school(session: Session, school_id: UUID, rules: CycleRules, *, by: Actor) -> None:
    """Refused (422) for a school that cannot be a secretariat."""
    school = get_school(session, school_id, by=by)
    pairing = rules.definition.pairing
    refuse(
        may_nominate(
            school_kind=school.kind,
            allowed_kinds=pairing.school_kinds if pairing else (),
            school_gender=school.gender,
            allowed_genders=pairing.school_genders if pairing else (),
            school_open=school.state == "active",
        )
    )


def look_at_school(session: Session, secretariat: Secretariat, *, by: Actor) -> None:
    """Copy the school's names and attributes as they are now; events carry them, so that readers need no look-up."""
    school = get_school(session, secretariat.school_id, by=by)
    secretariat.school_names = school.names
    secretariat.dims = Dimensions(
        gender=school.gender, stages=tuple(school.stages), disability_groups=tuple(school.disability_groups)
    ).model_dump(mode="json")


def appoint(session: Session, secretariat: Secretariat, *, person_id: UUID, number: str, on: date) -> None:
    """Add an appointment letter and end the one before; it names a principal of the school on that day (I-11)."""
    place = {"tenant": secretariat.tenant, "province": secretariat.province, "cycle": secretariat.cycle}
    if queries.find_appointment(session, **place, number=number) is not None:
        raise AppointmentNumberTaken
    holders: dict[str, Any] = {
        "tenant": secretariat.tenant,
        "role": "principal",
        "organisation_id": secretariat.school_id,
    }
    refuse(may_appoint(person_id=person_id, principals=holders_of(session, **holders, on=on)))
    for letter in queries.list_appointments(session, secretariat.id):
        if letter.ended_on is None:
            letter.ended_on = on
    scope: dict[str, Any] = plans.scope_of(secretariat)
    letter = Appointment(
        id=new_id(), **scope, secretariat_id=secretariat.id, number=number, letter_on=on, person_id=person_id
    )
    session.add(letter)
    secretariat.appointed_on, secretariat.appointment_number, secretariat.principal_id = on, number, person_id
    session.flush()


def add_officer(session: Session, secretariat: Secretariat, *, person_id: UUID, on: date, by: Actor) -> None:
    """A person runs the secretariat from a day on; PersonNotFound for one outside the actor's reach."""
    person = get_person(session, person_id, by=by)
    scope: dict[str, Any] = plans.scope_of(secretariat)
    session.add(Officer(id=new_id(), **scope, secretariat_id=secretariat.id, person_id=person.id, from_on=on))
    session.flush()


def replace_officer(
    session: Session, secretariat: Secretariat, *, leaving: UUID | None, coming: UUID, on: date, by: Actor
) -> None:
    """Another officer takes over from a day on, or joins when nobody leaves."""
    officers = {each.person_id: each for each in queries.officers_of(session, secretariat.id)}
    refuse(may_change_officer(current=list(officers), leaving=leaving, coming=coming))
    if leaving is not None:
        officers[leaving].to_on = on
    add_officer(session, secretariat, person_id=coming, on=on, by=by)


def count(session: Session, secretariat: Secretariat, *, established_on: date | None, by: Actor, now: datetime) -> None:
    """Tell the plan since when the secretariat is established, or that it is not; the minimum may turn (I-05)."""
    plan = get_plan(session, secretariat.plan_id, by=by, lock=True)
    slot: dict[str, Any] = {"plan_id": plan.id, "subject": SUBJECT, "holder_id": secretariat.id}
    quotas.note_established(session, **slot, on=established_on)
    plans.check_quotas(session, plan=plan, now=now)
