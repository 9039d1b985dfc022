"""Questions about obligations: who may see them, what is due of them, and whether the facts fulfil one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, select, true
from sqlalchemy.orm import Session

from services.registry.duty.obligations.definition import BEHAVIOURS, with_evidence
from services.registry.duty.obligations.lifecycle import TIMED, State
from services.registry.duty.obligations.models import Obligation, PastDue
from services.registry.gathering.meetings import queries as meetings
from services.registry.gathering.meetings.lifecycle import State as MeetingState
from services.registry.governance.directives import queries as directives
from services.registry.governance.letters import queries as letters
from services.registry.partnership.province_plans import queries as plans
from shared.contracts.duty import Assignee, ObligationFact
from shared.kernel.auth import Actor, system_actor
from shared.kernel.problems import NotFound
from shared.kernel.tenancy import within
from shared.values.partial_dates import PartialDate

MOST_PROVINCES = 500


class ObligationNotFound(NotFound):
    """No such obligation."""


@dataclass(frozen=True)
class Proof:
    """What fulfils an obligation: its kind, the thing itself where there is one, the local day it was true from."""

    kind: str
    on: date
    ref: UUID | None = None


OVERSEERS = (
    "hq_officer", "hq_viewer", "legal_officer", "province_officer", "province_viewer", "district_officer", "system",
)  # fmt: skip


def _reach(by: Actor) -> ColumnElement[bool]:
    """Duties of headquarters and provinces concern those who oversee them; schools and agencies have none yet."""
    return within(Obligation, by) if by.has(*OVERSEERS) else false()


def get_obligation(session: Session, obligation_id: UUID, *, by: Actor) -> Obligation:
    """Return the obligation; ObligationNotFound (404) outside the actor's reach."""
    found = session.scalar(select(Obligation).where(Obligation.id == obligation_id, _reach(by)))
    if found is None:
        raise ObligationNotFound
    return found


def list_obligations(
    session: Session,
    *,
    by: Actor,
    programme: str | None = None,
    cycle: str | None = None,
    province: str | None = None,
    template: str | None = None,
    state: str | None = None,
    mine: bool = False,
    after: UUID | None = None,
    limit: int = 50,
) -> Sequence[Obligation]:
    """Return one page of obligations by id, one row more than the limit; `mine` are those of the actor's own level."""
    given = (
        (Obligation.programme, programme),
        (Obligation.cycle, cycle),
        (Obligation.province, province),
        (Obligation.template, template),
        (Obligation.state, state),
    )
    filters = [column == value for column, value in given if value is not None]
    own = Obligation.province == ("" if by.national else by.province) if mine else true()
    beyond = Obligation.id > after if after is not None else true()
    return session.scalars(
        select(Obligation).where(_reach(by), own, beyond, *filters).order_by(Obligation.id).limit(limit + 1)
    ).all()


def past_dues_of(session: Session, obligation: Obligation) -> Sequence[PastDue]:
    """Return the due instants it had before, oldest first (I-39)."""
    mine = PastDue.tenant == obligation.tenant, PastDue.obligation_id == obligation.id
    return session.scalars(select(PastDue).where(*mine).order_by(PastDue.due_version)).all()


def obligations_of(
    session: Session, *, tenant: str, programme: str, cycle: str, templates: Sequence[str], province: str | None = None
) -> Sequence[Obligation]:
    """Return the instances of some duties in a cycle (of one province), locked until the transaction ends."""
    here: ColumnElement[bool] = true() if province is None else Obligation.province == province
    return session.scalars(
        select(Obligation)
        .where(
            Obligation.tenant == tenant,
            Obligation.programme == programme,
            Obligation.cycle == cycle,
            Obligation.template.in_(templates),
            here,
        )
        .order_by(Obligation.id)
        .with_for_update()
    ).all()


def obligations_by_meeting(
    session: Session, *, tenant: str, programme: str, cycle: str, meeting_id: UUID, cadence_key: str | None
) -> Sequence[Obligation]:
    """Return the duties a meeting touches: those its cadence asks for, and those it fulfilled so far."""
    found = obligations_of(
        session, tenant=tenant, programme=programme, cycle=cycle, templates=with_evidence("meeting_held")
    )
    return [one for one in found if one.evidence_id == meeting_id or (cadence_key and one.cadence_key == cadence_key)]


