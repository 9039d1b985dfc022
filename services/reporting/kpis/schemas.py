"""Wire shapes of figures; numbers are exact to six decimals and never rounded for display."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from shared.kernel.wire import Code, Day, Out, Wire
from shared.values.calendars import Calendar
from shared.values.partial_dates import PartialDate
from shared.values.texts import digits_to_ascii

FILTERS = (
    "prv",
    "gen",
    "stg",
    "dis",
    "ak",
    "as",
    "mk",
    "mode",
    "cat",
    "level",
    "duty",
    "role",
    "channel",
    "lang",
    "rule",
)


def _knowledge(value: Any) -> Any:
    """An instant with its zone, or a day (its end, in the programme's zone)."""
    if not isinstance(value, str):
        return value
    text = digits_to_ascii(value[:40]).strip()
    if "T" in text or ":" in text:
        try:
            instant = datetime.fromisoformat(text.replace(" ", "+"))
        except ValueError as error:
            raise ValueError("datetime_parsing") from error
        if instant.tzinfo is None:
            raise ValueError("timezone_aware")
        return instant
    day = PartialDate.parse(text, Calendar.SOLAR_HIJRI).greg
    if day is None:
        raise ValueError("day_not_whole")
    return day


def _ordinal(value: Any) -> Any:
    return digits_to_ascii(value).strip().upper().removeprefix("Q") if isinstance(value, str) else value


def _listed(value: str) -> str:
    names = [name for name in value.split(",") if name]
    if len(names) > 3 or any(not name.isalnum() for name in names):
        raise ValueError("invalid")
    return ",".join(names)


Known = Annotated[
    Any,
    BeforeValidator(_knowledge),
    WithJsonSchema({"type": "string", "examples": ["2020-10-21T20:29:59Z", "1399-07-30"]}),
]
Ordinal = Annotated[int, BeforeValidator(_ordinal), Field(ge=1, le=60)]
Listed = Annotated[str, Field(max_length=60), AfterValidator(_listed)]


class ScopeQuery(Wire):
    """Where and when a figure is asked for, and which cases it shall count."""

    programme: Code | None = None
    cycle: Code | None = None
    territory: Code | None = None
    known_at: Known = None
    prv: Code | None = None
    gen: Code | None = None
    stg: Code | None = None
    dis: Code | None = None
    ak: Code | None = None
    as_: Code | None = Field(default=None, alias="as")
    mk: Code | None = None
    mode: Code | None = None
    cat: Code | None = None
    level: Code | None = None
    duty: Code | None = None
    role: Code | None = None
    channel: Code | None = None
    lang: Code | None = None
    rule: Code | None = None

    @property
    def filters(self) -> dict[str, str]:
        """The dimensions that were given a value."""
        dumped = self.model_dump(by_alias=True)
        return {name: dumped[name] for name in FILTERS if dumped.get(name) is not None}


class KpiQuery(ScopeQuery):
    """One figure on one day, perhaps of one period, perhaps split."""

    at: Day | None = None
    period: Ordinal | None = None
    by: Listed = ""

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimensions to split by."""
        return tuple(name for name in self.by.split(",") if name)


class SeriesQuery(ScopeQuery):
    """A trend from a day to a day."""

    frm: Day = Field(alias="from")
    to: Day
    step: Literal["day", "week", "month"] = "week"


class KpiOut(Out):
    """A figure's definition."""

    code: str
    names: Mapping[str, str]
    unit: str
    grain: str
    dimensions: tuple[str, ...]
    behaviour: str
    target: str | None
    formula: Mapping[str, tuple[str, str]]
    reads: tuple[str, ...]


class KpiListOut(Out):
    """The catalogue."""

    items: list[KpiOut]


class SplitOut(Out):
    """One group of a split."""

    by: dict[str, str | None]
    value: float | None
    reason: str | None
    numerator: float | None
    denominator: float | None
    additive: bool


class SourceOut(Out):
    """How far a source has been folded in."""

    source: str
    stream: str
    epoch: str | None
    seq: int
    time: datetime | None
    applied_at: datetime


class PeriodOut(Out):
    """The period a figure speaks of."""

    ordinal: int
    label: dict[str, str]
    from_on: date
    to_on: date
    state: str


class AnswerOut(Out):
    """A figure with its time, knowledge, freshness, parts and splits."""

    code: str
    names: Mapping[str, str]
    value: float | None
    reason: str | None
    numerator: float | None
    denominator: float | None
    unit: str
    target: str | None
    on_target: bool | None
    at: date
    known_at: datetime | None
    period: PeriodOut | None
    territory: str
    average: bool
    splits: list[SplitOut]
    fresh_to: list[SourceOut]
    parked_in_scope: int


class CaseOut(Out):
    """A counted or left-out case."""

    province: str
    fact_id: str | None
    names: dict[str, str]
    on_day: date | None
    numerator: float
    denominator: float
    reason: str | None
    reason_words: str | None
    details: dict[str, Any]


class PointOut(Out):
    """A figure at the end of a day."""

    day: date
    value: float | None
    reason: str | None
    numerator: float | None
    denominator: float | None


class WhyOut(Out):
    """Why a figure is what it is."""

    answer: AnswerOut
    formula: Mapping[str, tuple[str, str]]
    counted: list[CaseOut]
    excluded: list[CaseOut]
    other_days: list[PointOut]
    without_exceptions: AnswerOut | None


class SeriesOut(Out):
    """A trend."""

    answer: AnswerOut
    points: list[PointOut]
