"""Verbs of directives: draft, revise, comment, approve, issue, acknowledge, supersede, revoke, remind."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.registry.governance.committees.queries import holds_seat
from services.registry.governance.directives import queries
from services.registry.governance.directives.facts import directive_fact, header, on_day
from services.registry.governance.directives.issuing import addressees_of, deliver_copies
from services.registry.governance.directives.lifecycle import (
    DIRECTIVE,
    Action,
    CopyAction,
    CopyState,
    ReminderAction,
    ReminderState,
    State,
)
from services.registry.governance.directives.models import Directive, DirectiveCopy, DirectiveReminder
from services.registry.governance.directives.rules import may_approve, may_issue, may_supersede
from services.registry.programme.cycles.queries import cycle_named, rules_of
from services.registry.programme.programmes.definition import Definition
from shared.contracts.governance import (
    DirectiveAcknowledged,
    DirectiveApproved,
    DirectiveIssued,
    DirectiveReminderDue,
    DirectiveSuperseded,
)
from shared.kernel.auth import Actor, system_actor
from shared.kernel.outbox import emit
from shared.kernel.problems import Conflict, Forbidden, expect, refuse
from shared.kernel.tenancy import enter, scope_of
from shared.values.deadlines import local_day
from shared.values.ids import new_id

LEGAL_SEATS = ("HQ-09",)
ADDRESSED_SEATS = ("PR-01", "PR-02")


class DirectiveNumberTaken(Conflict):
    """Another directive of this cycle has this number."""


class LegalOfficerOnly(Forbidden):
    """Only the legal officer comments on a directive."""


class AddresseeOnly(Forbidden):
    """Only an addressed office acknowledges a directive."""


def draft_directive(
    session: Session,
    *,
    programme: str,
    cycle: str,
    number: str,
    title: dict[str, str],
    body: dict[str, str],
    directive_id: UUID | None = None,
    by: Actor,
    now: datetime,
) -> Directive:
    """Begin a directive of a cycle (R-048)."""
    if directive_id is not None and (known := session.get(Directive, directive_id)) is not None:
        return queries.get_directive(session, known.id, by=by)
    rules = rules_of(session, tenant=by.tenant, programme=programme, cycle=cycle)
    cycle_named(session, tenant=by.tenant, programme=programme, cycle=cycle)
    taken = queries.find_directive_numbered(session, tenant=by.tenant, programme=programme, cycle=cycle, number=number)
    if taken is not None:
        raise DirectiveNumberTaken(link=f"/v1/directives/{taken.id}")
    scope = scope_of(by, programme=programme, cycle=cycle, province="", territory=rules.country)
    directive = Directive(
        id=directive_id or new_id(),
        **scope,
        number=number,
        revision=1,
        title=title,
        body=body,
        state=DIRECTIVE.start(Action.DRAFT),
        legal_comment="",
    )
    session.add(directive)
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError as error:
        raise DirectiveNumberTaken from error
    return directive


def revise_directive(
    session: Session,
    *,
    directive_id: UUID,
    title: dict[str, str],
    body: dict[str, str],
    expected: int | None,
    by: Actor,
    now: datetime,
) -> Directive:
    """Change a draft's text; the legal officer must comment on the new text again."""
    directive = _expected(session, directive_id, expected, by)
    directive.become(Action.REVISE)
    directive.title, directive.body = title, body
    directive.revision += 1
    directive.legal_comment, directive.legal_comment_by, directive.legal_comment_at = "", None, None
    session.flush()
    return directive


def comment_directive(
    session: Session, *, directive_id: UUID, comment: str, expected: int | None, by: Actor, now: datetime
) -> Directive:
    """Record the legal officer's comment on a draft."""
    directive = _expected(session, directive_id, expected, by)
    scope = {"programme": directive.programme, "cycle": directive.cycle}
    if not by.has("legal_officer") and not holds_seat(session, by=by, codes=LEGAL_SEATS, **scope):
        raise LegalOfficerOnly
    directive.become(Action.COMMENT)
    directive.legal_comment, directive.legal_comment_by, directive.legal_comment_at = comment, by.person_id, now
    session.flush()
    return directive


def approve_directive(
    session: Session, *, directive_id: UUID, expected: int | None, by: Actor, now: datetime
) -> Directive:
    """Approve a draft the legal officer has commented on."""
    directive = _expected(session, directive_id, expected, by)
    directive.become(Action.APPROVE)
    refuse(may_approve(directive.legal_comment))
    directive.approved_at = now
    rules = _rules(session, directive)
    event = DirectiveApproved(
        fact=header(directive),
        effective_on=on_day(rules, local_day(now, rules.tz)),
        directive_id=directive.id,
        directive=directive_fact(directive, ()),
    )
    emit(session, event, by=directive, now=now)
    return directive


def issue_directive(
    session: Session, *, directive_id: UUID, provinces: Sequence[str], expected: int | None, by: Actor, now: datetime
) -> Directive:
    """Send a directive to provincial administrations, each with a last day to acknowledge and reminders (R-049)."""
    directive = _expected(session, directive_id, expected, by)
    directive.become(Action.ISSUE)
    refuse(may_issue(addressees_of(session, tenant=by.tenant, provinces=provinces)))
    rules = _rules(session, directive)
    directive.issued_at, directive.issued_on = now, local_day(now, rules.tz)
    copies = deliver_copies(session, directive, provinces=provinces, rules=rules)
    directive.acknowledge_by = max(copy.acknowledge_by for copy in copies)
    event = DirectiveIssued(
        fact=header(directive),
        effective_on=on_day(rules, directive.issued_on),
        directive_id=directive.id,
        directive=directive_fact(directive, copies),
    )
    emit(session, event, by=directive, now=now)
    return directive


