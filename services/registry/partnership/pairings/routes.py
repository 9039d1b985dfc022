"""The door of pairings: /v1/pairings."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.registry.governance.letters.queries import LetterNotFound
from services.registry.partnership.pairings import commands, queries
from services.registry.partnership.pairings.queries import PairingNotFound
from services.registry.partnership.pairings.schemas import (
    AcceptanceIn,
    ChangeIn,
    CorrectionIn,
    EstablishmentIn,
    InvitationIn,
    PairingIn,
    PairingOut,
    RefusalIn,
    ResumptionIn,
    VoidingIn,
)
from services.registry.partnership.pairings.steps import PairingExists
from services.registry.partnership.secretariats.queries import SecretariatNotFound
from shared.kernel.http import ActorDep, IfMatchDep, NowDep, SessionDep, answer, new_router, problems, require
from shared.kernel.lifecycle import IllegalTransition
from shared.kernel.pagination import LIMIT, MOST, Page, page, read_cursor
from shared.kernel.problems import Overtaken, Refused, RefusedNow, Stale
from shared.kernel.wire import Code

router = new_router("pairings")
OFFICERS = require("province_officer", "district_officer", "hq_officer")
READERS = require(*queries.WIDE, *queries.IN_SCHOOL, *queries.IN_AGENCY)
ANSWERERS = require("agency_contact", "agency_manager", "province_officer", "district_officer", "hq_officer")
CHANGING = problems(PairingNotFound, IllegalTransition, Refused, Stale, Overtaken)


@router.get("", dependencies=[READERS])
def list_pairings(
    session: SessionDep,
    actor: ActorDep,
    programme: Code | None = None,
    cycle: Code | None = None,
    province: Code | None = None,
    state: Code | None = None,
    secretariat_id: UUID | None = None,
    school_id: UUID | None = None,
    agency_id: UUID | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
) -> Page[PairingOut]:
    """Pairings within reach, filtered, a page at a time."""
    rows = queries.list_pairings(
        session,
        by=actor,
        programme=programme,
        cycle=cycle,
        province=province,
        state=state,
        secretariat_id=secretariat_id,
        school_id=school_id,
        agency_id=agency_id,
        after=read_cursor(cursor),
        limit=limit,
    )
    return Page[PairingOut](**page(rows, limit, PairingOut.of))


@router.get("/{pairing_id}", dependencies=[READERS], responses=problems(PairingNotFound))
def get_pairing(pairing_id: UUID, session: SessionDep, actor: ActorDep, response: Response) -> PairingOut:
    """One pairing; its version is the ETag for the next If-Match."""
    return _out(response, queries.get_pairing(session, pairing_id, by=actor))


@router.post(
    "",
    status_code=201,
    dependencies=[OFFICERS],
    responses=problems(PairingExists, SecretariatNotFound, Refused),
)
def propose_pairing(
    body: PairingIn, session: SessionDep, actor: ActorDep, now: NowDep, response: Response
) -> PairingOut:
    """Tie a selected secretariat to a selected agency; 409 with `link` when one of them has an open pairing."""
    pairing = commands.propose_pairing(
        session,
        pairing_id=body.id,
        secretariat_id=body.secretariat_id,
        agency_id=body.agency_id,
        proposed_on=body.proposed_on,
        by=actor,
        now=now,
    )
    return _out(response, pairing)


@router.post("/{pairing_id}/invite", dependencies=[OFFICERS], responses=CHANGING | problems(LetterNotFound))
def invite_pairing(
    pairing_id: UUID,
    body: InvitationIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> PairingOut:
    """Invite the agency with the province's letter of readiness."""
    pairing = commands.invite_pairing(
        session,
        pairing_id=pairing_id,
        letter_id=body.letter_id,
        invited_on=body.invited_on,
        expected=if_match,
        by=actor,
        now=now,
    )
    return _out(response, pairing)


