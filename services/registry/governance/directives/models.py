"""Tables of directives, their addressees' copies and the reminders that wait for their hour."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.db import Fact
from services.registry.governance.directives.lifecycle import (
    COPY,
    DIRECTIVE,
    REMINDER,
    Action,
    CopyAction,
    CopyState,
    ReminderAction,
    ReminderState,
    State,
)
from shared.kernel.db import UTC_TIME, scoped_keys


class Directive(Fact):
    """A text of HQ for the provinces, numbered once per cycle (A19)."""

    __tablename__ = "directives"
    __table_args__ = scoped_keys(UniqueConstraint("tenant", "programme", "cycle", "number"))

    number: Mapped[str] = mapped_column(Text)
    revision: Mapped[int]
    title: Mapped[dict[str, str]] = mapped_column(JSONB)
    body: Mapped[dict[str, str]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text)
    legal_comment: Mapped[str] = mapped_column(Text)
    legal_comment_by: Mapped[UUID | None]
    legal_comment_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    approved_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    issued_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    issued_on: Mapped[date | None]
    acknowledge_by: Mapped[datetime | None] = mapped_column(UTC_TIME)
    successor_id: Mapped[UUID | None]
    ended_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    reason: Mapped[str | None] = mapped_column(Text)

    def become(self, action: Action) -> None:
        """Go where the action leads; IllegalTransition when it is not open."""
        self.state = DIRECTIVE.after(State(self.state), action)


class DirectiveCopy(Fact):
    """The copy of one addressed office, with its own last working day and its acknowledgement."""

    __tablename__ = "directive_copies"
    __table_args__ = scoped_keys(
        ForeignKeyConstraint(["tenant", "directive_id"], ["directives.tenant", "directives.id"]),
        UniqueConstraint("tenant", "province", "directive_id", "office_id"),
    )

    directive_id: Mapped[UUID]
    office_id: Mapped[UUID]
    office_names: Mapped[dict[str, str]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text)
    acknowledge_by: Mapped[datetime] = mapped_column(UTC_TIME)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    acknowledged_by: Mapped[UUID | None]

    def become(self, action: CopyAction) -> None:
        """Go where the action leads; IllegalTransition when it is not open."""
        self.state = COPY.after(CopyState(self.state), action)


class DirectiveReminder(Fact):
    """One step of the ladder of one copy; `step` counts the working days that must have passed (N-02)."""

    __tablename__ = "directive_reminders"
    __table_args__ = scoped_keys(
        ForeignKeyConstraint(
            ["tenant", "province", "copy_id"],
            ["directive_copies.tenant", "directive_copies.province", "directive_copies.id"],
        ),
        UniqueConstraint("tenant", "province", "copy_id", "step"),
        Index("ix_directive_reminders_waiting", "due_at", postgresql_where=text("state = 'waiting'")),
    )

    copy_id: Mapped[UUID]
    directive_id: Mapped[UUID]
    step: Mapped[int]
    due_at: Mapped[datetime] = mapped_column(UTC_TIME)
    state: Mapped[str] = mapped_column(Text)

    def become(self, action: ReminderAction) -> None:
        """Go where the action leads; IllegalTransition when it is not open."""
        self.state = REMINDER.after(ReminderState(self.state), action)
