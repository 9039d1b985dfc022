"""The forms of a pairing: the proposal, and what may be done with one now."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.desk import (
    Act,
    Blank,
    Step,
    uuid_of,
)
from services.registry.governance.letters.queries import list_letters
from services.registry.partnership.pairings import commands, queries
from services.registry.partnership.pairings.lifecycle import OPEN, PAIRING, State
from services.registry.partnership.pairings.models import Pairing
from services.registry.partnership.province_plans.queries import find_plan
from services.registry.partnership.secretariats.queries import list_secretariats
from services.registry.partnership.selections.queries import list_selections
from services.registry.programme.cycles.queries import open_cycles
from shared.kernel.auth import Actor
from shared.kernel.problems import Refusal, refuse
from shared.web.pages import Speech

ALL = 200
PAIRABLE = ("selected", "appointed", "established")
ANSWERERS = ("province_officer", "agency_manager", "agency_contact")
OFFICER = ("province_officer",)


def propose_step(session: Session, speech: Speech, actor: Actor) -> Step:
    """The form of a proposal: secretariats without an open pairing, and the agencies selected in the own plan."""
    cycle = open_cycles(session, tenant=actor.tenant)[0]
    place = {"tenant": actor.tenant, "programme": cycle.programme, "cycle": cycle.cycle}
    plan = find_plan(session, **place, province=actor.province)
    pairings = queries.list_pairings(session, by=actor, cycle=cycle.cycle, limit=ALL)
    busy = {each.secretariat_id for each in pairings if each.state in OPEN}
    schools = [
        (str(each.id), speech.names(each.school_names))
        for each in list_secretariats(session, by=actor, cycle=cycle.cycle, limit=ALL)
        if each.state in PAIRABLE and each.id not in busy
    ]
    agencies = [
        (str(each.agency_id), speech.names(each.agency_names))
        for each in (list_selections(session, plan_id=plan.id, by=actor, state="selected", limit=ALL) if plan else [])
    ]

    def run(act: Act) -> Any:
        secretariat, agency = uuid_of(act.filled.get("secretariat_id")), uuid_of(act.filled.get("agency_id"))
        pairs = (("secretariat_id", secretariat), ("agency_id", agency))
        refuse([Refusal("choice_needed", name) for name, value in pairs if value is None])
        assert secretariat is not None and agency is not None
        return commands.propose_pairing(
            act.session,
            secretariat_id=secretariat,
            agency_id=agency,
            proposed_on=act.day("proposed_on"),
            by=act.by,
            now=act.now,
        )

    blanks = [
        Blank("secretariat_id", "choice", options=schools),
        Blank("agency_id", "choice", options=agencies),
        Blank("proposed_on", "day", required=False),
    ]
    return Step("create", run, blanks, OFFICER)


def _answering(key: UUID) -> dict[str, Step]:
    """The two answers an agency may give."""
    reason = Blank("reason", "prose")
    return {
        "accept": Step(
            "accept",
            lambda act: _answer(act, key, True),
            [Blank("number", required=False), Blank("answered_on", "day", required=False)],
            ANSWERERS,
        ),
        "decline": Step(
            "decline",
            lambda act: _answer(act, key, False),
            [reason, Blank("answered_on", "day", required=False)],
            ANSWERERS,
            soft=True,
        ),
    }


def steps_of(session: Session, speech: Speech, pairing: Pairing, actor: Actor) -> list[Step]:
    """The open steps, the next one first; an agency may only answer."""
    letters = [
        (str(each.id), f"{speech.digits(each.number or '')} – {each.subject}")
        for each in list_letters(session, by=actor, cycle=pairing.cycle, limit=ALL)
        if each.agency_id == pairing.agency_id and each.subject_code == "readiness" and each.state != "drafted"
    ]
    key = pairing.id
    reason, on = Blank("reason", "prose"), Blank("on", "day", required=False)
    known = {
        "invite": Step(
            "invite",
            lambda act: _invite(act, key),
            [Blank("letter_id", "choice", options=letters), Blank("invited_on", "day", required=False)],
            OFFICER,
        ),
        "establish": Step(
            "establish", lambda act: _establish(act, key), [Blank("established_on", "day", required=False)], OFFICER
        ),
        "resume": Step("resume", lambda act: _reasoned(act, key, commands.resume_pairing), [reason, on], OFFICER),
        "suspend": Step(
            "suspend", lambda act: _reasoned(act, key, commands.suspend_pairing), [reason, on], OFFICER, soft=True
        ),
        "dissolve": Step(
            "dissolve", lambda act: _reasoned(act, key, commands.dissolve_pairing), [reason, on], OFFICER, soft=True
        ),
        "void": Step("void", lambda act: _void(act, key), [reason], OFFICER, soft=True),
    }
    known |= _answering(key)
    order = ("invite", "accept", "establish", "resume", "decline", "suspend", "dissolve", "void")
    opened = [str(each) for each in PAIRING.open(State(pairing.state))]
    return [known[each] for each in order if each in opened]


def _common(act: Act, pairing_id: UUID) -> dict[str, Any]:
    return {"pairing_id": pairing_id, "expected": act.filled.version, "by": act.by, "now": act.now}


def _invite(act: Act, pairing_id: UUID) -> Any:
    letter = uuid_of(act.filled.get("letter_id"))
    refuse([] if letter else [Refusal("choice_needed", "letter_id")])
    assert letter is not None
    return commands.invite_pairing(
        act.session, letter_id=letter, invited_on=act.day("invited_on"), **_common(act, pairing_id)
    )


def _answer(act: Act, pairing_id: UUID, accepted: bool) -> Any:
    given: dict[str, Any] = {"answered_on": act.day("answered_on"), "number": act.filled.or_none("number")}
    if accepted:
        return commands.accept_pairing(act.session, **given, **_common(act, pairing_id))
    return commands.decline_pairing(act.session, reason=act.filled.prose("reason"), **given, **_common(act, pairing_id))


def _establish(act: Act, pairing_id: UUID) -> Any:
    return commands.establish_pairing(act.session, established_on=act.day("established_on"), **_common(act, pairing_id))


def _reasoned(act: Act, pairing_id: UUID, run: Any) -> Any:
    return run(act.session, reason=act.filled.prose("reason"), on=act.day("on"), **_common(act, pairing_id))


def _void(act: Act, pairing_id: UUID) -> Any:
    return commands.void_pairing(act.session, reason=act.filled.prose("reason"), **_common(act, pairing_id))
