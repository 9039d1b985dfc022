"""Table of baselines."""

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.db import Fact


class Baseline(Fact):
    """One figure as its source told it (A37)."""

    __tablename__ = "baselines"

    label: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)
    qualifier: Mapped[str] = mapped_column(Text)
    as_of: Mapped[str | None] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text)
