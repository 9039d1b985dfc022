"""Tables of programmes and of the versions of their definitions, which never change."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.db import Fact
from services.registry.programme.programmes.lifecycle import PROGRAMME_VERSION, Action, State
from shared.kernel.db import UTC_TIME, scoped_keys


class Programme(Fact):
    """A programme by its code; its rules stand in the versions (A01)."""

    __tablename__ = "programmes"
    __table_args__ = scoped_keys(UniqueConstraint("tenant", "programme"))

    names: Mapped[dict[str, str]] = mapped_column(JSONB)
    aliases: Mapped[list[str]] = mapped_column(JSONB)
    search_key: Mapped[str] = mapped_column(Text)
    current_number: Mapped[int]

    @property
    def code(self) -> str:
        """Its code, which is also the scope of everything in it."""
        return self.programme


class ProgrammeVersion(Fact):
    """One published definition; `number` counts within the programme."""

    __tablename__ = "programme_versions"
    __table_args__ = scoped_keys(
        ForeignKeyConstraint(["tenant", "programme_id"], ["programmes.tenant", "programmes.id"]),
        UniqueConstraint("tenant", "programme_id", "number"),
        UniqueConstraint("tenant", "programme_id", "definition_hash"),
    )

    programme_id: Mapped[UUID]
    number: Mapped[int]
    definition_hash: Mapped[str] = mapped_column(Text)
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    diff: Mapped[dict[str, Any]] = mapped_column(JSONB)
    published_at: Mapped[datetime] = mapped_column(UTC_TIME)

    def become(self, action: Action) -> None:
        """Go where the action leads; IllegalTransition when it is not open."""
        self.state = PROGRAMME_VERSION.after(State(self.state), action)
