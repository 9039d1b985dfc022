"""What issuing a directive leaves behind: a copy for each addressed office, and its reminders."""

from collections.abc import Sequence
from datetime import date, time, timedelta

from sqlalchemy.orm import Session

from services.registry.governance.directives.lifecycle import COPY, REMINDER, CopyAction, ReminderAction
from services.registry.governance.directives.models import Directive, DirectiveCopy, DirectiveReminder
from services.registry.governance.directives.rules import REMINDER_STEPS, Addressee, reminder_day, working_day_after
from services.registry.programme.holidays.queries import holidays_of
from services.registry.programme.programmes.definition import Definition
from services.registry.register.offices.queries import provincial_administrations
from shared.values.deadlines import at_local, end_of_day, is_working_day
from shared.values.ids import new_id

MORNING = time(9)
LOOK_AHEAD = timedelta(days=90)


def addressees_of(session: Session, *, tenant: str, provinces: Sequence[str]) -> list[Addressee]:
    """The provinces that are meant, and whether each has its administration."""
    known = {office.province for office in provincial_administrations(session, tenant=tenant)}
    return [Addressee(province=province, known=province in known) for province in provinces]


def deliver_copies(
    session: Session, directive: Directive, *, provinces: Sequence[str], rules: Definition
) -> list[DirectiveCopy]:
    """A copy per province; its days are counted with the days off of that province (7.4)."""
    assert directive.issued_on is not None
    offices = {office.province: office for office in provincial_administrations(session, tenant=directive.tenant)}
    copies = []
    for province in sorted(provinces):
        office, issued_on = offices[province], directive.issued_on
        days_off = holidays_of(
            session, tenant=directive.tenant, territory=province, first=issued_on, last=issued_on + LOOK_AHEAD
        )

        def working(day: date, days_off: set[date] = days_off) -> bool:
            return is_working_day(day, rules.weekend, days_off)

        scope = {
            "tenant": directive.tenant,
            "programme": directive.programme,
            "cycle": directive.cycle,
            "province": province,
            "territory": office.territory,
        }
        last_day = working_day_after(issued_on, rules.acknowledge_days, working)
        copy = DirectiveCopy(
            id=new_id(),
            directive_id=directive.id,
            office_id=office.id,
            office_names=dict(office.names),
            state=COPY.start(CopyAction.DELIVER),
            acknowledge_by=end_of_day(last_day, rules.tz),
            **scope,
        )
        session.add(copy)
        session.flush()
        days = {step: reminder_day(issued_on, step, working) for step in REMINDER_STEPS}
        session.add_all(_reminder(copy, step, day, tz=rules.tz, scope=scope) for step, day in days.items())
        copies.append(copy)
    return copies


def _reminder(copy: DirectiveCopy, step: int, day: date, *, tz: str, scope: dict[str, str]) -> DirectiveReminder:
    return DirectiveReminder(
        id=new_id(),
        copy_id=copy.id,
        directive_id=copy.directive_id,
        step=step,
        due_at=at_local(day, MORNING, tz),
        state=REMINDER.start(ReminderAction.PLAN),
        **scope,
    )
