"""The forms of a secretariat: nomination, and what may be done with one now."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.desk import (
    Act,
    Blank,
    Step,
    uuid_of,
)
from services.registry.partnership.secretariats import commands, queries
from services.registry.partnership.secretariats.models import Secretariat
from services.registry.programme.cycles.queries import open_cycles, rules_of
from services.registry.register.people.queries import people_named
from services.registry.register.roles.queries import holders_of
from services.registry.register.schools.queries import list_schools
from shared.kernel.auth import Actor
from shared.kernel.problems import Refusal, refuse
from shared.values.texts import digits_to_ascii
from shared.web.pages import Speech

ALL = 200
OFFICER = ("province_officer",)
REASONED: dict[str, Any] = {
    "resume": commands.resume_secretariat,
    "pass-over": commands.pass_over_secretariat,
    "suspend": commands.suspend_secretariat,
    "revoke": commands.revoke_secretariat,
}


def nominate_step(session: Session, speech: Speech, actor: Actor) -> Step:
    """The form that nominates one of the schools that are no candidate yet."""
    cycle = open_cycles(session, tenant=actor.tenant)[0]
    taken = {each.school_id for each in queries.list_secretariats(session, by=actor, cycle=cycle.cycle, limit=ALL)}
    schools = [each for each in list_schools(session, by=actor, limit=ALL) if each.id not in taken]

    def run(act: Act) -> Any:
        school = uuid_of(act.filled.get("school_id"))
        refuse([] if school else [Refusal("choice_needed", "school_id")])
        assert school is not None
        return commands.nominate_secretariat(
            act.session,
            programme=cycle.programme,
            cycle=cycle.cycle,
            school_id=school,
            nominated_on=act.day("nominated_on"),
            by=act.by,
            now=act.now,
        )

    options = sorted(((str(each.id), speech.names(each.names)) for each in schools), key=lambda pair: pair[1])
    return Step(
        "create",
        run,
        [Blank("school_id", "choice", options=options), Blank("nominated_on", "day", required=False)],
        OFFICER,
    )


def _reason_step(action: str, run: Any, key: UUID) -> Step:
    return Step(
        action, lambda act: _reasoned(act, key, run), [Blank("reason", "prose")], OFFICER, soft=action != "resume"
    )


def _step(key: UUID, action: str, run: Any, *blanks: Blank) -> Step:
    return Step(action, lambda act: run(act, key), blanks, OFFICER)


def steps_of(session: Session, speech: Speech, secretariat: Secretariat, actor: Actor, now: datetime) -> list[Step]:
    """The open steps, the next one first."""
    rules = rules_of(session, tenant=actor.tenant, programme=secretariat.programme, cycle=secretariat.cycle)
    checklist = [(item.code, speech.names(item.names)) for item in rules.checklist]
    duties = [(item.code, speech.names(item.names)) for item in rules.duty_sheet]
    here: dict[str, Any] = {"organisation_id": secretariat.school_id, "tenant": actor.tenant, "on": now.date()}
    principals = _people(session, speech, actor, holders_of(session, role="principal", **here))
    officers = _people(session, speech, actor, holders_of(session, role="secretariat_officer", **here)) or principals

    step = partial(_step, secretariat.id)
    known = {
        "assess": step(
            "assess",
            lambda act, id: _assess(act, id, checklist),
            Blank("checklist_items", "checks", options=checklist),
            Blank("score", required=False, hint="score"),
            Blank("assessed_on", "day", required=False),
        ),
        "select": step("select", _select, Blank("decision_ref"), Blank("selected_on", "day", required=False)),
        "issue-appointment": step(
            "issue-appointment",
            _appoint,
            Blank("person_id", "choice", options=principals),
            Blank("number"),
            Blank("letter_on", "day", required=False),
        ),
        "establish": step(
            "establish",
            lambda act, id: _establish(act, id, dict(duties)),
            Blank("officers", "checks", options=officers),
            Blank("duties", "checks", options=duties),
            Blank("calendar_title"),
            Blank("calendar_on", "day"),
            Blank("established_on", "day", required=False),
        ),
    }
    known |= {action: _reason_step(action, run, secretariat.id) for action, run in REASONED.items()}
    opened = queries.open_actions_of(secretariat)
    return [known[each] for each in known if each in opened]


def _people(session: Session, speech: Speech, actor: Actor, ids: Sequence[UUID]) -> list[tuple[str, str]]:
    found = people_named(session, person_ids=list(ids), tenant=actor.tenant)
    return [(str(key), speech.digits(name)) for key, name in found.items()]


def _common(act: Act, secretariat_id: UUID) -> dict[str, Any]:
    return {"secretariat_id": secretariat_id, "expected": act.filled.version, "by": act.by, "now": act.now}


def _assess(act: Act, secretariat_id: UUID, checklist: Sequence[tuple[str, str]]) -> Any:
    ticked = set(act.filled.lists.get("checklist_items", []))
    text = digits_to_ascii(act.filled.get("score")).replace("٫", ".")
    try:
        score = Decimal(text) if text else None
    except InvalidOperation:
        score = Decimal(-1)
    return commands.assess_secretariat(
        act.session,
        checklist={code: code in ticked for code, _ in checklist},
        score=score,
        assessed_on=act.day("assessed_on"),
        **_common(act, secretariat_id),
    )


def _select(act: Act, secretariat_id: UUID) -> Any:
    return commands.select_secretariat(
        act.session,
        decision_ref=act.filled.line("decision_ref"),
        selected_on=act.day("selected_on"),
        **_common(act, secretariat_id),
    )


def _appoint(act: Act, secretariat_id: UUID) -> Any:
    person = uuid_of(act.filled.get("person_id"))
    refuse([] if person else [Refusal("choice_needed", "person_id")])
    assert person is not None
    return commands.issue_appointment_of_secretariat(
        act.session,
        person_id=person,
        number=act.filled.line("number"),
        letter_on=act.day("letter_on"),
        **_common(act, secretariat_id),
    )


def _establish(act: Act, secretariat_id: UUID, duties: dict[str, str]) -> Any:
    on = act.day("calendar_on")
    refuse([] if on else [Refusal("day_needed", "calendar_on")])
    assert on is not None
    return commands.establish_secretariat(
        act.session,
        officers=[UUID(each) for each in act.filled.lists.get("officers", []) if uuid_of(each)],
        duty_sheet=[duties[code] for code in act.filled.lists.get("duties", []) if code in duties],
        action_calendar=[{"on": on.isoformat(), "title": act.filled.line("calendar_title")}],
        established_on=act.day("established_on"),
        **_common(act, secretariat_id),
    )


def _reasoned(act: Act, secretariat_id: UUID, run: Any) -> Any:
    return run(act.session, reason=act.filled.prose("reason"), **_common(act, secretariat_id))
