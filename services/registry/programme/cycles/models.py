"""Tables of cycles and their periods."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.db import Fact
from services.registry.programme.cycles.lifecycle import (
    CYCLE,
    PERIOD,
    Action,
    PeriodAction,
    PeriodState,
    State,
)
from shared.kernel.db import UTC_TIME, scoped_keys
from shared.values.calendars import Calendar
from shared.values.periods import CycleRange


class Cycle(Fact):
    """One run of a programme (A02); `cycle` is its label, `to_on` its last day."""

    __tablename__ = "cycles"
    __table_args__ = scoped_keys(
        ForeignKeyConstraint(["tenant", "programme_id"], ["programmes.tenant", "programmes.id"]),
        UniqueConstraint("tenant", "programme", "cycle"),
    )

    programme_id: Mapped[UUID]
    calendar: Mapped[str] = mapped_column(Text)
    tz: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date]
    to_on: Mapped[date]
    definition_version: Mapped[int]
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)

    @property
    def label(self) -> str:
        """Its label, which is also the scope of everything in it."""
        return self.cycle

    @property
    def range(self) -> CycleRange:
        """Its days and calendar."""
        return CycleRange(calendar=Calendar(self.calendar), start=self.from_on, end=self.to_on)

    def become(self, action: Action) -> None:
        """Go where the action leads; IllegalTransition when it is not open."""
        self.state = CYCLE.after(State(self.state), action)


class CyclePeriod(Fact):
    """One quarter of a cycle; `next_at` is the instant at which the clock moves it on."""

    __tablename__ = "cycle_periods"
    __table_args__ = scoped_keys(
        ForeignKeyConstraint(["tenant", "cycle_id"], ["cycles.tenant", "cycles.id"]),
        UniqueConstraint("tenant", "cycle_id", "ordinal"),
        Index("ix_cycle_periods_moving", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    )

    cycle_id: Mapped[UUID]
    ordinal: Mapped[int]
    names: Mapped[dict[str, str]] = mapped_column(JSONB)
    from_on: Mapped[date]
    to_on: Mapped[date]
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    next_at: Mapped[datetime | None] = mapped_column(UTC_TIME)

    def become(self, action: PeriodAction) -> None:
        """Go where the action leads; IllegalTransition when it is not open."""
        self.state = PERIOD.after(PeriodState(self.state), action)
