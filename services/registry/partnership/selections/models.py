"""Table of selected agencies."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.db import Fact
from services.registry.partnership.selections.lifecycle import SELECTION, Action, State
from shared.kernel.db import scoped_keys


class Selection(Fact):
    """An agency in one cycle of a province; `held` are the days it holds a slot, `pairing_id` is its open pairing."""

    __tablename__ = "selections"
    __table_args__ = scoped_keys(
        UniqueConstraint("tenant", "plan_id", "agency_id"),
        ForeignKeyConstraint(
            ["tenant", "province", "plan_id"],
            ["province_plans.tenant", "province_plans.province", "province_plans.id"],
        ),
    )

    plan_id: Mapped[UUID] = mapped_column(Uuid)
    agency_id: Mapped[UUID] = mapped_column(Uuid)
    agency_names: Mapped[dict[str, str]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text)
    slot_no: Mapped[int]
    decision_ref: Mapped[str] = mapped_column(Text)
    criteria: Mapped[str] = mapped_column(Text)
    held: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    dims: Mapped[dict[str, Any]] = mapped_column(JSONB)
    pairing_id: Mapped[UUID | None] = mapped_column(Uuid)

    def become(self, action: Action) -> None:
        """Go where the action leads; IllegalTransition when it is not open."""
        self.state = SELECTION.after(State(self.state), action)
