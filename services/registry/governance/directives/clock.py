"""What the clock does with directives: it reminds offices that have not acknowledged (N-02)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.governance.directives.commands import remind_directive
from services.registry.governance.directives.queries import find_next_reminder_at, list_due_reminders
from shared.kernel.clock import Due


def _remind(session: Session, reminder_id: UUID, now: datetime) -> None:
    remind_directive(session, reminder_id=reminder_id, now=now)


DUE = [Due("directives.remind", due=list_due_reminders, run=_remind, next_at=find_next_reminder_at)]
