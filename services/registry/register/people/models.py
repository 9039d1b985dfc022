"""Table of people."""

from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKeyConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.db import Fact
from services.registry.register.people.lifecycle import PERSON, Action, State
from shared.kernel.db import scoped_keys


class Person(Fact):
    """One person (A07); roles and seats are held elsewhere and know the id only."""

    __tablename__ = "people"
    __table_args__ = scoped_keys(
        ForeignKeyConstraint(["tenant", "guardian_id"], ["people.tenant", "people.id"]),
        CheckConstraint("NOT minor OR (email IS NULL AND mobile IS NULL)", name="minor_has_no_contact_points"),
        Index("ix_people_email", "tenant", "email", postgresql_where=text("email IS NOT NULL")),
        Index("ix_people_mobile", "tenant", "mobile", postgresql_where=text("mobile IS NOT NULL")),
    )

    display_name: Mapped[str] = mapped_column(Text)
    family_name: Mapped[str | None] = mapped_column(Text)
    honorific: Mapped[str | None] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    digits: Mapped[str | None] = mapped_column(Text)
    channels: Mapped[list[str]] = mapped_column(ARRAY(Text))
    email: Mapped[str | None] = mapped_column(Text)
    mobile: Mapped[str | None] = mapped_column(Text)
    verified: Mapped[bool] = mapped_column(Boolean)
    purposes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    quiet_from: Mapped[str | None] = mapped_column(Text)
    quiet_to: Mapped[str | None] = mapped_column(Text)
    minor: Mapped[bool] = mapped_column(Boolean)
    guardian_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(Text)
    sensitive_sequence: Mapped[int] = mapped_column(default=0)

    @property
    def is_known(self) -> bool:
        """Whether names and contacts are still there."""
        return self.state == State.ACTIVE

    def become(self, action: Action) -> None:
        """Go where the action leads; IllegalTransition when it is not open."""
        self.state = PERSON.after(State(self.state), action)