def moveable_obligations(session: Session, *, tenant: str, province: str) -> Sequence[Obligation]:
    """Return the obligations not over yet in a place ('' = the whole tenant), for a changed list of holidays."""
    here: ColumnElement[bool] = true() if not province else Obligation.province == province
    return session.scalars(
        select(Obligation)
        .where(Obligation.tenant == tenant, Obligation.state.in_(TIMED), here)
        .order_by(Obligation.id)
        .with_for_update()
    ).all()


def find_proof(session: Session, obligation: Obligation) -> Proof | None:
    """Return what fulfils the obligation as things stand, or None; the state is asked, so events come in any order."""
    place = {"tenant": obligation.tenant, "programme": obligation.programme, "cycle": obligation.cycle}
    evidence = BEHAVIOURS[obligation.template].evidence
    if evidence == "directive_issued":
        issued = directives.issued_on(session, **place)
        return Proof(evidence, issued) if issued else None
    if evidence == "provinces_told":
        return _provinces_told(session, obligation)
    if evidence == "meeting_held":
        return _meeting_held(session, obligation)
    plan = plans.find_plan(session, **place, province=obligation.province)
    step = {"partners_designated": "T3", "secretariats_established": "T4"}[evidence]
    done = plans.steps_of(session, plan)[step] if plan is not None else None
    return Proof(evidence, done, plan.id) if plan is not None and done is not None else None


def _provinces_told(session: Session, obligation: Obligation) -> Proof | None:
    """Every province with an open plan has its letter about the directive; the last one decides the day."""
    place = {"tenant": obligation.tenant, "programme": obligation.programme, "cycle": obligation.cycle}
    system = system_actor(obligation.tenant)
    known = plans.list_plans(
        session, by=system, programme=obligation.programme, cycle=obligation.cycle, limit=MOST_PROVINCES
    )
    told = [
        letters.sent_on(session, **place, province=plan.province, subject_code="directive_notice")
        for plan in known
        if plan.state != "closed"
    ]
    days = [day for day in told if day is not None]
    return Proof("provinces_told", max(days)) if days and len(days) == len(told) else None


def _meeting_held(session: Session, obligation: Obligation) -> Proof | None:
    for meeting in _meetings(session, obligation, MeetingState.HELD):
        held = PartialDate.model_validate(meeting.held_on).latest if meeting.held_on else None
        if held is not None:
            return Proof("meeting_held", held, meeting.id)
    return None


def meeting_ahead(session: Session, obligation: Obligation) -> bool:
    """Return whether the meeting it asks for is held or scheduled, so that nobody need be reminded (N-38)."""
    return bool(_meetings(session, obligation, MeetingState.HELD, MeetingState.SCHEDULED))


def _meetings(session: Session, obligation: Obligation, *states: MeetingState) -> Sequence[Any]:
    if obligation.cadence_key is None:
        return ()
    return meetings.find_cadence_meetings(
        session,
        tenant=obligation.tenant,
        programme=obligation.programme,
        cycle=obligation.cycle,
        cadence_key=obligation.cadence_key,
        states=states,
    )


def obligation_fact(obligation: Obligation) -> ObligationFact:
    """Return the obligation whole, as its events carry it."""
    names = [name for name in ObligationFact.model_fields if name not in {"obligation_id", "assignees"}]
    return ObligationFact(
        obligation_id=obligation.id,
        assignees=tuple(Assignee(role=role, province=obligation.province or "*") for role in obligation.assignees),
        **{name: getattr(obligation, name) for name in names},
    )


def due_obligations(session: Session, now: datetime, limit: int) -> Sequence[UUID]:
    """Return the obligations the clock has to look at now."""
    waiting = select(Obligation.id).where(Obligation.state.in_(TIMED), Obligation.next_at <= now)
    return session.scalars(waiting.order_by(Obligation.next_at, Obligation.id).limit(limit)).all()


def next_obligation_due(session: Session) -> datetime | None:
    """Return the earliest instant at which the clock has to look at one."""
    return session.scalar(select(func.min(Obligation.next_at)).where(Obligation.state.in_(TIMED)))


def open_state(obligation: Obligation) -> State:
    """Return its state as a word of the lifecycle."""
    return State(obligation.state)
