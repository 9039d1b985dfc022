"""Table of role assignments."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.db import Fact
from services.registry.register.roles.lifecycle import ROLE_ASSIGNMENT, Action, State
from services.registry.register.roles.rules import NATIONAL
from shared.kernel.db import scoped_keys


class RoleAssignment(Fact):
    """One role of one person (A08) on the days [from_on, to_on); the row's province '' is a national role."""

    __tablename__ = "role_assignments"
    __table_args__ = scoped_keys(
        ForeignKeyConstraint(["tenant", "person_id"], ["people.tenant", "people.id"]),
        Index("ix_role_assignments_person", "tenant", "person_id"),
        Index("ix_role_assignments_role", "tenant", "role", "province"),
        Index("ix_role_assignments_organisation", "tenant", "organisation_id"),
    )

    person_id: Mapped[UUID]
    role: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID | None]
    organisation_kind: Mapped[str | None] = mapped_column(Text)
    district: Mapped[str | None] = mapped_column(Text)
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)

    @property
    def reach(self) -> str:
        """'*' for a national role, else its province: what tokens and events carry."""
        return self.province or NATIONAL

    def become(self, action: Action) -> None:
        """Go where the action leads; IllegalTransition when it is not open."""
        self.state = ROLE_ASSIGNMENT.after(State(self.state), action)
