"""What registry's own facts mean for obligations: which begin, which are fulfilled, which lose their evidence."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from services.registry.duty.obligations.commands import derive_obligations, replan_obligations, review_obligations
from services.registry.duty.obligations.definition import Evidence, with_evidence
from services.registry.duty.obligations.queries import obligations_by_meeting, obligations_of
from shared.contracts.base import FactEvent
from shared.contracts.envelope import Envelope
from shared.contracts.gathering import MeetingCorrected, MeetingEvent, MeetingHeld, MeetingVoided
from shared.contracts.governance import DirectiveEvent, DirectiveIssued, DirectiveSuperseded, LetterSent
from shared.contracts.partnership import (
    AgencyDeselected,
    AgencySelected,
    ProvincePlanClosed,
    ProvincePlanEvent,
    ProvincePlanStarted,
    SecretariatEstablished,
    SecretariatEvent,
    SecretariatRevoked,
    SecretariatSelected,
)
from shared.contracts.programme import CycleOpened, HolidayChanged
from shared.kernel.bus import Subscriber
from shared.kernel.clock import business_now

subscriber = Subscriber("registry")

DESIGNATION: tuple[Evidence, ...] = ("partners_designated", "secretariats_established")


@subscriber.on(CycleOpened)
def on_cycle_opened(session: Session, event: CycleOpened, envelope: Envelope) -> None:
    """The country's duties of the cycle begin."""
    derive_obligations(
        session,
        tenant=envelope.tenant,
        programme=envelope.programme,
        cycle=envelope.cycle,
        now=business_now(session),
    )


@subscriber.on(ProvincePlanStarted)
def on_province_plan_started(session: Session, event: ProvincePlanStarted, envelope: Envelope) -> None:
    """The province's duties of the cycle begin."""
    derive_obligations(
        session,
        tenant=envelope.tenant,
        programme=envelope.programme,
        cycle=envelope.cycle,
        province=envelope.province,
        now=business_now(session),
    )


@subscriber.on(ProvincePlanClosed)
def on_province_plan_closed(session: Session, event: ProvincePlanEvent, envelope: Envelope) -> None:
    """A province that left need not be written to any more."""
    _review(session, envelope, ("provinces_told",))


def on_directive_changed(session: Session, event: DirectiveEvent, envelope: Envelope) -> None:
    """Issuing the directive fulfils H1 and T1; revoking it takes the evidence away."""
    _review(session, envelope, ("directive_issued",))


for _directive in (DirectiveIssued, DirectiveSuperseded):
    subscriber.on(_directive)(on_directive_changed)


@subscriber.on(LetterSent)
def on_letter_sent(session: Session, event: LetterSent, envelope: Envelope) -> None:
    """The last province's letter about the directive fulfils T2."""
    if event.letter.subject_code == "directive_notice":
        _review(session, envelope, ("provinces_told",))


def on_secretariat_moved(session: Session, event: SecretariatEvent, envelope: Envelope) -> None:
    """Selections and establishments fulfil T3 and T4."""
    _review(session, envelope, DESIGNATION, province=envelope.province)


for _secretariat in (SecretariatSelected, SecretariatEstablished, SecretariatRevoked):
    subscriber.on(_secretariat)(on_secretariat_moved)


def on_agency_moved(session: Session, event: FactEvent, envelope: Envelope) -> None:
    """Enough selected agencies, with enough secretariats, fulfil T3."""
    _review(session, envelope, DESIGNATION, province=envelope.province)


for _agency in (AgencySelected, AgencyDeselected):
    subscriber.on(_agency)(on_agency_moved)


def on_meeting_counted(session: Session, event: MeetingEvent, envelope: Envelope) -> None:
    """A held meeting fulfils the duty of its month or quarter; a voided one takes the evidence away."""
    touched = obligations_by_meeting(
        session,
        tenant=envelope.tenant,
        programme=envelope.programme,
        cycle=envelope.cycle,
        meeting_id=event.meeting_id,
        cadence_key=event.meeting.cadence_key,
    )
    review_obligations(session, obligations=touched, now=business_now(session))


for _meeting in (MeetingHeld, MeetingCorrected, MeetingVoided):
    subscriber.on(_meeting)(on_meeting_counted)


@subscriber.on(HolidayChanged)
def on_holiday_changed(session: Session, event: HolidayChanged, envelope: Envelope) -> None:
    """Days off move deadlines that roll, only later, and the hours of coming rungs."""
    replan_obligations(session, tenant=envelope.tenant, province=envelope.province, now=business_now(session))


def _review(session: Session, envelope: Envelope, evidence: Sequence[Evidence], *, province: str | None = None) -> None:
    touched = obligations_of(
        session,
        tenant=envelope.tenant,
        programme=envelope.programme,
        cycle=envelope.cycle,
        templates=with_evidence(*evidence),
        province=province,
    )
    review_obligations(session, obligations=touched, now=business_now(session))
