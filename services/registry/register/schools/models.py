"""Table of schools."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.db import Fact
from services.registry.register.schools.lifecycle import SCHOOL, Action, State
from shared.kernel.db import scoped_keys


class School(Fact):
    """One school (A05); `as_of` is the day its profile is true from."""

    __tablename__ = "schools"
    __table_args__ = scoped_keys(
        ForeignKeyConstraint(
            ["tenant", "province", "successor_id"], ["schools.tenant", "schools.province", "schools.id"]
        ),
        Index("ix_schools_names", "name_keys", postgresql_using="gin"),
        Index(
            "uq_schools_national_code",
            "tenant",
            "national_code",
            unique=True,
            postgresql_where=text("national_code IS NOT NULL AND state = 'active'"),
        ),
    )

    names: Mapped[dict[str, str]] = mapped_column(JSONB)
    aliases: Mapped[list[str]] = mapped_column(ARRAY(Text))
    search_key: Mapped[str] = mapped_column(Text)
    name_keys: Mapped[list[str]] = mapped_column(ARRAY(Text))
    national_code: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    territory_code: Mapped[str] = mapped_column(Text)
    gender: Mapped[str] = mapped_column(Text)
    stages: Mapped[list[str]] = mapped_column(ARRAY(Text))
    disability_groups: Mapped[list[str]] = mapped_column(ARRAY(Text))
    enrolment: Mapped[int | None]
    capacities: Mapped[list[str]] = mapped_column(ARRAY(Text))
    as_of: Mapped[date]
    state: Mapped[str] = mapped_column(Text)
    successor_id: Mapped[UUID | None]
    reason: Mapped[str | None] = mapped_column(Text)

    @property
    def is_open(self) -> bool:
        """Whether it works: neither closed nor merged."""
        return self.state == State.ACTIVE

    def become(self, action: Action) -> None:
        """Go where the action leads; IllegalTransition when it is not open."""
        self.state = SCHOOL.after(State(self.state), action)
