"""Events of the governance wing: committees, directives, authorisations, letters."""

from datetime import date, datetime
from uuid import UUID

from shared.contracts.base import FactEvent, Names, Part


class SeatHolding(Part):
    """One person in one seat for [from_on, to_on)."""

    person_id: UUID
    from_on: date
    to_on: date | None = None
    delegate_id: UUID | None = None
    minor: bool = False


class SeatState(Part):
    """A seat of the template with all its holders so far."""

    code: str
    title: Names
    function: str
    holdings: tuple[SeatHolding, ...] = ()


class CommitteeFact(Part):
    """A committee whole: level national or province, seats with their history."""

    committee_id: UUID
    code: str
    level: str
    constituted_on: date
    seats: tuple[SeatState, ...]


class CommitteeEvent(FactEvent):
    """Base of the committee's events."""

    committee_id: UUID
    committee: CommitteeFact


class CommitteeConstituted(CommitteeEvent, type="peyvand.committee.constituted.v1", subject="committee_id"):
    """A committee exists with the seats of the programme's template."""


class CommitteeSeatEvent(CommitteeEvent):
    """Base of the events about one seat."""

    seat_code: str
    person_id: UUID
    """The person told: new holder, former holder, or delegate."""
    from_on: date
    to_on: date | None = None


class CommitteeSeatFilled(CommitteeSeatEvent, type="peyvand.committee.seat_filled.v1", subject="committee_id"):
    """A person holds a seat."""


class CommitteeSeatVacated(CommitteeSeatEvent, type="peyvand.committee.seat_vacated.v1", subject="committee_id"):
    """A seat is empty again."""


class CommitteeDelegateNamed(CommitteeSeatEvent, type="peyvand.committee.delegate_named.v1", subject="committee_id"):
    """A seat's holder sends a delegate."""

    delegate_for: UUID


class DirectiveAddressee(Part):
    """An addressed office and when it acknowledged."""

    office_id: UUID
    office_names: Names
    province: str
    acknowledged_at: datetime | None = None


class DirectiveFact(Part):
    """A directive whole; `acknowledge_by` is the end of the third working day."""

    directive_id: UUID
    number: str
    revision: int
    title: Names
    body: Names
    state: str
    issued_at: datetime | None = None
    issued_on: date | None = None
    acknowledge_by: datetime | None = None
    addressees: tuple[DirectiveAddressee, ...] = ()
    successor_id: UUID | None = None


class DirectiveEvent(FactEvent):
    """Base of the directive's events."""

    directive_id: UUID
    directive: DirectiveFact


class DirectiveApproved(DirectiveEvent, type="peyvand.directive.approved.v1", subject="directive_id"):
    """A directive passed legal review."""


class DirectiveIssued(DirectiveEvent, type="peyvand.directive.issued.v1", subject="directive_id"):
    """Headquarters sent a directive to provinces."""


class DirectiveAcknowledged(DirectiveEvent, type="peyvand.directive.acknowledged.v1", subject="directive_id"):
    """One addressed office acknowledged it."""

    office_id: UUID
    office_province: str
    at: datetime


class DirectiveSuperseded(DirectiveEvent, type="peyvand.directive.superseded.v1", subject="directive_id"):
    """A directive was replaced or revoked."""

    reason: str | None = None


class DirectiveReminderDue(DirectiveEvent, type="peyvand.directive.reminder_due.v1", subject="directive_id"):
    """An office has not acknowledged after `step` (`WD3`, `WD5`) working days."""

    office_id: UUID
    office_province: str
    step: str
    due_at: datetime
    due_version: int = 1


class AuthorisationFact(Part):
    """A permit of a council or committee, or for a visit."""

    authorisation_id: UUID
    kind: str
    body: Names
    subject: str
    state: str
    number: str | None = None
    requested_on: date
    tabled_on: date | None = None
    decided_on: date | None = None
    valid_until: date | None = None
    meeting_id: UUID | None = None
    reason: str | None = None


class AuthorisationEvent(FactEvent):
    """Base of the authorisation's events."""

    authorisation_id: UUID
    authorisation: AuthorisationFact


class AuthorisationRequested(AuthorisationEvent, type="peyvand.authorisation.requested.v1", subject="authorisation_id"):
    """A province asks a body for a permit."""


class AuthorisationTabled(AuthorisationEvent, type="peyvand.authorisation.tabled.v1", subject="authorisation_id"):
    """The body has it on its table."""


class AuthorisationGranted(AuthorisationEvent, type="peyvand.authorisation.granted.v1", subject="authorisation_id"):
    """The body granted it, with number and date."""


class AuthorisationRefused(AuthorisationEvent, type="peyvand.authorisation.refused.v1", subject="authorisation_id"):
    """The body refused it, with a reason."""


class AuthorisationExpired(AuthorisationEvent, type="peyvand.authorisation.expired.v1", subject="authorisation_id"):
    """Its validity passed."""


class AuthorisationReminderDue(
    AuthorisationEvent, type="peyvand.authorisation.reminder_due.v1", subject="authorisation_id"
):
    """It expires soon."""

    step: str
    due_at: datetime
    due_version: int = 1


class LetterAddressee(Part):
    """Who a letter goes to: an office, an agency or a school."""

    kind: str
    id: UUID
    names: Names
    province: str


class LetterFact(Part):
    """An official letter; `subject_code` is `readiness`, `directive_notice` or another code of the definition."""

    letter_id: UUID
    number: str
    direction: str
    subject_code: str
    subject: str
    state: str
    sender_id: UUID
    sender_names: Names
    addressees: tuple[LetterAddressee, ...]
    about_kind: str | None = None
    about_id: UUID | None = None
    reply_to: UUID | None = None
    sent_on: date | None = None
    answered_on: date | None = None


class LetterEvent(FactEvent):
    """Base of the letter's events."""

    letter_id: UUID
    letter: LetterFact


class LetterSent(LetterEvent, type="peyvand.letter.sent.v1", subject="letter_id"):
    """A letter left."""


class LetterAnswered(LetterEvent, type="peyvand.letter.answered.v1", subject="letter_id"):
    """Its answer arrived."""

    answer_id: UUID | None = None


class LetterUnanswered(LetterEvent, type="peyvand.letter.unanswered.v1", subject="letter_id"):
    """No answer within the days allowed; it may still be answered."""

    days: int


class LetterReminderDue(LetterEvent, type="peyvand.letter.reminder_due.v1", subject="letter_id"):
    """Still no answer at a later step."""

    step: str
    due_at: datetime
    due_version: int = 1
