"""What a question about a figure is, and what its answer looks like."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from services.reporting.kpis.behaviours import Figure
from services.reporting.kpis.cycles import CycleView, PeriodView
from services.reporting.kpis.definition import Kpi
from services.reporting.kpis.freshness import Source
from services.reporting.kpis.reach import Reach
from services.reporting.kpis.selecting import Question


class Figured:
    """Reads a figure's parts as if they were its own."""

    figure: Figure

    @property
    def value(self) -> Decimal | None:
        """Six decimals, or None with `reason`."""
        return self.figure.value

    @property
    def reason(self) -> str | None:
        """Why there is no value."""
        return self.figure.reason

    @property
    def numerator(self) -> Decimal | None:
        """What was counted."""
        return self.figure.numerator

    @property
    def denominator(self) -> Decimal | None:
        """Out of what."""
        return self.figure.denominator


@dataclass(frozen=True)
class Split(Figured):
    """The figure of one group; `additive` is False where a case may lie in several groups."""

    by: dict[str, str | None]
    figure: Figure
    additive: bool


@dataclass(frozen=True)
class Point(Figured):
    """The figure at the end of one day."""

    day: date
    figure: Figure


@dataclass(frozen=True)
class Answer(Figured):
    """A figure with everything that makes it honest: its time, its knowledge, its freshness, what it was made of.

    `averaged`: the national average as told to a province, without counts.
    """

    kpi: Kpi
    figure: Figure
    target: str | None
    at: date
    known_at: datetime | None
    period: PeriodView | None
    territory: str
    splits: tuple[Split, ...]
    fresh_to: tuple[Source, ...]
    parked_in_scope: int
    averaged: bool = False

    @property
    def code(self) -> str:
        """The figure's code."""
        return self.kpi.code

    @property
    def names(self) -> Mapping[str, str]:
        """The figure's name per language."""
        return self.kpi.names

    @property
    def unit(self) -> str:
        """count, share, number or seconds."""
        return self.kpi.unit


@dataclass(frozen=True)
class Case:
    """One row behind a figure; `reason` says why it was left out (None: counted)."""

    province: str
    fact_id: str | None
    names: dict[str, str]
    on_day: date | None
    numerator: Decimal
    denominator: Decimal
    reason: str | None
    details: dict[str, object]


@dataclass(frozen=True)
class Why:
    """An answer with its cases and its neighbours in time; `without_exceptions`: if no exception had been granted."""

    answer: Answer
    formula: Mapping[str, tuple[str, str]]
    counted: tuple[Case, ...]
    excluded: tuple[Case, ...]
    other_days: tuple[Point, ...]
    without_exceptions: Answer | None


@dataclass(frozen=True)
class Asked:
    """The parameters of a question as a caller gives them."""

    code: str
    programme: str | None = None
    cycle: str | None = None
    territory: str | None = None
    at: date | None = None
    known_at: datetime | None = None
    period: int | None = None
    by: tuple[str, ...] = ()
    filters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Prepared:
    """A checked question, ready to be put to cells or facts."""

    asked: Asked
    kpi: Kpi
    cycle: CycleView
    reach: Reach
    question: Question
    period: PeriodView | None
    target: str | None
