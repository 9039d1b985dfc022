"""The forms of a province plan: its start, and what may be done with one now."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.desk import (
    Act,
    Blank,
    Step,
    uuid_of,
)
from services.registry.partnership.province_plans import commands, queries
from services.registry.partnership.quotas.queries import slots_of
from services.registry.partnership.quotas.rules import Limits
from services.registry.partnership.selections import commands as selecting
from services.registry.partnership.selections.queries import list_selections
from services.registry.programme.cycles.queries import open_cycles
from services.registry.register.agencies.queries import list_agencies
from services.registry.register.territories.queries import list_provinces
from shared.kernel.auth import Actor
from shared.kernel.problems import Refusal, refuse
from shared.values.texts import digits_to_ascii
from shared.web.pages import Speech

HQ = ("hq_officer",)
ALL = 200
OFFICER = ("province_officer",)


def start_step(session: Session, speech: Speech, actor: Actor) -> Step:
    """The form that starts a province's plan."""
    cycle = open_cycles(session, tenant=actor.tenant)[0]
    provinces = [
        (each.code, speech.names(each.names))
        for each in list_provinces(session, tenant=actor.tenant)
        if actor.national or each.code == actor.province
    ]

    def run(act: Act) -> Any:
        return commands.start_plan(
            act.session,
            programme=cycle.programme,
            cycle=cycle.cycle,
            province=act.filled.line("province"),
            started_on=act.day("started_on"),
            by=act.by,
            now=act.now,
        )

    blanks = [Blank("province", "choice", options=provinces), Blank("started_on", "day", required=False)]
    return Step("create", run, blanks, (*OFFICER, *HQ))


def _pool(session: Session, speech: Speech, plan: Any, actor: Actor) -> list[tuple[str, str]]:
    """Agencies of the province that hold no slot yet."""
    chosen = {
        each.agency_id for each in list_selections(session, plan_id=plan.id, by=actor, state="selected", limit=ALL)
    }
    return [
        (str(each.id), speech.names(each.names))
        for each in list_agencies(session, by=actor, limit=ALL)
        if each.id not in chosen
    ]


def _quotas(session: Session, speech: Speech, plan: Any) -> list[tuple[str, str]]:
    return [
        (each.quota_id, str(speech.t(f"plan.subject.{each.subject}")))
        for each in slots_of(session, plan.id, plan.launch_to)
    ]


def steps_of(session: Session, speech: Speech, plan: Any, actor: Actor) -> list[Step]:
    """The open steps of the plan: agencies, launch, exception."""
    pool, quotas = _pool(session, speech, plan, actor), _quotas(session, speech, plan)
    key = plan.id
    known = {
        "select-agency": Step(
            "select-agency",
            lambda act: _select(act, key),
            [
                Blank("agency_id", "choice", options=pool),
                Blank("decision_ref"),
                Blank("selected_on", "day", required=False),
            ],
            OFFICER,
        ),
        "launch": Step(
            "launch", lambda act: _launch(act, key), [Blank("launched_on", "day", required=False)], OFFICER, soft=True
        ),
        "grant-exception": Step(
            "grant-exception",
            lambda act: _grant(act, key),
            [
                Blank("quota_id", "choice", options=quotas),
                Blank("min"),
                Blank("max"),
                Blank("until_on", "day"),
                Blank("reason", "prose"),
            ],
            HQ,
            soft=True,
        ),
        "close": Step(
            "close", lambda act: _close(act, key), [Blank("closed_on", "day", required=False)], OFFICER, soft=True
        ),
    }
    opened = queries.open_actions_of(plan)
    return [known[each] for each in known if each in opened]


def _select(act: Act, plan_id: UUID) -> Any:
    agency = uuid_of(act.filled.get("agency_id"))
    refuse([] if agency else [Refusal("choice_needed", "agency_id")])
    assert agency is not None
    return selecting.select_agency(
        act.session,
        plan_id=plan_id,
        agency_id=agency,
        decision_ref=act.filled.line("decision_ref"),
        selected_on=act.day("selected_on"),
        by=act.by,
        now=act.now,
    )


def _launch(act: Act, plan_id: UUID) -> Any:
    return commands.launch_plan(
        act.session,
        plan_id=plan_id,
        launched_on=act.day("launched_on"),
        expected=act.filled.version,
        by=act.by,
        now=act.now,
    )


def _grant(act: Act, plan_id: UUID) -> Any:
    numbers = {name: digits_to_ascii(act.filled.get(name)) for name in ("min", "max")}
    until = act.day("until_on")
    wrong = [
        Refusal("number_needed", name)
        for name, text in numbers.items()
        if not (text.isascii() and text.isdigit() and len(text) < 4)
    ]
    refuse(wrong + ([] if until else [Refusal("day_needed", "until_on")]))
    assert until is not None
    return commands.grant_exception(
        act.session,
        plan_id=plan_id,
        quota_id=act.filled.line("quota_id"),
        limits=Limits(int(numbers["min"]), int(numbers["max"])),
        until_on=until,
        reason=act.filled.prose("reason"),
        by=act.by,
        now=act.now,
    )


def _close(act: Act, plan_id: UUID) -> Any:
    return commands.close_plan(
        act.session,
        plan_id=plan_id,
        closed_on=act.day("closed_on"),
        expected=act.filled.version,
        by=act.by,
        now=act.now,
    )
