"""Table of authorisations."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.db import Fact
from services.registry.governance.authorisations.lifecycle import AUTHORISATION, Action, State
from shared.kernel.db import UTC_TIME, scoped_keys


class Authorisation(Fact):
    """A permit that a province asks of a council, a committee or a body to be visited (A17)."""

    __tablename__ = "authorisations"
    __table_args__ = scoped_keys(
        CheckConstraint("state <> 'granted' OR (number IS NOT NULL AND decided_on IS NOT NULL)", name="granted_whole"),
        Index("ix_authorisations_expiring", "expires_at", postgresql_where=text("state = 'granted'")),
        Index("ix_authorisations_reminding", "remind_at", postgresql_where=text("state = 'granted'")),
    )

    kind: Mapped[str] = mapped_column(Text)
    body: Mapped[dict[str, str]] = mapped_column(JSONB)
    subject: Mapped[str] = mapped_column(Text)
    about_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(Text)
    requested_on: Mapped[date]
    tabled_on: Mapped[date | None]
    meeting_id: Mapped[UUID | None]
    number: Mapped[str | None] = mapped_column(Text)
    decided_on: Mapped[date | None]
    valid_until: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(Text)
    expires_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    remind_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    reminded_at: Mapped[datetime | None] = mapped_column(UTC_TIME)

    def become(self, action: Action) -> None:
        """Go where the action leads; IllegalTransition when it is not open."""
        self.state = AUTHORISATION.after(State(self.state), action)
