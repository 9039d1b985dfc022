"""Tables of committees, their seats and the people who hold or held them."""

from datetime import date
from uuid import UUID

from sqlalchemy import Boolean, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.db import Fact
from services.registry.governance.committees.lifecycle import (
    COMMITTEE,
    SEAT,
    Action,
    SeatAction,
    SeatState,
    State,
)
from shared.kernel.db import scoped_keys


class Committee(Fact):
    """A committee of a cycle, one for the country and one for each province (A09)."""

    __tablename__ = "committees"
    __table_args__ = scoped_keys(UniqueConstraint("tenant", "programme", "cycle", "level", "province", "code"))

    code: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    names: Mapped[dict[str, str]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text)
    constituted_on: Mapped[date]
    chair: Mapped[str] = mapped_column(Text)
    secretary: Mapped[str | None] = mapped_column(Text)
    secretary_fixed: Mapped[bool] = mapped_column(Boolean)

    def become(self, action: Action) -> None:
        """Go where the action leads; IllegalTransition when it is not open."""
        self.state = COMMITTEE.after(State(self.state), action)


class CommitteeSeat(Fact):
    """One seat of a committee, as its template describes it."""

    __tablename__ = "committee_seats"
    __table_args__ = scoped_keys(
        ForeignKeyConstraint(
            ["tenant", "province", "committee_id"], ["committees.tenant", "committees.province", "committees.id"]
        ),
        UniqueConstraint("tenant", "province", "committee_id", "code"),
    )

    committee_id: Mapped[UUID]
    code: Mapped[str] = mapped_column(Text)
    ordinal: Mapped[int]
    names: Mapped[dict[str, str]] = mapped_column(JSONB)
    role: Mapped[str] = mapped_column(Text)
    minor: Mapped[bool] = mapped_column(Boolean)
    delegate_allowed: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[str] = mapped_column(Text)

    def become(self, action: SeatAction) -> None:
        """Go where the action leads; IllegalTransition when it is not open."""
        self.state = SEAT.after(SeatState(self.state), action)


class SeatHolding(Fact):
    """One person in one seat for local days [begins_on, ends_on); open while `ends_on` is None (I-13)."""

    __tablename__ = "committee_seat_holdings"
    __table_args__ = scoped_keys(
        ForeignKeyConstraint(
            ["tenant", "province", "seat_id"],
            ["committee_seats.tenant", "committee_seats.province", "committee_seats.id"],
        ),
        Index(
            "uq_committee_seat_holdings_one_open",
            "tenant",
            "province",
            "seat_id",
            unique=True,
            postgresql_where=text("ends_on IS NULL"),
        ),
    )

    seat_id: Mapped[UUID]
    person_id: Mapped[UUID]
    minor: Mapped[bool] = mapped_column(Boolean)
    begins_on: Mapped[date]
    ends_on: Mapped[date | None]
    delegate_id: Mapped[UUID | None]
    delegate_from: Mapped[date | None]
