"""Verbs of authorisations: request, table, grant, refuse, and the clock's remind and expire."""

from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.governance.authorisations import queries
from services.registry.governance.authorisations.lifecycle import AUTHORISATION, Action, State
from services.registry.governance.authorisations.models import Authorisation
from services.registry.governance.authorisations.rules import may_grant, may_refuse, may_table, reminder_day
from services.registry.governance.committees.queries import get_home_path
from services.registry.programme.cycles.queries import cycle_named, rules_of
from services.registry.programme.holidays.queries import holidays_of
from services.registry.programme.programmes.definition import Definition
from shared.contracts.base import FactHeader
from shared.contracts.governance import (
    AuthorisationEvent,
    AuthorisationExpired,
    AuthorisationFact,
    AuthorisationGranted,
    AuthorisationRefused,
    AuthorisationReminderDue,
    AuthorisationRequested,
    AuthorisationTabled,
)
from shared.kernel.auth import Actor
from shared.kernel.outbox import emit
from shared.kernel.problems import expect, refuse
from shared.kernel.tenancy import scope_of
from shared.values.deadlines import at_local, local_day, roll_forward, start_of_day
from shared.values.ids import new_id
from shared.values.partial_dates import PartialDate

MORNING = time(9)
LOOK_AHEAD = timedelta(days=60)

E = TypeVar("E", bound=AuthorisationEvent)


class _Case(NamedTuple):
    """What a command about one authorisation works with."""

    authorisation: Authorisation
    rules: Definition
    today: date


def request_authorisation(
    session: Session,
    *,
    programme: str,
    cycle: str,
    province: str,
    kind: str,
    body: dict[str, str],
    subject: str,
    about_id: UUID | None = None,
    requested_on: date | None = None,
    authorisation_id: UUID | None = None,
    by: Actor,
    now: datetime,
) -> Authorisation:
    """Ask a council, a committee or a body to be visited for its permit (R-054, R-055, R-063)."""
    if authorisation_id is not None and (known := session.get(Authorisation, authorisation_id)) is not None:
        return queries.get_authorisation(session, known.id, by=by)
    territory = get_home_path(session, province=province, by=by)
    rules = rules_of(session, tenant=by.tenant, programme=programme, cycle=cycle)
    cycle_named(session, tenant=by.tenant, programme=programme, cycle=cycle)
    today = local_day(now, rules.tz)
    asked_on = requested_on or today
    refuse(may_table(asked_on, asked_on, today))
    scope = scope_of(by, programme=programme, cycle=cycle, province=province, territory=territory)
    authorisation = Authorisation(
        id=authorisation_id or new_id(),
        **scope,
        kind=kind,
        body=body,
        subject=subject,
        about_id=about_id,
        state=AUTHORISATION.start(Action.REQUEST),
        requested_on=asked_on,
    )
    session.add(authorisation)
    _say(session, AuthorisationRequested, authorisation, rules=rules, on=asked_on, now=now)
    return authorisation


