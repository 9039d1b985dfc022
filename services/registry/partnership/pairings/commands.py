"""Verbs of pairings. Each changes one pairing and says so in an event, in the caller's transaction."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.governance.letters.queries import get_letter
from services.registry.partnership.pairings import queries
from services.registry.partnership.pairings.facts import say
from services.registry.partnership.pairings.lifecycle import PAIRING, Action
from services.registry.partnership.pairings.models import Pairing
from services.registry.partnership.pairings.rules import (
    in_order,
    may_complete,
    may_correct,
    may_establish,
    may_invite,
    may_propose,
)
from services.registry.partnership.pairings.steps import (
    PairingExists,
    add,
    answered,
    changing,
    changing_on,
    count,
    dims,
    iso,
)
from services.registry.partnership.province_plans import commands as plans
from services.registry.partnership.province_plans.queries import get_plan, rules_for
from services.registry.partnership.province_plans.rules import begun, ended
from services.registry.partnership.secretariats.queries import get_secretariat
from services.registry.partnership.selections import commands as selections
from services.registry.partnership.selections.queries import find_selection
from shared.contracts.partnership import (
    PairingAccepted,
    PairingCompleted,
    PairingCorrected,
    PairingDeclined,
    PairingDissolved,
    PairingEstablished,
    PairingInvited,
    PairingProposed,
    PairingResumed,
    PairingSuspended,
    PairingVoided,
)
from shared.kernel.auth import Actor
from shared.kernel.problems import refuse
from shared.values.ids import new_id


def propose_pairing(
    session: Session,
    *,
    secretariat_id: UUID,
    agency_id: UUID,
    proposed_on: date | None = None,
    pairing_id: UUID | None = None,
    by: Actor,
    now: datetime,
) -> Pairing:
    """Tie a selected secretariat to a selected agency of the same province and cycle (I-09).

    Raises PairingExists (409, with link) when one of the two has an open pairing (I-08, R-008).
    """
    secretariat = get_secretariat(session, secretariat_id, by=by)
    plan = get_plan(session, secretariat.plan_id, by=by, lock=True)
    place = {"tenant": plan.tenant, "programme": plan.programme, "cycle": plan.cycle}
    existing = queries.find_open_pairing(session, **place, secretariat_id=secretariat_id, agency_id=agency_id)
    if existing is not None:
        if existing.id == pairing_id:
            return existing
        raise PairingExists(link=f"/v1/pairings/{existing.id}")
    selection = find_selection(session, plan_id=plan.id, agency_id=agency_id)
    refuse(may_propose(secretariat_state=secretariat.state, agency_state=selection.state if selection else None))
    assert selection is not None
    on = plans.effective_day(
        rules_for(session, plan), proposed_on, now=now, field="proposed_on", not_before=secretariat.selected_on
    )
    pairing = Pairing(id=pairing_id or new_id(), **plans.scope_of(secretariat), plan_id=plan.id, active=[])
    pairing.state, pairing.proposed_on = PAIRING.start(Action.PROPOSE), on
    pairing.secretariat_id, pairing.school_id = secretariat.id, secretariat.school_id
    pairing.agency_id, pairing.agency_names = agency_id, selection.agency_names
    pairing.school_names, pairing.dims = secretariat.school_names, dims(secretariat.dims, selection.dims)
    add(session, pairing)
    selections.note_pairing(session, plan_id=plan.id, agency_id=agency_id, pairing_id=pairing.id)
    say(session, PairingProposed, pairing, on=on, now=now)
    return pairing


def invite_pairing(
    session: Session,
    *,
    pairing_id: UUID,
    letter_id: UUID,
    invited_on: date | None = None,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> Pairing:
    """The province's letter of readiness went to the agency: it may answer now."""
    pairing, rules = changing(session, pairing_id, Action.INVITE, expected=expected, by=by)
    letter = get_letter(session, letter_id, by=by)
    to_agency = any(each["id"] == str(pairing.agency_id) for each in letter.addressees)
    refuse(may_invite(sent_on=letter.sent_on, to_agency=to_agency, subject_code=letter.subject_code))
    earliest = max(pairing.proposed_on, letter.sent_on or pairing.proposed_on)
    on = plans.effective_day(rules, invited_on, now=now, field="invited_on", not_before=earliest)
    pairing.letter_id, pairing.invited_on = letter.id, on
    say(session, PairingInvited, pairing, on=on, now=now)
    return pairing


