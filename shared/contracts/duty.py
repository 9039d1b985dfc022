"""Events of the duty wing: obligations."""

from datetime import date, datetime
from uuid import UUID

from shared.contracts.base import FactEvent, Names, Part


class Assignee(Part):
    """Who owes it: a recipient role such as HQO, HQC, PS within a scope ('*' national, else a province)."""

    role: str
    province: str


class ObligationFact(Part):
    """One due instance of a duty, whole."""

    obligation_id: UUID
    template: str
    """H1, H2, W3, T1 … of the definition."""
    title: Names
    level: str
    assignees: tuple[Assignee, ...]
    period_key: str
    """`cycle`, a quarter ordinal `Q1`, or a month `1399-08`."""
    period_label: Names
    state: str
    opens_at: datetime
    due_on: date
    due_at: datetime
    due_version: int
    fulfilled_on: date | None = None
    fulfilled_at: datetime | None = None
    late: bool | None = None
    evidence: str | None = None
    waived_reason: str | None = None
    rung: str | None = None


class ObligationEvent(FactEvent):
    """Base of the obligation's events."""

    obligation_id: UUID
    obligation: ObligationFact
    reason: str | None = None


class ObligationOpened(ObligationEvent, type="peyvand.obligation.opened.v1", subject="obligation_id"):
    """It can be fulfilled from now on."""


class ObligationExtended(ObligationEvent, type="peyvand.obligation.extended.v1", subject="obligation_id"):
    """Its due instant moved; the old one is kept."""

    before_due_at: datetime


class ObligationReopened(ObligationEvent, type="peyvand.obligation.reopened.v1", subject="obligation_id"):
    """Its evidence was withdrawn."""


class ObligationReminderDue(ObligationEvent, type="peyvand.obligation.reminder_due.v1", subject="obligation_id"):
    """A step before the due instant was reached (`T-5`, `T-7`, `T-2`)."""

    step: str
    due_version: int


class ObligationOverdue(ObligationEvent, type="peyvand.obligation.overdue.v1", subject="obligation_id"):
    """The due instant passed."""


class ObligationEscalated(ObligationEvent, type="peyvand.obligation.escalated.v1", subject="obligation_id"):
    """A rung of the ladder was reached (`T+1`, `T+7`, …)."""

    step: str
    due_version: int
    target_roles: tuple[str, ...]
    days_late: int


class ObligationMissed(ObligationEvent, type="peyvand.obligation.missed.v1", subject="obligation_id"):
    """It is too late to count as done late without notice."""

    days_late: int


class ObligationFulfilled(ObligationEvent, type="peyvand.obligation.fulfilled.v1", subject="obligation_id"):
    """An event or an attestation fulfilled it."""


class ObligationWaived(ObligationEvent, type="peyvand.obligation.waived.v1", subject="obligation_id"):
    """A higher level freed the assignee of it."""
