"""History for the partnership wing's tests: a province that has got as far as a test needs."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registry.governance.letters.commands import draft_letter, send_letter
from services.registry.governance.letters.models import Letter
from services.registry.partnership.pairings import commands as pairings
from services.registry.partnership.pairings.models import Pairing
from services.registry.partnership.province_plans.commands import start_plan
from services.registry.partnership.province_plans.models import ProvincePlan
from services.registry.partnership.province_plans.queries import find_plan
from services.registry.partnership.secretariats import commands as secretariats
from services.registry.partnership.secretariats.models import Secretariat
from services.registry.partnership.selections.commands import select_agency
from services.registry.partnership.selections.models import Selection
from services.registry.programme.cycles.queries import rules_of
from shared.kernel.auth import Actor
from shared.kernel.outbox import Outbox
from tests.support.actors import TABRIZ, TENANT, an_actor
from tests.support.registry_world import CYCLE, PROGRAMME, a_person, a_role, a_school, an_agency

MEHR_21 = datetime(2020, 10, 12, 6, 0, tzinfo=UTC)
ABAN_1 = datetime(2020, 10, 21, 20, 30, tzinfo=UTC)
"""00:00 in Tehran on Thursday 1 Aban 1399: the launch window is over."""
SHEET: dict[str, Any] = {
    "duty_sheet": ["ارتباط با مدرسه‌ها"],
    "action_calendar": [{"on": "2020-11-01", "title": "نشست"}],
}
DAY = date(2020, 9, 24)


@dataclass(frozen=True)
class Side:
    """A school's secretariat and the people in it."""

    secretariat: Secretariat
    principal: UUID
    officer: UUID


def a_plan(session: Session, *, province: str = "IR-03", by: Actor = TABRIZ, now: datetime = MEHR_21) -> ProvincePlan:
    """The started plan of a province; the one it has, when it has one."""
    place = {"tenant": TENANT, "programme": PROGRAMME, "cycle": CYCLE}
    found = find_plan(session, **place, province=province)
    return found or start_plan(
        session, programme=PROGRAMME, cycle=CYCLE, province=province, started_on=DAY, by=by, now=now
    )


def a_secretariat(
    session: Session, *, upto: str = "established", province: str = "IR-03", by: Actor = TABRIZ, now: datetime = MEHR_21
) -> Side:
    """A secretariat in the state `upto`: nominated, assessed, selected, appointed or established."""
    a_plan(session, province=province, by=by)
    school = a_school(session, now=MEHR_21, province=province)
    people = [a_person(session, now=MEHR_21, province=province) for _ in range(2)]
    a_role(
        session, person=people[0], role="principal", province=province, organisation_id=school.id,
        organisation_kind="school", now=MEHR_21,
    )  # fmt: skip
    found = secretariats.nominate_secretariat(
        session, programme=PROGRAMME, cycle=CYCLE, school_id=school.id, nominated_on=DAY, by=by, now=now
    )
    number = f"{province}/{str(found.id)[-6:]}"
    officers: dict[str, Any] = {"officers": [people[1].id], **SHEET}
    steps: list[tuple[str, Any, dict[str, Any]]] = [
        ("assessed", secretariats.assess_secretariat, {"checklist": checklist(session)}),
        ("selected", secretariats.select_secretariat, {"decision_ref": "1"}),
        ("appointed", secretariats.issue_appointment_of_secretariat, {"person_id": people[0].id, "number": number}),
        ("established", secretariats.establish_secretariat, officers),
    ]
    for reached, command, values in steps:
        if found.state == upto:
            break
        command(session, secretariat_id=found.id, **values, expected=found.version, by=by, now=now)
        assert found.state == reached
    return Side(found, people[0].id, people[1].id)


def checklist(session: Session) -> dict[str, bool]:
    """Yes to every item of the programme's checklist."""
    rules = rules_of(session, tenant=TENANT, programme=PROGRAMME, cycle=CYCLE)
    return {item.code: True for item in rules.checklist}


def a_selection(
    session: Session,
    *,
    province: str = "IR-03",
    sector: str = "governmental",
    by: Actor = TABRIZ,
    now: datetime = MEHR_21,
) -> Selection:
    """An agency of the pool that holds a slot."""
    plan = a_plan(session, province=province, by=by)
    agency = an_agency(session, now=MEHR_21, province=province, sector=sector)
    return select_agency(session, plan_id=plan.id, agency_id=agency.id, decision_ref="1", by=by, now=now)


def a_letter(session: Session, agency_id: UUID, *, province: str = "IR-03", by: Actor = TABRIZ) -> Letter:
    """The province's letter of readiness to an agency, sent."""
    letter = draft_letter(
        session, programme=PROGRAMME, cycle=CYCLE, province=province, direction="province_to_agency",
        subject_code="readiness", subject="اعلام آمادگی", agency_id=agency_id, by=by, now=MEHR_21,
    )  # fmt: skip
    return send_letter(session, letter_id=letter.id, expected=letter.version, by=by, now=MEHR_21)


def a_pairing(
    session: Session,
    *,
    upto: str = "established",
    province: str = "IR-03",
    secretariat: str = "established",
    by: Actor = TABRIZ,
    now: datetime = MEHR_21,
) -> Pairing:
    """A pairing in the state `upto`: proposed, invited, accepted or established."""
    side = a_secretariat(session, upto=secretariat, province=province, by=by, now=now)
    selection = a_selection(session, province=province, by=by, now=now)
    pairing = pairings.propose_pairing(
        session, secretariat_id=side.secretariat.id, agency_id=selection.agency_id, by=by, now=now
    )
    steps: list[tuple[str, Any]] = [
        ("invited", pairings.invite_pairing),
        ("accepted", pairings.accept_pairing),
        ("established", pairings.establish_pairing),
    ]
    for reached, command in steps:
        if pairing.state == upto:
            break
        values = {"letter_id": a_letter(session, selection.agency_id, province=province, by=by).id}
        values = values if reached == "invited" else {}
        command(session, pairing_id=pairing.id, **values, expected=pairing.version, by=by, now=now)
        assert pairing.state == reached
    return pairing


def events_of(session: Session, noun: str) -> list[dict[str, Any]]:
    """What was said about a noun, in order: the data with the short type as `said`."""
    session.flush()
    rows = session.scalars(select(Outbox).where(Outbox.type.like(f"peyvand.{noun}.%")).order_by(Outbox.id))
    return [{"said": row.type.split(".")[2], **(row.data or {})} for row in rows]


def officer_of(province: str) -> Actor:
    """A province officer."""
    return an_actor("province_officer", province)