def accept_pairing(
    session: Session,
    *,
    pairing_id: UUID,
    number: str | None = None,
    answered_on: date | None = None,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> Pairing:
    """The agency says yes, itself or by a letter an officer enters; the readiness letter is answered with it."""
    pairing, on = answered(session, pairing_id, Action.ACCEPT, number, answered_on, expected=expected, by=by, now=now)
    pairing.answer = "accepted"
    say(session, PairingAccepted, pairing, on=on, now=now)
    return pairing


def decline_pairing(
    session: Session,
    *,
    pairing_id: UUID,
    reason: str,
    number: str | None = None,
    answered_on: date | None = None,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> Pairing:
    """The agency says no; the secretariat is free for another one."""
    pairing, on = answered(session, pairing_id, Action.DECLINE, number, answered_on, expected=expected, by=by, now=now)
    pairing.answer, pairing.reason, pairing.ended_on = "declined", reason, on
    count(session, pairing, by=by, now=now)
    say(session, PairingDeclined, pairing, on=on, now=now, kind="end", reason=reason)
    return pairing


def establish_pairing(
    session: Session,
    *,
    pairing_id: UUID,
    established_on: date | None = None,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> Pairing:
    """From this day the two are linked and count (I-10); no memorandum is needed for it (R-010)."""
    pairing, rules = changing(session, pairing_id, Action.ESTABLISH, expected=expected, by=by)
    secretariat = get_secretariat(session, pairing.secretariat_id, by=by)
    refuse(may_establish(secretariat_state=secretariat.state, accepted_on=pairing.answered_on))
    earliest = max(filter(None, (pairing.answered_on, secretariat.appointed_on)), default=None)
    on = plans.effective_day(rules, established_on, now=now, field="established_on", not_before=earliest)
    pairing.established_on, pairing.active = on, begun(pairing.active, on)
    pairing.school_names, pairing.dims = secretariat.school_names, dims(secretariat.dims, pairing.dims)
    say(session, PairingEstablished, pairing, on=on, now=now)
    count(session, pairing, by=by, now=now)
    return pairing


def suspend_pairing(
    session: Session,
    *,
    pairing_id: UUID,
    reason: str,
    on: date | None = None,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> Pairing:
    """It rests and does not count, but still occupies both sides."""
    pairing, day = changing_on(session, pairing_id, Action.SUSPEND, on, expected=expected, by=by, now=now)
    pairing.active, pairing.reason = ended(pairing.active, day), reason
    say(session, PairingSuspended, pairing, on=day, now=now, reason=reason)
    count(session, pairing, by=by, now=now)
    return pairing


def resume_pairing(
    session: Session,
    *,
    pairing_id: UUID,
    reason: str | None = None,
    on: date | None = None,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> Pairing:
    """It works and counts again."""
    pairing, day = changing_on(session, pairing_id, Action.RESUME, on, expected=expected, by=by, now=now)
    pairing.active, pairing.reason = begun(pairing.active, day), reason
    say(session, PairingResumed, pairing, on=day, now=now, reason=reason)
    count(session, pairing, by=by, now=now)
    return pairing


def dissolve_pairing(
    session: Session,
    *,
    pairing_id: UUID,
    reason: str,
    on: date | None = None,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> Pairing:
    """It ends before its cycle does; both sides are free."""
    pairing, day = changing_on(session, pairing_id, Action.DISSOLVE, on, expected=expected, by=by, now=now)
    pairing.active, pairing.reason, pairing.ended_on = ended(pairing.active, day), reason, day
    say(session, PairingDissolved, pairing, on=day, now=now, kind="end", reason=reason)
    count(session, pairing, by=by, now=now)
    return pairing


def complete_pairing(session: Session, *, pairing_id: UUID, expected: int | None, by: Actor, now: datetime) -> Pairing:
    """It ends with its closed cycle, on the cycle's last day."""
    pairing, rules = changing(session, pairing_id, Action.COMPLETE, expected=expected, by=by)
    refuse(may_complete(cycle_state=rules.state), conflict=True)
    pairing.active, pairing.ended_on = ended(pairing.active, rules.to_on), rules.to_on
    say(session, PairingCompleted, pairing, on=rules.to_on, now=now, kind="end")
    count(session, pairing, by=by, now=now)
    return pairing


def correct_pairing(
    session: Session,
    *,
    pairing_id: UUID,
    days: Mapping[str, date],
    reason: str,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> Pairing:
    """Mend days that were entered wrongly; the event tells before and after, and why."""
    pairing, rules = changing(session, pairing_id, Action.CORRECT, expected=expected, by=by)
    before = {name: getattr(pairing, name) for name in days}
    refuse(may_correct(before=before, after=days))
    for name, day in days.items():
        plans.effective_day(rules, day, now=now, field=name)
        setattr(pairing, name, day)
    refuse(
        in_order(pairing.proposed_on, pairing.invited_on, pairing.answered_on, pairing.established_on, pairing.active)
    )
    if pairing.active and pairing.established_on is not None:
        pairing.active = [pairing.active[0] | {"from_on": pairing.established_on.isoformat()}, *pairing.active[1:]]
    diff = {"before": iso(before), "after": iso(days)}
    say(session, PairingCorrected, pairing, on=max(days.values()), now=now, kind="correct", reason=reason, **diff)
    count(session, pairing, by=by, now=now)
    return pairing


def void_pairing(
    session: Session, *, pairing_id: UUID, reason: str, expected: int | None, by: Actor, now: datetime
) -> Pairing:
    """It was entered by mistake and never counted; the row and its history stay."""
    pairing, rules = changing(session, pairing_id, Action.VOID, expected=expected, by=by)
    pairing.reason = reason
    say(session, PairingVoided, pairing, on=rules.today(now), now=now, kind="withdraw", reason=reason)
    count(session, pairing, by=by, now=now)
    return pairing
