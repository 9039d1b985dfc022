"""Questions about directives, their copies and reminders."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from services.registry.governance.directives.lifecycle import ReminderState, State
from services.registry.governance.directives.models import Directive, DirectiveCopy, DirectiveReminder
from shared.kernel.auth import Actor
from shared.kernel.problems import NotFound
from shared.kernel.tenancy import within


class DirectiveNotFound(NotFound):
    """No such directive."""


def get_directive(session: Session, directive_id: UUID, *, by: Actor) -> Directive:
    """The directive; provinces know it only once it was issued, before that it is DirectiveNotFound for them."""
    found = session.scalar(select(Directive).where(Directive.id == directive_id, within(Directive, by), *_known_to(by)))
    if found is None:
        raise DirectiveNotFound
    return found


def get_directive_locked(session: Session, directive_id: UUID, *, by: Actor) -> Directive:
    """The directive, held until the transaction ends: acknowledgements of many provinces queue up, not clash."""
    get_directive(session, directive_id, by=by)
    return session.scalars(
        select(Directive)
        .where(Directive.id == directive_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def list_directives(
    session: Session,
    *,
    by: Actor,
    programme: str | None = None,
    cycle: str | None = None,
    state: str | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> Sequence[Directive]:
    """Directives the actor may know, by id, one more than the limit."""
    wanted = select(Directive).where(within(Directive, by), *_known_to(by)).order_by(Directive.id).limit(limit + 1)
    for column, value in ((Directive.programme, programme), (Directive.cycle, cycle), (Directive.state, state)):
        if value is not None:
            wanted = wanted.where(column == value)
    return session.scalars(wanted if after is None else wanted.where(Directive.id > after)).all()


def list_copies(session: Session, directive_id: UUID, *, by: Actor) -> Sequence[DirectiveCopy]:
    """The copies within reach: all of them for HQ, the own one for a province."""
    return session.scalars(
        select(DirectiveCopy)
        .where(DirectiveCopy.directive_id == directive_id, within(DirectiveCopy, by))
        .order_by(DirectiveCopy.province, DirectiveCopy.id)
    ).all()


def find_directive_numbered(
    session: Session, *, tenant: str, programme: str, cycle: str, number: str
) -> Directive | None:
    """The directive that carries a number in a cycle."""
    return session.scalar(
        select(Directive).where(
            Directive.tenant == tenant,
            Directive.programme == programme,
            Directive.cycle == cycle,
            Directive.number == number,
        )
    )


def issued_on(session: Session, *, tenant: str, programme: str, cycle: str) -> date | None:
    """The local day of the first directive issued in a cycle and not revoked (duty H1, step T1)."""
    return session.scalar(
        select(func.min(Directive.issued_on)).where(
            Directive.tenant == tenant,
            Directive.programme == programme,
            Directive.cycle == cycle,
            Directive.state.in_((State.ISSUED, State.SUPERSEDED)),
        )
    )


def list_due_reminders(session: Session, now: datetime, limit: int) -> Sequence[UUID]:
    """Reminders whose hour has come, earliest first."""
    return session.scalars(
        select(DirectiveReminder.id)
        .where(DirectiveReminder.state == ReminderState.WAITING, DirectiveReminder.due_at <= now)
        .order_by(DirectiveReminder.due_at, DirectiveReminder.step, DirectiveReminder.id)
        .limit(limit)
    ).all()


def find_next_reminder_at(session: Session) -> datetime | None:
    """When the next reminder is due."""
    return session.scalar(
        select(func.min(DirectiveReminder.due_at)).where(DirectiveReminder.state == ReminderState.WAITING)
    )


def _known_to(by: Actor) -> tuple[ColumnElement[bool], ...]:
    return () if by.national else (Directive.issued_at.is_not(None),)
