"""Table of letters."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.db import Fact
from services.registry.governance.letters.lifecycle import LETTER, Action, State
from shared.kernel.db import UTC_TIME, scoped_keys


class Letter(Fact):
    """Official correspondence; its number is unique for the sender and the year of its calendar (A18)."""

    __tablename__ = "letters"
    __table_args__ = scoped_keys(
        ForeignKeyConstraint(["tenant", "province", "reply_to"], ["letters.tenant", "letters.province", "letters.id"]),
        UniqueConstraint("tenant", "province", "sender_id", "year", "number"),
        Index("ix_letters_silent", "silent_at", postgresql_where=text("state = 'sent'")),
        Index("ix_letters_reminding", "remind_at", postgresql_where=text("state = 'unanswered'")),
        Index("ix_letters_about", "tenant", "province", "about_kind", "about_id"),
    )

    direction: Mapped[str] = mapped_column(Text)
    subject_code: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    sender_id: Mapped[UUID]
    sender_names: Mapped[dict[str, str]] = mapped_column(JSONB)
    addressees: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    agency_id: Mapped[UUID | None]
    about_kind: Mapped[str | None] = mapped_column(Text)
    about_id: Mapped[UUID | None]
    reply_to: Mapped[UUID | None]
    expects_answer: Mapped[bool] = mapped_column(Boolean)
    number: Mapped[str | None] = mapped_column(Text)
    year: Mapped[int | None]
    sent_on: Mapped[date | None]
    sent_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    answered_on: Mapped[date | None]
    silent_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    remind_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    reminded_at: Mapped[datetime | None] = mapped_column(UTC_TIME)

    def become(self, action: Action) -> None:
        """Go where the action leads; IllegalTransition when it is not open."""
        self.state = LETTER.after(State(self.state), action)
