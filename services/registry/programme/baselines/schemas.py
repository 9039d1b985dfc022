"""Wire shapes of baselines."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.programme.baselines.models import Baseline
from shared.kernel.wire import Code, Line, Out, Wire
from shared.values.amounts import Qualifier


class BaselineIn(Wire):
    """A figure and where it was read."""

    id: UUID | None = None
    programme: Code
    label: Line
    value: Annotated[str, Field(pattern=r"^\d{1,12}(\.\d{1,4})?$")]
    qualifier: Qualifier = Qualifier.EXACT
    as_of: Line | None = None
    origin: Line


class BaselineOut(Out):
    """One baseline."""

    id: UUID
    programme: str
    label: str
    value: str
    qualifier: str
    as_of: str | None
    origin: str
    version: int


def baseline_out(baseline: Baseline) -> BaselineOut:
    """The wire shape of a baseline."""
    return BaselineOut.model_validate(baseline)