def acknowledge_directive(session: Session, *, directive_id: UUID, by: Actor, now: datetime) -> Directive:
    """Acknowledge receipt for the actor's province; a second acknowledgement changes nothing."""
    directive = queries.get_directive(session, directive_id, by=by)
    scope = {"programme": directive.programme, "cycle": directive.cycle}
    own = [copy for copy in queries.list_copies(session, directive_id, by=by) if copy.province == by.province]
    if not own or not (by.has("province_officer") or holds_seat(session, by=by, codes=ADDRESSED_SEATS, **scope)):
        raise AddresseeOnly
    with _for_the_country(session, by.tenant):
        directive = queries.get_directive_locked(session, directive_id, by=by)
        copy = session.get_one(DirectiveCopy, own[0].id, populate_existing=True)
        if copy.state == CopyState.ACKNOWLEDGED:
            return directive
        directive.become(Action.ACKNOWLEDGE)
        copy.become(CopyAction.ACKNOWLEDGE)
        copy.acknowledged_at, copy.acknowledged_by = now, by.person_id
        session.flush()
        rules = _rules(session, directive)
        event = DirectiveAcknowledged(
            fact=header(directive),
            effective_on=on_day(rules, local_day(now, rules.tz)),
            directive_id=directive.id,
            directive=directive_fact(directive, _all_copies(session, directive)),
            office_id=copy.office_id,
            office_province=copy.province,
            at=now,
        )
        emit(session, event, by=directive, now=now)
    return directive


def supersede_directive(
    session: Session, *, directive_id: UUID, successor_id: UUID, expected: int | None, by: Actor, now: datetime
) -> Directive:
    """Replace an issued directive by another one that was issued in the same cycle."""
    directive = _expected(session, directive_id, expected, by)
    successor = queries.get_directive(session, successor_id, by=by)
    directive.become(Action.SUPERSEDE)
    refuse(
        may_supersede(
            successor_issued=successor.state == State.ISSUED,
            same_cycle=(successor.programme, successor.cycle) == (directive.programme, directive.cycle),
            same=successor.id == directive_id,
        )
    )
    directive.successor_id = successor.id
    return _end(session, directive, reason=None, now=now)


def revoke_directive(
    session: Session, *, directive_id: UUID, reason: str, expected: int | None, by: Actor, now: datetime
) -> Directive:
    """Take an issued directive back, with a reason."""
    directive = _expected(session, directive_id, expected, by)
    directive.become(Action.REVOKE)
    return _end(session, directive, reason=reason, now=now)


def remind_directive(session: Session, *, reminder_id: UUID, now: datetime) -> None:
    """Give one reminder whose hour has come, unless the office acknowledged or the directive is no longer in force."""
    reminder = session.get(DirectiveReminder, reminder_id, with_for_update=True)
    if reminder is None or reminder.state != ReminderState.WAITING or reminder.due_at > now:
        return
    by = system_actor(reminder.tenant)
    directive = queries.get_directive_locked(session, reminder.directive_id, by=by)
    copy = session.get_one(DirectiveCopy, reminder.copy_id)
    if copy.state == CopyState.ACKNOWLEDGED or directive.state != State.ISSUED:
        reminder.become(ReminderAction.DROP)
        session.flush()
        return
    reminder.become(ReminderAction.GIVE)
    rules = _rules(session, directive)
    event = DirectiveReminderDue(
        fact=header(directive),
        effective_on=on_day(rules, local_day(now, rules.tz)),
        directive_id=directive.id,
        directive=directive_fact(directive, _all_copies(session, directive)),
        office_id=copy.office_id,
        office_province=copy.province,
        step=f"WD{reminder.step}",
        due_at=reminder.due_at,
    )
    emit(session, event, by=directive, now=now)


@contextmanager
def _for_the_country(session: Session, tenant: str) -> Iterator[None]:
    """Write as the country for a moment: a province's acknowledgement changes the national row it belongs to."""
    session.flush()
    reach = session.info["reach"]
    enter(session, tenant=tenant, province="*")
    yield
    session.flush()
    enter(session, tenant=reach[0], province=reach[1])


def _expected(session: Session, directive_id: UUID, expected: int | None, by: Actor) -> Directive:
    directive = queries.get_directive(session, directive_id, by=by)
    expect(directive, expected)
    return directive


def _end(session: Session, directive: Directive, *, reason: str | None, now: datetime) -> Directive:
    directive.reason, directive.ended_at = reason, now
    rules = _rules(session, directive)
    event = DirectiveSuperseded(
        fact=header(directive, "end"),
        effective_on=on_day(rules, local_day(now, rules.tz)),
        directive_id=directive.id,
        directive=directive_fact(directive, _all_copies(session, directive)),
        reason=reason,
    )
    emit(session, event, by=directive, now=now)
    return directive


def _all_copies(session: Session, directive: Directive) -> Sequence[DirectiveCopy]:
    return queries.list_copies(session, directive.id, by=system_actor(directive.tenant))


def _rules(session: Session, directive: Directive) -> Definition:
    return rules_of(session, tenant=directive.tenant, programme=directive.programme, cycle=directive.cycle)
