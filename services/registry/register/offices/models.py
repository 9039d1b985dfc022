"""Table of offices."""

from sqlalchemy import Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.db import Fact
from services.registry.register.offices.lifecycle import OFFICE, Action, State
from shared.kernel.db import scoped_keys


class Office(Fact):
    """One office (A04); who works in it is said by role assignments."""

    __tablename__ = "offices"
    __table_args__ = scoped_keys(UniqueConstraint("tenant", "code"))

    code: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    territory_code: Mapped[str] = mapped_column(Text)
    names: Mapped[dict[str, str]] = mapped_column(JSONB)
    search_key: Mapped[str] = mapped_column(Text)
    external_ids: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text)

    def become(self, action: Action) -> None:
        """Go where the action leads; IllegalTransition when it is not open."""
        self.state = OFFICE.after(State(self.state), action)
