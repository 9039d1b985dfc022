"""Tables of obligations: the obligation and the due instants it had before."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.db import Fact, Table
from services.registry.duty.obligations.lifecycle import OBLIGATION, Action, State
from shared.kernel.db import UTC_TIME, Scoped, scoped_keys


class Obligation(Fact):
    """One due instance of a duty (A20).

    `due_version` counts the due instants it had, `rule_version` is the definition's version that gave the present one;
    `ladder_from` is the instant from which steps count, `fired` the steps of this due version, `next_at` when the clock
    looks at it next.
    """

    __tablename__ = "obligations"
    __table_args__ = scoped_keys(
        UniqueConstraint("tenant", "programme", "cycle", "template", "province", "period_key"),
        CheckConstraint("due_version >= 1", name="due_version_counts_up"),
        CheckConstraint("state <> 'fulfilled' OR (fulfilled_on IS NOT NULL AND late IS NOT NULL)", name="fulfilled"),
        CheckConstraint("state <> 'waived' OR waived_reason IS NOT NULL", name="waived_for_a_reason"),
        Index("ix_obligations_next", "next_at", postgresql_where=text("state IN ('scheduled', 'open', 'overdue')")),
    )

    template: Mapped[str] = mapped_column(Text)
    title: Mapped[dict[str, str]] = mapped_column(JSONB)
    level: Mapped[str] = mapped_column(Text)
    assignees: Mapped[list[str]] = mapped_column(JSONB)
    period_key: Mapped[str] = mapped_column(Text)
    period_label: Mapped[dict[str, str]] = mapped_column(JSONB)
    cadence_key: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    opens_at: Mapped[datetime] = mapped_column(UTC_TIME)
    due_on: Mapped[date]
    due_at: Mapped[datetime] = mapped_column(UTC_TIME)
    due_version: Mapped[int] = mapped_column(Integer, default=1)
    rule_version: Mapped[int] = mapped_column(Integer)
    ladder_from: Mapped[datetime] = mapped_column(UTC_TIME)
    fired: Mapped[list[str]] = mapped_column(JSONB, default=list)
    rung: Mapped[str | None] = mapped_column(Text)
    next_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    fulfilled_on: Mapped[date | None]
    fulfilled_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    late: Mapped[bool | None]
    evidence: Mapped[str | None] = mapped_column(Text)
    evidence_id: Mapped[UUID | None]
    waived_reason: Mapped[str | None] = mapped_column(Text)

    def become(self, action: Action) -> None:
        """Go where the action leads; IllegalTransition when it is not open."""
        self.state = OBLIGATION.after(State(self.state), action)


class PastDue(Scoped, Table):
    """A due instant that was moved: kept with its version, and why it moved (I-39)."""

    __tablename__ = "obligation_past_dues"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant", "province", "obligation_id"], ["obligations.tenant", "obligations.province", "obligations.id"]
        ),
    )

    obligation_id: Mapped[UUID] = mapped_column(primary_key=True)
    due_version: Mapped[int] = mapped_column(primary_key=True)
    due_on: Mapped[date]
    due_at: Mapped[datetime] = mapped_column(UTC_TIME)
    rule_version: Mapped[int] = mapped_column(Integer)
    moved_at: Mapped[datetime] = mapped_column(UTC_TIME)
    reason: Mapped[str] = mapped_column(Text)