def table_authorisation(
    session: Session,
    *,
    authorisation_id: UUID,
    tabled_on: date | None = None,
    meeting_id: UUID | None = None,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> Authorisation:
    """Record that the body had it on its table, with the meeting and its day."""
    authorisation, rules, today = _case(session, authorisation_id, expected, by, now)
    authorisation.become(Action.TABLE)
    day = tabled_on or today
    refuse(may_table(authorisation.requested_on, day, today))
    authorisation.tabled_on, authorisation.meeting_id = day, meeting_id
    _say(session, AuthorisationTabled, authorisation, rules=rules, on=day, now=now)
    return authorisation


def grant_authorisation(
    session: Session,
    *,
    authorisation_id: UUID,
    number: str,
    granted_on: date | None = None,
    valid_until: date | None = None,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> Authorisation:
    """Record the permit with number, day and validity; the clock reminds 14 days before it ends and expires it."""
    authorisation, rules, today = _case(session, authorisation_id, expected, by, now)
    authorisation.become(Action.GRANT)
    day = granted_on or today
    refuse(may_grant(authorisation.tabled_on or day, day, valid_until, today, number))
    authorisation.number, authorisation.decided_on, authorisation.valid_until = number, day, valid_until
    if valid_until is not None:
        authorisation.expires_at = start_of_day(valid_until + timedelta(days=1), rules.tz)
        authorisation.remind_at = _reminder_at(session, authorisation, valid_until, rules=rules, now=now)
    _say(session, AuthorisationGranted, authorisation, rules=rules, on=day, now=now)
    return authorisation


def refuse_authorisation(
    session: Session,
    *,
    authorisation_id: UUID,
    reason: str,
    refused_on: date | None = None,
    expected: int | None,
    by: Actor,
    now: datetime,
) -> Authorisation:
    """Record that the body said no, and why."""
    authorisation, rules, today = _case(session, authorisation_id, expected, by, now)
    authorisation.become(Action.REFUSE)
    day = refused_on or today
    refuse(may_refuse(authorisation.tabled_on or day, day, today))
    authorisation.decided_on, authorisation.reason = day, reason
    _say(session, AuthorisationRefused, authorisation, rules=rules, on=day, now=now)
    return authorisation


def remind_authorisation(session: Session, *, authorisation_id: UUID, now: datetime) -> None:
    """Tell once that a permit ends soon."""
    authorisation = session.get(Authorisation, authorisation_id, with_for_update=True)
    if authorisation is None or authorisation.state != State.GRANTED or authorisation.reminded_at is not None:
        return
    if authorisation.remind_at is None or authorisation.remind_at > now:
        return
    authorisation.become(Action.REMIND)
    authorisation.reminded_at = now
    rules = _rules(session, authorisation)
    more = {"step": "T-14", "due_at": authorisation.remind_at}
    _say(session, AuthorisationReminderDue, authorisation, rules=rules, on=local_day(now, rules.tz), now=now, more=more)


def expire_authorisation(session: Session, *, authorisation_id: UUID, now: datetime) -> None:
    """Let a permit lapse whose last day has passed."""
    authorisation = session.get(Authorisation, authorisation_id, with_for_update=True)
    if authorisation is None or authorisation.state != State.GRANTED:
        return
    if authorisation.expires_at is None or authorisation.expires_at > now:
        return
    authorisation.become(Action.EXPIRE)
    rules = _rules(session, authorisation)
    _say(session, AuthorisationExpired, authorisation, rules=rules, on=local_day(now, rules.tz), now=now)


def _case(session: Session, authorisation_id: UUID, expected: int | None, by: Actor, now: datetime) -> _Case:
    authorisation = queries.get_authorisation(session, authorisation_id, by=by)
    expect(authorisation, expected)
    rules = _rules(session, authorisation)
    return _Case(authorisation, rules, local_day(now, rules.tz))


def _rules(session: Session, authorisation: Authorisation) -> Definition:
    return rules_of(session, tenant=authorisation.tenant, programme=authorisation.programme, cycle=authorisation.cycle)


def _reminder_at(
    session: Session, authorisation: Authorisation, valid_until: date, *, rules: Definition, now: datetime
) -> datetime | None:
    """09:00 of the working day, None when that hour has passed already."""
    day = reminder_day(valid_until)
    days_off = holidays_of(
        session, tenant=authorisation.tenant, territory=authorisation.province, first=day, last=day + LOOK_AHEAD
    )
    at = at_local(roll_forward(day, rules.weekend, days_off), MORNING, rules.tz)
    return at if at > now else None


def _say(
    session: Session,
    event: type[E],
    authorisation: Authorisation,
    *,
    rules: Definition,
    on: date,
    now: datetime,
    more: dict[str, Any] | None = None,
) -> None:
    kind = "end" if event is AuthorisationExpired else "create"
    said = event(
        fact=FactHeader(id=authorisation.id, version=(authorisation.sequence or 0) + 1, kind=kind),
        effective_on=PartialDate.of_day(rules.system, on),
        authorisation_id=authorisation.id,
        authorisation=AuthorisationFact(
            authorisation_id=authorisation.id,
            kind=authorisation.kind,
            body=authorisation.body,
            subject=authorisation.subject,
            state=authorisation.state,
            number=authorisation.number,
            requested_on=authorisation.requested_on,
            tabled_on=authorisation.tabled_on,
            decided_on=authorisation.decided_on,
            valid_until=authorisation.valid_until,
            meeting_id=authorisation.meeting_id,
            reason=authorisation.reason,
        ),
        **(more or {}),
    )
    emit(session, said, by=authorisation, now=now)
