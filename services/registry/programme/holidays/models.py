"""Tables of holiday calendars and their days."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.db import Fact
from shared.kernel.db import scoped_keys


class HolidayCalendar(Fact):
    """The days off of the country or of one province in one year of the tenant's calendar."""

    __tablename__ = "holiday_calendars"
    __table_args__ = scoped_keys(UniqueConstraint("tenant", "province", "year"))

    year: Mapped[int]


class Holiday(Fact):
    """One day off; a day may be off for several kinds of reason."""

    __tablename__ = "holidays"
    __table_args__ = scoped_keys(
        ForeignKeyConstraint(
            ["tenant", "province", "calendar_id"],
            ["holiday_calendars.tenant", "holiday_calendars.province", "holiday_calendars.id"],
        ),
        UniqueConstraint("tenant", "province", "calendar_id", "day", "kind"),
        Index("ix_holidays_days", "tenant", "province", "day"),
    )

    calendar_id: Mapped[UUID]
    day: Mapped[date]
    kind: Mapped[str] = mapped_column(Text)
    names: Mapped[dict[str, str]] = mapped_column(JSONB)
