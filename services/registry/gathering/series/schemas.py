"""Wire shapes of series."""

from uuid import UUID

from pydantic import Field

from services.registry.gathering.series.models import Series
from shared.kernel.wire import Code, NamesIn, Out, Wire


class SeriesIn(Wire):
    """A new series; `last_edition` is the number of editions before the records begin."""

    id: UUID | None = None
    programme: Code
    code: Code
    kind: Code
    names: NamesIn = Field(min_length=1)
    province: Code | None = None
    organiser_id: UUID | None = None
    last_edition: int = Field(default=0, ge=0, le=100_000)


class SeriesOut(Out):
    """A series."""

    id: UUID
    version: int
    programme: str
    province: str
    code: str
    kind: str
    names: dict[str, str]
    cadence: str | None
    organiser_id: UUID | None
    last_edition: int

    @classmethod
    def of(cls, series: Series) -> "SeriesOut":
        """Show a row."""
        return cls.model_validate(series)
