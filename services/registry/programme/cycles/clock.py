"""What of cycles becomes due: the next move of a period."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.programme.cycles import commands, queries
from shared.kernel.clock import Due


def _advance(session: Session, period_id: UUID, now: datetime) -> None:
    commands.advance_period(session, period_id=period_id, now=now)


DUE: list[Due] = [
    Due(
        name="cycles.periods",
        due=queries.periods_to_move,
        run=_advance,
        next_at=queries.next_move_of_periods,
    )
]
