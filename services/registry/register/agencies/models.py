"""Table of agencies."""

from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.db import Fact
from services.registry.register.agencies.lifecycle import AGENCY, Action, State
from shared.kernel.db import scoped_keys


class Agency(Fact):
    """One agency (A06); a national one has no province of its own but may be in several pools."""

    __tablename__ = "agencies"
    __table_args__ = scoped_keys(
        ForeignKeyConstraint(["tenant", "merged_into"], ["agencies.tenant", "agencies.id"]),
        Index("ix_agencies_names", "name_keys", postgresql_using="gin"),
        Index("ix_agencies_pools", "pool_territories", postgresql_using="gin"),
    )

    names: Mapped[dict[str, str]] = mapped_column(JSONB)
    aliases: Mapped[list[str]] = mapped_column(ARRAY(Text))
    search_key: Mapped[str] = mapped_column(Text)
    name_keys: Mapped[list[str]] = mapped_column(ARRAY(Text))
    kind: Mapped[str] = mapped_column(Text)
    sector: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    territory_code: Mapped[str] = mapped_column(Text)
    pool_territories: Mapped[list[str]] = mapped_column(ARRAY(Text))
    external_ids: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text)
    merged_into: Mapped[UUID | None]
    reason: Mapped[str | None] = mapped_column(Text)

    @property
    def is_open(self) -> bool:
        """Whether the record is in use."""
        return self.state == State.ACTIVE

    def become(self, action: Action) -> None:
        """Go where the action leads; IllegalTransition when it is not open."""
        self.state = AGENCY.after(State(self.state), action)
