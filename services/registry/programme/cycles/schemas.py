"""Wire shapes of cycles and periods."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.programme.cycles.models import Cycle, CyclePeriod
from shared.kernel.wire import Out, Prose, Wire


class CycleIn(Wire):
    """Which cycle to open: the one that begins in a year of the programme's calendar."""

    id: UUID | None = None
    programme_id: UUID
    year: Annotated[int, Field(ge=1, le=3000)]


class AdoptionIn(Wire):
    """Which version of the rules a cycle shall follow, and why."""

    number: Annotated[int, Field(ge=1, le=100_000)]
    reason: Prose


class CycleCloseIn(Wire):
    """Why a cycle is closed although periods are open; none when they are all closed."""

    reason: Prose | None = None


class PeriodCloseIn(Wire):
    """Why a period is closed before the clock does."""

    reason: Prose


class PeriodOut(Out):
    """One period of a cycle; both days belong to it."""

    id: UUID
    ordinal: int
    names: dict[str, str]
    from_on: date
    to_on: date
    state: str
    version: int


class CycleOut(Out):
    """A cycle with its periods; both days belong to it."""

    id: UUID
    programme: str
    label: str
    from_on: date
    to_on: date
    calendar: str
    tz: str
    definition_version: int
    state: str
    version: int
    periods: list[PeriodOut]


def period_out(period: CyclePeriod) -> PeriodOut:
    """The wire shape of a period."""
    return PeriodOut.model_validate(period)


def cycle_out(cycle: Cycle, periods: Sequence[CyclePeriod]) -> CycleOut:
    """The wire shape of a cycle."""
    return CycleOut(
        id=cycle.id,
        programme=cycle.programme,
        label=cycle.label,
        from_on=cycle.from_on,
        to_on=cycle.to_on,
        calendar=cycle.calendar,
        tz=cycle.tz,
        definition_version=cycle.definition_version,
        state=cycle.state,
        version=cycle.version,
        periods=[period_out(period) for period in periods],
    )
