"""Events of the partnership wing: province plans, agency selection, secretariats, pairings."""

from datetime import date, datetime
from uuid import UUID

from shared.contracts.base import Dimensions, FactEvent, Interval, Names, Part


class QuotaExceptionFact(Part):
    """HQ allowed other limits for a while; days inclusive."""

    quota_id: str
    min: int
    max: int
    from_on: date
    until_on: date
    reason: str


class ProvincePlanFact(Part):
    """A province's participation in a cycle."""

    plan_id: UUID
    state: str
    started_on: date
    launched_on: date | None = None
    closed_on: date | None = None
    steps: dict[str, date | None] = {}
    """T1..T4 → the day the step was completed, or None."""
    slots_used: dict[str, int] = {}
    """quota id → slots in use."""
    exceptions: tuple[QuotaExceptionFact, ...] = ()
    breached: dict[str, bool] = {}


class ProvincePlanEvent(FactEvent):
    """Base of the plan's events."""

    plan_id: UUID
    plan: ProvincePlanFact


class ProvincePlanStarted(ProvincePlanEvent, type="peyvand.province_plan.started.v1", subject="plan_id"):
    """A province takes part."""


class ProvincePlanLaunched(ProvincePlanEvent, type="peyvand.province_plan.launched.v1", subject="plan_id"):
    """The launch steps are behind the province."""


class ProvincePlanClosed(ProvincePlanEvent, type="peyvand.province_plan.closed.v1", subject="plan_id"):
    """The plan ended with its cycle."""


class ProvincePlanDelegated(ProvincePlanEvent, type="peyvand.province_plan.delegated.v1", subject="plan_id"):
    """A district takes part on the province's behalf."""

    district: str
    from_on: date


class QuotaEvent(ProvincePlanEvent):
    """Base of the quota's events: who holds how many of what."""

    quota_id: str
    subject: str
    holders: int
    min: int
    max: int
    checked_at: datetime


class QuotaBreached(QuotaEvent, type="peyvand.quota.breached.v1", subject="plan_id"):
    """Fewer than the minimum after the launch window."""


class QuotaRestored(QuotaEvent, type="peyvand.quota.restored.v1", subject="plan_id"):
    """The minimum is reached again."""


class QuotaReminderDue(QuotaEvent, type="peyvand.quota.reminder_due.v1", subject="plan_id"):
    """Still below the minimum, a week later (`step` W1, W2, …)."""

    step: str
    due_at: datetime
    due_version: int = 1


class QuotaExceptionGranted(ProvincePlanEvent, type="peyvand.quota.exception_granted.v1", subject="plan_id"):
    """HQ allowed other limits until a day."""

    exception: QuotaExceptionFact


class LaunchReminderDue(ProvincePlanEvent, type="peyvand.launch.reminder_due.v1", subject="plan_id"):
    """The launch window ends in some days and steps are open (`step` T-7, T-2)."""

    step: str
    due_at: datetime
    due_version: int = 1
    window_end: date
    open_steps: tuple[str, ...]


class AgencySelectionFact(Part):
    """An agency holds a slot of the province in this cycle."""

    selection_id: UUID
    plan_id: UUID
    agency_id: UUID
    agency_names: Names
    slot_no: int
    decision_ref: str
    held: tuple[Interval, ...]
    dims: Dimensions


class AgencySelected(FactEvent, type="peyvand.agency.selected.v1", subject="plan_id"):
    """The working group fixed an agency from the pool."""

    plan_id: UUID
    selection: AgencySelectionFact


class AgencyDeselected(FactEvent, type="peyvand.agency.deselected.v1", subject="plan_id"):
    """An agency gave its slot back."""

    plan_id: UUID
    selection: AgencySelectionFact
    reason: str | None = None


class SecretariatFact(Part):
    """A secretariat whole; `active` are the days it was established."""

    secretariat_id: UUID
    school_id: UUID
    school_names: Names
    state: str
    slot_no: int | None = None
    score: str | None = None
    nominated_on: date
    assessed_on: date | None = None
    selected_on: date | None = None
    decision_ref: str | None = None
    appointed_on: date | None = None
    appointment_number: str | None = None
    principal_id: UUID | None = None
    officers: tuple[UUID, ...] = ()
    established_on: date | None = None
    active: tuple[Interval, ...] = ()
    ended_on: date | None = None
    dims: Dimensions


class SecretariatEvent(FactEvent):
    """Base of the secretariat's events."""

    secretariat_id: UUID
    secretariat: SecretariatFact
    reason: str | None = None


