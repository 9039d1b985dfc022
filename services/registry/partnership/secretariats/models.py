"""Tables of secretariats: the secretariat, its appointment letters and its officers."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Date, ForeignKeyConstraint, Index, Numeric, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.db import Fact
from services.registry.partnership.secretariats.lifecycle import SECRETARIAT, Action, State
from shared.kernel.db import scoped_keys


class Secretariat(Fact):
    """A school's role in one cycle; `active` are the days it was established, `dims` the school as of the last step."""

    __tablename__ = "secretariats"
    __table_args__ = scoped_keys(
        UniqueConstraint("tenant", "programme", "cycle", "school_id"),
        Index("ix_secretariats_list", "tenant", "cycle", "province", "state"),
        ForeignKeyConstraint(
            ["tenant", "province", "plan_id"],
            ["province_plans.tenant", "province_plans.province", "province_plans.id"],
        ),
    )

    plan_id: Mapped[UUID] = mapped_column(Uuid)
    school_id: Mapped[UUID] = mapped_column(Uuid)
    school_names: Mapped[dict[str, str]] = mapped_column(JSONB)
    dims: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text)
    nominated_on: Mapped[date] = mapped_column(Date)
    checklist: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    score: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    assessed_on: Mapped[date | None] = mapped_column(Date)
    slot_no: Mapped[int | None]
    selected_on: Mapped[date | None] = mapped_column(Date)
    decision_ref: Mapped[str | None] = mapped_column(Text)
    appointed_on: Mapped[date | None] = mapped_column(Date)
    appointment_number: Mapped[str | None] = mapped_column(Text)
    principal_id: Mapped[UUID | None] = mapped_column(Uuid)
    duty_sheet: Mapped[list[str]] = mapped_column(JSONB, default=list)
    action_calendar: Mapped[list[dict[str, str]]] = mapped_column(JSONB, default=list)
    established_on: Mapped[date | None] = mapped_column(Date)
    active: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    ended_on: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str | None] = mapped_column(Text)

    def become(self, action: Action) -> None:
        """Go where the action leads; IllegalTransition when it is not open."""
        self.state = SECRETARIAT.after(State(self.state), action)


class Appointment(Fact):
    """An appointment letter: number, day, and the principal it names; history stays when the principal changes."""

    __tablename__ = "secretariat_appointments"
    __table_args__ = scoped_keys(
        UniqueConstraint("tenant", "province", "cycle", "number"),
        ForeignKeyConstraint(
            ["tenant", "province", "secretariat_id"],
            ["secretariats.tenant", "secretariats.province", "secretariats.id"],
        ),
    )

    secretariat_id: Mapped[UUID] = mapped_column(Uuid)
    number: Mapped[str] = mapped_column(Text)
    letter_on: Mapped[date] = mapped_column(Date)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    ended_on: Mapped[date | None] = mapped_column(Date)


class Officer(Fact):
    """A person who runs the secretariat from a day on; `to_on` is the first day it is somebody else."""

    __tablename__ = "secretariat_officers"
    __table_args__ = scoped_keys(
        Index(
            "uq_secretariat_officers_current",
            "tenant",
            "secretariat_id",
            "person_id",
            unique=True,
            postgresql_where=text("to_on IS NULL"),
        ),
        ForeignKeyConstraint(
            ["tenant", "province", "secretariat_id"],
            ["secretariats.tenant", "secretariats.province", "secretariats.id"],
        ),
    )

    secretariat_id: Mapped[UUID] = mapped_column(Uuid)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date | None] = mapped_column(Date)
