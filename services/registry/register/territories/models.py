"""Table of territories."""

from datetime import date

from sqlalchemy import Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.db import Fact
from services.registry.register.territories.lifecycle import TERRITORY, Action, State
from shared.kernel.db import scoped_keys


class Territory(Fact):
    """One place (A03). All rows are national, so that every province knows the map; `path` says where it lies."""

    __tablename__ = "territories"
    __table_args__ = scoped_keys(UniqueConstraint("tenant", "code"))

    code: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    parent_code: Mapped[str | None] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)
    names: Mapped[dict[str, str]] = mapped_column(JSONB)
    search_key: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date | None]
    merged_into: Mapped[str | None] = mapped_column(Text)

    def become(self, action: Action) -> None:
        """Go where the action leads; IllegalTransition when it is not open."""
        self.state = TERRITORY.after(State(self.state), action)