class SecretariatNominated(SecretariatEvent, type="peyvand.secretariat.nominated.v1", subject="secretariat_id"):
    """A school is a candidate."""


class SecretariatAssessed(SecretariatEvent, type="peyvand.secretariat.assessed.v1", subject="secretariat_id"):
    """Its conditions were examined by the checklist."""


class SecretariatPassedOver(SecretariatEvent, type="peyvand.secretariat.passed_over.v1", subject="secretariat_id"):
    """It was not selected, for a reason."""


class SecretariatSelected(SecretariatEvent, type="peyvand.secretariat.selected.v1", subject="secretariat_id"):
    """It holds a slot."""


class SecretariatAppointmentIssued(
    SecretariatEvent, type="peyvand.secretariat.appointment_issued.v1", subject="secretariat_id"
):
    """The executing principal's appointment letter was issued."""

    letter_number: str
    person_id: UUID
    letter_on: date
    agency_names: Names | None = None


class SecretariatEstablished(SecretariatEvent, type="peyvand.secretariat.established.v1", subject="secretariat_id"):
    """Officer, duty sheet and action calendar are there: it works."""

    duty_sheet: tuple[str, ...]
    action_calendar: tuple[dict[str, str], ...]


class SecretariatOfficerChanged(
    SecretariatEvent, type="peyvand.secretariat.officer_changed.v1", subject="secretariat_id"
):
    """Another officer or principal took over."""

    role: str
    from_person: UUID | None = None
    to_person: UUID


class SecretariatSuspended(SecretariatEvent, type="peyvand.secretariat.suspended.v1", subject="secretariat_id"):
    """It rests."""


class SecretariatResumed(SecretariatEvent, type="peyvand.secretariat.resumed.v1", subject="secretariat_id"):
    """It works again."""


class SecretariatRevoked(SecretariatEvent, type="peyvand.secretariat.revoked.v1", subject="secretariat_id"):
    """It lost its role; the slot is free."""


class SecretariatCompleted(SecretariatEvent, type="peyvand.secretariat.completed.v1", subject="secretariat_id"):
    """Its cycle ended."""


class PairingFact(Part):
    """A pairing whole; `active` are the days it was established."""

    pairing_id: UUID
    secretariat_id: UUID
    school_id: UUID
    school_names: Names
    agency_id: UUID
    agency_names: Names
    state: str
    proposed_on: date
    invited_on: date | None = None
    letter_id: UUID | None = None
    answered_on: date | None = None
    answer: str | None = None
    established_on: date | None = None
    active: tuple[Interval, ...] = ()
    ended_on: date | None = None
    dims: Dimensions


class PairingEvent(FactEvent):
    """Base of the pairing's events."""

    pairing_id: UUID
    pairing: PairingFact
    reason: str | None = None


class PairingProposed(PairingEvent, type="peyvand.pairing.proposed.v1", subject="pairing_id"):
    """A secretariat and an agency shall be tied."""


class PairingInvited(PairingEvent, type="peyvand.pairing.invited.v1", subject="pairing_id"):
    """The province's declaration of readiness went to the agency."""


class PairingAccepted(PairingEvent, type="peyvand.pairing.accepted.v1", subject="pairing_id"):
    """The agency said yes."""


class PairingDeclined(PairingEvent, type="peyvand.pairing.declined.v1", subject="pairing_id"):
    """The agency said no."""


class PairingEstablished(PairingEvent, type="peyvand.pairing.established.v1", subject="pairing_id"):
    """Agency and secretariat are linked from this day."""


class PairingSuspended(PairingEvent, type="peyvand.pairing.suspended.v1", subject="pairing_id"):
    """It rests."""


class PairingResumed(PairingEvent, type="peyvand.pairing.resumed.v1", subject="pairing_id"):
    """It works again."""


class PairingDissolved(PairingEvent, type="peyvand.pairing.dissolved.v1", subject="pairing_id"):
    """It ended before its cycle."""


class PairingCompleted(PairingEvent, type="peyvand.pairing.completed.v1", subject="pairing_id"):
    """It ended with its cycle."""


class PairingCorrected(PairingEvent, type="peyvand.pairing.corrected.v1", subject="pairing_id"):
    """Something about it had been entered wrongly."""

    before: dict[str, str | None]
    after: dict[str, str | None]


class PairingVoided(PairingEvent, type="peyvand.pairing.voided.v1", subject="pairing_id"):
    """It was entered by mistake and never counted."""
