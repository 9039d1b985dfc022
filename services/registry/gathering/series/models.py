"""Table of meeting series."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Integer, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.db import Fact
from shared.kernel.db import scoped_keys


class Series(Fact):
    """A row of meetings of one kind (A24); `last_edition` is the highest edition number given so far."""

    __tablename__ = "series"
    __table_args__ = scoped_keys(
        UniqueConstraint("tenant", "programme", "code"),
        CheckConstraint("last_edition >= 0", name="edition_counts_up"),
        ForeignKeyConstraint(["tenant", "organiser_id"], ["offices.tenant", "offices.id"]),
    )

    code: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    names: Mapped[dict[str, str]] = mapped_column(JSONB)
    cadence: Mapped[str | None] = mapped_column(Text)
    organiser_id: Mapped[UUID | None]
    last_edition: Mapped[int] = mapped_column(Integer, default=0)