@router.post("/{pairing_id}/accept", dependencies=[ANSWERERS], responses=CHANGING)
def accept_pairing(
    pairing_id: UUID,
    body: AcceptanceIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> PairingOut:
    """The agency accepts."""
    pairing = commands.accept_pairing(
        session,
        pairing_id=pairing_id,
        number=body.number,
        answered_on=body.answered_on,
        expected=if_match,
        by=actor,
        now=now,
    )
    return _out(response, pairing)


@router.post("/{pairing_id}/decline", dependencies=[ANSWERERS], responses=CHANGING)
def decline_pairing(
    pairing_id: UUID,
    body: RefusalIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> PairingOut:
    """The agency declines."""
    pairing = commands.decline_pairing(
        session,
        pairing_id=pairing_id,
        reason=body.reason,
        number=body.number,
        answered_on=body.answered_on,
        expected=if_match,
        by=actor,
        now=now,
    )
    return _out(response, pairing)


@router.post("/{pairing_id}/establish", dependencies=[OFFICERS], responses=CHANGING)
def establish_pairing(
    pairing_id: UUID,
    body: EstablishmentIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> PairingOut:
    """Link the two from a day on."""
    pairing = commands.establish_pairing(
        session, pairing_id=pairing_id, established_on=body.established_on, expected=if_match, by=actor, now=now
    )
    return _out(response, pairing)


@router.post("/{pairing_id}/suspend", dependencies=[OFFICERS], responses=CHANGING)
def suspend_pairing(
    pairing_id: UUID,
    body: ChangeIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> PairingOut:
    """Let it rest."""
    pairing = commands.suspend_pairing(
        session, pairing_id=pairing_id, reason=body.reason, on=body.on, expected=if_match, by=actor, now=now
    )
    return _out(response, pairing)


@router.post("/{pairing_id}/resume", dependencies=[OFFICERS], responses=CHANGING)
def resume_pairing(
    pairing_id: UUID,
    body: ResumptionIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> PairingOut:
    """Let it work again."""
    pairing = commands.resume_pairing(
        session, pairing_id=pairing_id, reason=body.reason, on=body.on, expected=if_match, by=actor, now=now
    )
    return _out(response, pairing)


@router.post("/{pairing_id}/dissolve", dependencies=[OFFICERS], responses=CHANGING)
def dissolve_pairing(
    pairing_id: UUID,
    body: ChangeIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> PairingOut:
    """End it before its cycle does."""
    pairing = commands.dissolve_pairing(
        session, pairing_id=pairing_id, reason=body.reason, on=body.on, expected=if_match, by=actor, now=now
    )
    return _out(response, pairing)


@router.post("/{pairing_id}/complete", dependencies=[OFFICERS], responses=CHANGING | problems(RefusedNow))
def complete_pairing(
    pairing_id: UUID,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> PairingOut:
    """End it with its closed cycle."""
    pairing = commands.complete_pairing(session, pairing_id=pairing_id, expected=if_match, by=actor, now=now)
    return _out(response, pairing)


@router.post("/{pairing_id}/correct", dependencies=[OFFICERS], responses=CHANGING)
def correct_pairing(
    pairing_id: UUID,
    body: CorrectionIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> PairingOut:
    """Mend days that were entered wrongly."""
    pairing = commands.correct_pairing(
        session, pairing_id=pairing_id, days=body.days(), reason=body.reason, expected=if_match, by=actor, now=now
    )
    return _out(response, pairing)


@router.post("/{pairing_id}/void", dependencies=[OFFICERS], responses=CHANGING)
def void_pairing(
    pairing_id: UUID,
    body: VoidingIn,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> PairingOut:
    """Take back what was entered by mistake."""
    pairing = commands.void_pairing(
        session, pairing_id=pairing_id, reason=body.reason, expected=if_match, by=actor, now=now
    )
    return _out(response, pairing)


def _out(response: Response, pairing: Any) -> PairingOut:
    answer(response, pairing)
    return PairingOut.of(pairing)
