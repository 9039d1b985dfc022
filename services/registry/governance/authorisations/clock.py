"""What the clock does with authorisations: it reminds before a permit ends, and lets it expire (N-05)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.governance.authorisations.commands import expire_authorisation, remind_authorisation
from services.registry.governance.authorisations.queries import (
    find_next_expiry_at,
    find_next_reminder_at,
    list_expired,
    list_to_remind,
)
from shared.kernel.clock import Due


def _remind(session: Session, authorisation_id: UUID, now: datetime) -> None:
    remind_authorisation(session, authorisation_id=authorisation_id, now=now)


def _expire(session: Session, authorisation_id: UUID, now: datetime) -> None:
    expire_authorisation(session, authorisation_id=authorisation_id, now=now)


DUE = [
    Due("authorisations.expire", due=list_expired, run=_expire, next_at=find_next_expiry_at),
    Due("authorisations.remind", due=list_to_remind, run=_remind, next_at=find_next_reminder_at),
]
