"""The tables of figures: additive cells that move, and recomputed values that carry the day they stand for."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, Index, Integer, Numeric, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.db import Table
from shared.kernel.db import Scoped


class Cell(Scoped, Table):
    """An additive amount of one KPI part, province and dimension values, booked on a day.

    The figure at t is the sum over days <= t (stocks: change points; flows: bookings). National figures are sums over
    provinces, made when read; zero cells do not exist.
    """

    __tablename__ = "kpi_cells"
    __table_args__ = (Index("ix_kpi_cells_zero", "tenant", postgresql_where=text("amount = 0")),)
    tenant: Mapped[str] = mapped_column(Text, primary_key=True)
    programme: Mapped[str] = mapped_column(Text, primary_key=True, default="")
    cycle: Mapped[str] = mapped_column(Text, primary_key=True, default="")
    province: Mapped[str] = mapped_column(Text, primary_key=True, default="")
    kpi: Mapped[str] = mapped_column(Text, primary_key=True)
    part: Mapped[str] = mapped_column(Text, primary_key=True)
    dims: Mapped[Any] = mapped_column(JSONB, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    amount: Mapped[Decimal] = mapped_column(Numeric(20, 6), nullable=False)


class Value(Scoped, Table):
    """A recomputed figure of one KPI and province, standing for the end of `day` in the KPI's default period."""

    __tablename__ = "kpi_values"
    tenant: Mapped[str] = mapped_column(Text, primary_key=True)
    programme: Mapped[str] = mapped_column(Text, primary_key=True, default="")
    cycle: Mapped[str] = mapped_column(Text, primary_key=True, default="")
    province: Mapped[str] = mapped_column(Text, primary_key=True, default="")
    kpi: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[date] = mapped_column(Date, nullable=False)
    period: Mapped[int] = mapped_column(Integer, nullable=False)
    numerator: Mapped[Decimal] = mapped_column(Numeric(20, 6), nullable=False)
    denominator: Mapped[Decimal] = mapped_column(Numeric(20, 6), nullable=False)
