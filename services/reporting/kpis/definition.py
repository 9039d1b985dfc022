"""The shape of a KPI: names, unit, grain, dimensions, behaviour, target, words of its formula, and its SELECT."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Behaviour(StrEnum):
    """How a figure answers to time and to late, corrected and voided facts (the classes S, F, R, T)."""

    STOCK = "S"
    FLOW = "F"
    RATIO = "R"
    TIMELINESS = "T"


class Measure(StrEnum):
    """How counted cases become one value."""

    SUM = "sum"
    RATIO = "ratio"
    PARITY = "parity"
    PERCENTILE_95 = "percentile_95"


class Level(StrEnum):
    """Where a KPI's cases live: in provinces, in the nation alone, or in the tenant beside all programmes."""

    PROVINCE = "province"
    NATIONAL = "national"
    TENANT = "tenant"


class Span(StrEnum):
    """The period a KPI speaks of when nobody asks for one."""

    CYCLE = "cycle"
    PERIOD = "period"


class Part(StrEnum):
    """Which sum of a KPI an additive cell belongs to."""

    VALUE = "value"
    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"


@dataclass(frozen=True)
class Stock:
    """Additive change points of a stock: +1 on the first day of each interval, −1 on the day after its last."""

    part: Part
    table: str
    days: str
    where: str = "true"


@dataclass(frozen=True)
class Flow:
    """Additive amounts of a flow, each booked on one day."""

    part: Part
    table: str
    day: str
    amount: str = "1"
    where: str = "true"


Additive = Stock | Flow
NON_ADDITIVE = frozenset({"stg", "dis"})
"""Dimensions in which a case lies in several groups: such splits do not add up and say so."""


@dataclass(frozen=True)
class Kpi:
    """One figure.

    `cases` is a SELECT giving the columns province, fact_id, names, on_day, num, den, reason, dims, details: one row
    per case; a NULL reason means counted. Parameters: tenant, programme, cycle, provinces, t (last local day), t_end
    (its last instant), p_from, p_to, known_at. `@pairings` and the like stand for the fact versions known at known_at.
    `cells` are the additive parts that move by the difference of fact versions; `cell_dims` name SQL per dimension.
    """

    code: str
    names: Mapping[str, str]
    unit: str
    grain: str
    dimensions: tuple[str, ...]
    behaviour: Behaviour
    measure: Measure
    target: str | None
    formula: Mapping[str, tuple[str, str]]
    reads: tuple[str, ...]
    cases: str
    level: Level = Level.PROVINCE
    span: Span = Span.CYCLE
    cells: tuple[Additive, ...] = ()
    cell_dims: Mapping[str, str] = field(default_factory=dict)

    @property
    def additive(self) -> bool:
        """Whether the figure is kept in cells that move by differences."""
        return bool(self.cells)

    @property
    def takes_period(self) -> bool:
        """Whether asking for another period changes the answer."""
        return self.span is Span.PERIOD or self.grain in {"mon", "qtr"}
