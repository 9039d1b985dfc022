"""Table of pairings."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, ForeignKeyConstraint, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.db import Fact
from services.registry.partnership.pairings.lifecycle import OPEN, PAIRING, Action, State
from shared.kernel.db import scoped_keys

_IS_OPEN = text("state IN (" + ", ".join(f"'{state}'" for state in OPEN) + ")")


class Pairing(Fact):
    """One secretariat and one agency in a cycle; `active` are the days it was established.

    The two partial unique indexes are the lock behind I-08: of two simultaneous proposals the database refuses one.
    """

    __tablename__ = "pairings"
    __table_args__ = scoped_keys(
        Index("uq_pairings_open_secretariat", "tenant", "programme", "cycle", "secretariat_id", unique=True,
              postgresql_where=_IS_OPEN),
        Index("uq_pairings_open_agency", "tenant", "programme", "cycle", "agency_id", unique=True,
              postgresql_where=_IS_OPEN),
        Index("ix_pairings_list", "tenant", "cycle", "province", "state"),
        ForeignKeyConstraint(
            ["tenant", "province", "secretariat_id"],
            ["secretariats.tenant", "secretariats.province", "secretariats.id"],
        ),
        ForeignKeyConstraint(
            ["tenant", "province", "plan_id"],
            ["province_plans.tenant", "province_plans.province", "province_plans.id"],
        ),
    )  # fmt: skip

    plan_id: Mapped[UUID] = mapped_column(Uuid)
    secretariat_id: Mapped[UUID] = mapped_column(Uuid)
    school_id: Mapped[UUID] = mapped_column(Uuid)
    school_names: Mapped[dict[str, str]] = mapped_column(JSONB)
    agency_id: Mapped[UUID] = mapped_column(Uuid)
    agency_names: Mapped[dict[str, str]] = mapped_column(JSONB)
    dims: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text)
    proposed_on: Mapped[date] = mapped_column(Date)
    invited_on: Mapped[date | None] = mapped_column(Date)
    letter_id: Mapped[UUID | None] = mapped_column(Uuid)
    answered_on: Mapped[date | None] = mapped_column(Date)
    answer: Mapped[str | None] = mapped_column(Text)
    established_on: Mapped[date | None] = mapped_column(Date)
    active: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    ended_on: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str | None] = mapped_column(Text)

    def become(self, action: Action) -> None:
        """Go where the action leads; IllegalTransition when it is not open."""
        self.state = PAIRING.after(State(self.state), action)
