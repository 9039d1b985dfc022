"""The door of secretariats: /v1/secretariats."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy.orm import Session

from services.registry.partnership.quotas.commands import QuotaMaxReached
from services.registry.partnership.secretariats import commands, queries, schemas
from services.registry.partnership.secretariats.schemas import SecretariatOut
from services.registry.partnership.secretariats.steps import AppointmentNumberTaken, PlanNotStarted, SecretariatExists
from services.registry.register.people.queries import PersonNotFound
from services.registry.register.schools.queries import SchoolNotFound
from shared.kernel.http import ActorDep, IfMatchDep, NowDep, SessionDep, answer, new_router, problems, require
from shared.kernel.lifecycle import IllegalTransition
from shared.kernel.pagination import LIMIT, MOST, Page, page, read_cursor
from shared.kernel.problems import Overtaken, Refused, RefusedNow, Stale
from shared.kernel.wire import Code

router = new_router("secretariats")
OFFICERS = require("province_officer", "district_officer", "hq_officer")
READERS = require(*queries.WIDE, *queries.IN_SCHOOL)
CHANGING = problems(queries.SecretariatNotFound, IllegalTransition, Refused, Stale, Overtaken)


@router.get("", dependencies=[READERS])
def list_secretariats(
    session: SessionDep,
    actor: ActorDep,
    programme: Code | None = None,
    cycle: Code | None = None,
    province: Code | None = None,
    state: Code | None = None,
    school_id: UUID | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
) -> Page[SecretariatOut]:
    """Secretariats within reach, filtered, a page at a time."""
    rows = queries.list_secretariats(
        session, by=actor, programme=programme, cycle=cycle, province=province, state=state, school_id=school_id,
        after=read_cursor(cursor), limit=limit,
    )  # fmt: skip
    officers = queries.officers_by_secretariat(session, [row.id for row in rows])
    return Page[SecretariatOut](**page(rows, limit, lambda row: SecretariatOut.of(row, officers[row.id])))


@router.get("/{secretariat_id}", dependencies=[READERS], responses=problems(queries.SecretariatNotFound))
def get_secretariat(secretariat_id: UUID, session: SessionDep, actor: ActorDep, response: Response) -> SecretariatOut:
    """One secretariat; its version is the ETag for the next If-Match."""
    return _out(session, response, queries.get_secretariat(session, secretariat_id, by=actor))


@router.post(
    "",
    status_code=201,
    dependencies=[OFFICERS],
    responses=problems(SecretariatExists, PlanNotStarted, SchoolNotFound, Refused),
)
def nominate_secretariat(
    body: schemas.SecretariatIn, session: SessionDep, actor: ActorDep, now: NowDep, response: Response
) -> SecretariatOut:
    """Nominate a school of the province; 409 with `link` when it has a secretariat in this cycle."""
    secretariat = commands.nominate_secretariat(
        session,
        secretariat_id=body.id,
        programme=body.programme,
        cycle=body.cycle,
        school_id=body.school_id,
        nominated_on=body.nominated_on,
        by=actor,
        now=now,
    )
    return _out(session, response, secretariat)


@router.post("/{secretariat_id}/assess", dependencies=[OFFICERS], responses=CHANGING)
def assess_secretariat(
    secretariat_id: UUID,
    body: schemas.AssessmentIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> SecretariatOut:
    """Record the answers to the checklist."""
    secretariat = commands.assess_secretariat(
        session,
        secretariat_id=secretariat_id,
        checklist=body.checklist,
        score=body.score,
        assessed_on=body.assessed_on,
        expected=if_match,
        by=actor,
        now=now,
    )
    return _out(session, response, secretariat)


@router.post("/{secretariat_id}/select", dependencies=[OFFICERS], responses=CHANGING | problems(QuotaMaxReached))
def select_secretariat(
    secretariat_id: UUID,
    body: schemas.SelectionIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> SecretariatOut:
    """Select it by decision of the working group; 409 when all slots are in use."""
    secretariat = commands.select_secretariat(
        session,
        secretariat_id=secretariat_id,
        decision_ref=body.decision_ref,
        selected_on=body.selected_on,
        expected=if_match,
        by=actor,
        now=now,
    )
    return _out(session, response, secretariat)


@router.post("/{secretariat_id}/pass-over", dependencies=[OFFICERS], responses=CHANGING)
def pass_over_secretariat(
    secretariat_id: UUID,
    body: schemas.PassingOverIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> SecretariatOut:
    """Do not select it, for a reason."""
    secretariat = commands.pass_over_secretariat(
        session,
        secretariat_id=secretariat_id,
        reason=body.reason,
        decided_on=body.decided_on,
        expected=if_match,
        by=actor,
        now=now,
    )
    return _out(session, response, secretariat)


@router.post(
    "/{secretariat_id}/issue-appointment",
    dependencies=[OFFICERS],
    responses=CHANGING | problems(AppointmentNumberTaken),
)
def issue_appointment_of_secretariat(
    secretariat_id: UUID,
    body: schemas.AppointmentIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> SecretariatOut:
    """Issue the appointment letter of its principal."""
    secretariat = commands.issue_appointment_of_secretariat(
        session,
        secretariat_id=secretariat_id,
        person_id=body.person_id,
        number=body.number,
        letter_on=body.letter_on,
        expected=if_match,
        by=actor,
        now=now,
    )
    return _out(session, response, secretariat)


@router.post("/{secretariat_id}/establish", dependencies=[OFFICERS], responses=CHANGING | problems(PersonNotFound))
def establish_secretariat(
    secretariat_id: UUID,
    body: schemas.EstablishmentIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> SecretariatOut:
    """Establish it with officers, duty sheet and action calendar."""
    secretariat = commands.establish_secretariat(
        session,
        secretariat_id=secretariat_id,
        officers=body.officers,
        duty_sheet=body.duty_sheet,
        action_calendar=body.calendar(),
        established_on=body.established_on,
        expected=if_match,
        by=actor,
        now=now,
    )
    return _out(session, response, secretariat)


@router.post(
    "/{secretariat_id}/change-officer",
    dependencies=[OFFICERS],
    responses=CHANGING | problems(PersonNotFound, AppointmentNumberTaken),
)
def change_officer_of_secretariat(
    secretariat_id: UUID,
    body: schemas.OfficerChangeIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> SecretariatOut:
    """Let another officer or principal take over."""
    secretariat = commands.change_officer_of_secretariat(
        session,
        secretariat_id=secretariat_id,
        role=body.role,
        to_person_id=body.to_person_id,
        from_person_id=body.from_person_id,
        number=body.number,
        on=body.on,
        expected=if_match,
        by=actor,
        now=now,
    )
    return _out(session, response, secretariat)


@router.post("/{secretariat_id}/suspend", dependencies=[OFFICERS], responses=CHANGING)
def suspend_secretariat(
    secretariat_id: UUID,
    body: schemas.ChangeIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> SecretariatOut:
    """Let it rest."""
    secretariat = commands.suspend_secretariat(
        session, secretariat_id=secretariat_id, reason=body.reason, on=body.on, expected=if_match, by=actor, now=now
    )
    return _out(session, response, secretariat)


@router.post("/{secretariat_id}/resume", dependencies=[OFFICERS], responses=CHANGING)
def resume_secretariat(
    secretariat_id: UUID,
    body: schemas.ResumptionIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> SecretariatOut:
    """Let it work again."""
    secretariat = commands.resume_secretariat(
        session, secretariat_id=secretariat_id, reason=body.reason, on=body.on, expected=if_match, by=actor, now=now
    )
    return _out(session, response, secretariat)


@router.post("/{secretariat_id}/revoke", dependencies=[OFFICERS], responses=CHANGING)
def revoke_secretariat(
    secretariat_id: UUID,
    body: schemas.ChangeIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> SecretariatOut:
    """Take the role away; the slot is free, an open pairing is dissolved."""
    secretariat = commands.revoke_secretariat(
        session, secretariat_id=secretariat_id, reason=body.reason, on=body.on, expected=if_match, by=actor, now=now
    )
    return _out(session, response, secretariat)


@router.post("/{secretariat_id}/complete", dependencies=[OFFICERS], responses=CHANGING | problems(RefusedNow))
def complete_secretariat(
    secretariat_id: UUID,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> SecretariatOut:
    """End it with its closed cycle."""
    secretariat = commands.complete_secretariat(
        session, secretariat_id=secretariat_id, expected=if_match, by=actor, now=now
    )
    return _out(session, response, secretariat)


def _out(session: Session, response: Response, secretariat: Any) -> SecretariatOut:
    answer(response, secretariat)
    officers = queries.officers_by_secretariat(session, [secretariat.id])
    return SecretariatOut.of(secretariat, officers[secretariat.id])
