"""The header every fact version carries."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, Index, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, DATEMULTIRANGE, JSONB
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from shared.kernel.db import UTC_TIME, Scoped

Day = Annotated[date | None, mapped_column(Date, nullable=True)]
Days = Annotated[Any, mapped_column(DATEMULTIRANGE, nullable=False)]
Line = Annotated[str | None, mapped_column(Text, nullable=True)]
Lines = Annotated[list[str], mapped_column(ARRAY(Text), nullable=False)]
Ids = Annotated[list[UUID], mapped_column(ARRAY(Uuid), nullable=False)]
Document = Annotated[Any, mapped_column(JSONB, nullable=False)]
Key = Annotated[UUID | None, mapped_column(Uuid, nullable=True)]


class FactVersion(Scoped):
    """One version of a fact, appended once and never changed.

    `version` is the number of the event within its aggregate, so the highest version with `recorded_at <= k` is the
    fact as it was known at k. `feedseq` is the event's number in the feed of `source`.
    """

    fact_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, nullable=False)
    effective_on: Mapped[date | None] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(UTC_TIME, nullable=False)
    source: Mapped[str] = mapped_column(Text, nullable=False)
    feedseq: Mapped[int] = mapped_column(BigInteger, nullable=False)

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        return (Index(None, "tenant", "programme", "cycle", "fact_id", "version"),)
