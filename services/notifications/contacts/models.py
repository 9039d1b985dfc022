"""Contacts, role holdings, and the small facts of other aggregates that choosing recipients needs."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Index, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.notifications.db import Table
from shared.kernel.db import UTC_TIME, Scoped


class Contact(Scoped, Table):
    """One person; `arrived` turns true when the contact points came on the restricted stream."""

    __tablename__ = "contacts"
    __table_args__ = (UniqueConstraint("tenant", "person_id"),)
    person_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    arrived: Mapped[bool] = mapped_column(default=False)
    display_name: Mapped[str] = mapped_column(Text, default="")
    family_name: Mapped[str | None] = mapped_column(Text)
    honorific: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text, default="")
    email: Mapped[str | None] = mapped_column(Text)
    mobile: Mapped[str | None] = mapped_column(Text)
    minor: Mapped[bool] = mapped_column(default=False)
    guardian_id: Mapped[UUID | None] = mapped_column(Uuid)
    blocked: Mapped[list[str]] = mapped_column(JSONB, default=list)
    """Channels that bounced or were given up."""
    erased_at: Mapped[datetime | None] = mapped_column(UTC_TIME)


class Holding(Scoped, Table):
    """A person in a role or a committee seat for [from_on, to_on); `place` is '*' for the whole country."""

    __tablename__ = "holdings"
    __table_args__ = (
        Index("ix_holdings_code_place", "tenant", "code", "place"),
        Index("ix_holdings_organisation", "tenant", "organisation_id"),
    )
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    origin_id: Mapped[UUID] = mapped_column(Uuid)
    """The role assignment or the committee it comes from."""
    code: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    organisation_id: Mapped[UUID | None] = mapped_column(Uuid)
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date | None] = mapped_column(Date)


class Known(Scoped, Table):
    """The last snapshot of a school, agency, office, territory, programme, secretariat, pairing, meeting or answer."""

    __tablename__ = "known_things"
    __table_args__ = (Index("ix_known_things_ref", "tenant", "kind", "ref"),)
    tenant: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    ref: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
