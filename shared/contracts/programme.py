"""Events of the programme wing: definitions, cycles, periods, baselines, holidays."""

from datetime import date
from typing import Any
from uuid import UUID

from shared.contracts.base import Event, Names, Part


class QuotaRule(Part):
    """Minimum and maximum of a subject per territory, as the pinned definition says."""

    id: str
    subject: str
    scope: str
    min: int
    max: int


class ProgrammeFact(Part):
    """What readers need of a definition version."""

    programme_id: UUID
    code: str
    names: Names
    aliases: tuple[str, ...] = ()
    version: int
    definition_hash: str
    calendar: str
    tz: str
    weekend: tuple[str, ...]
    languages: tuple[str, ...]
    default_language: str
    quotas: tuple[QuotaRule, ...] = ()
    targets: dict[str, str] = {}
    """KPI code → target as text (`5..10`, `1`, `0.95`)."""


class ProgrammePublished(Event, type="peyvand.programme.published.v1", subject="programme_id"):
    """A first version of a programme definition is in force."""

    programme_id: UUID
    programme: ProgrammeFact


class ProgrammeRevised(Event, type="peyvand.programme.revised.v1", subject="programme_id"):
    """A newer definition version was published; running cycles keep theirs."""

    programme_id: UUID
    programme: ProgrammeFact
    diff: dict[str, Any]


class PeriodFact(Part):
    """One reporting period; `from_on` and `to_on` are its first and last local day."""

    period_id: UUID
    ordinal: int
    label: Names
    from_on: date
    to_on: date
    state: str
    version: int


class MonthFact(Part):
    """One month of the programme's calendar inside a cycle, e.g. key `1399-08`."""

    key: str
    from_on: date
    to_on: date
    period_ordinal: int


class CycleFact(Part):
    """A cycle with its windows and periods; all days local, last days inclusive."""

    cycle_id: UUID
    label: str
    from_on: date
    to_on: date
    definition_version: int
    launch_from: date
    launch_to: date
    periods: tuple[PeriodFact, ...]
    months: tuple[MonthFact, ...] = ()
    state: str
    calendar: str
    tz: str
    quotas: tuple[QuotaRule, ...] = ()


class CycleEvent(Event):
    """Base of the cycle's events."""

    cycle_id: UUID
    cycle: CycleFact


class CycleOpened(CycleEvent, type="peyvand.cycle.opened.v1", subject="cycle_id"):
    """A run of the programme begins; its definition version is pinned."""


class CycleClosed(CycleEvent, type="peyvand.cycle.closed.v1", subject="cycle_id"):
    """A run of the programme ended."""

    reason: str | None = None


class CycleDefinitionAdopted(CycleEvent, type="peyvand.cycle.definition_adopted.v1", subject="cycle_id"):
    """A running cycle follows another version of the rules from now on; its quotas may differ."""

    reason: str


class PeriodEvent(CycleEvent):
    """Base of the period's events (the cycle is the aggregate)."""

    period: PeriodFact


class PeriodOpened(PeriodEvent, type="peyvand.period.opened.v1", subject="cycle_id"):
    """The clock reached the period's first day."""


class PeriodGraceStarted(PeriodEvent, type="peyvand.period.grace_started.v1", subject="cycle_id"):
    """The clock passed the period's last day; late entries are still taken."""


class PeriodClosed(PeriodEvent, type="peyvand.period.closed.v1", subject="cycle_id"):
    """The period's figures are frozen."""

    reason: str | None = None


class BaselineRecorded(Event, type="peyvand.baseline.recorded.v1", subject="baseline_id"):
    """A historic total without detail records."""

    baseline_id: UUID
    label: str
    value: str
    qualifier: str
    as_of: str | None = None
    origin: str


class HolidayChanged(Event, type="peyvand.holiday.changed.v1", subject="calendar_id"):
    """Days became or ceased to be holidays in a territory (`''` = the whole tenant)."""

    calendar_id: UUID
    territory_code: str
    kind: str
    added: dict[date, str]
    removed: tuple[date, ...] = ()
