"""Wire shapes of province plans."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.registry.partnership.province_plans.queries import PlanView
from shared.kernel.wire import Code, Day, Out, Prose, Wire

Count = Annotated[int, Field(ge=0, le=1000)]


class ProvincePlanIn(Wire):
    """A province's start in a cycle; a client that may repeat itself sends the id."""

    id: UUID | None = None
    programme: Code
    cycle: Code
    province: Code
    started_on: Day | None = None


class LaunchIn(Wire):
    """The day from which the province runs."""

    launched_on: Day | None = None


class DelegationIn(Wire):
    """The district that takes part on the province's behalf."""

    district: Code
    from_on: Day | None = None


class ExceptionIn(Wire):
    """Other limits of a quota until a day, that day included."""

    quota_id: Code
    min: Count
    max: Count
    until_on: Day
    reason: Prose


class ClosingIn(Wire):
    """The day the plan ends."""

    closed_on: Day | None = None


class SlotsOut(Out):
    """One quota of the plan today."""

    quota_id: str
    subject: str
    used: int
    established: int
    min: int
    max: int
    breached: bool


class ExceptionOut(Out):
    """Limits that differ from the definition's for some days, both ends included."""

    quota_id: str
    min: int
    max: int
    from_on: date
    until_on: date
    reason: str


class DistrictOut(Out):
    """A district the province delegated to."""

    district: str
    from_on: date


class WarningOut(Out):
    """Something that was open when the plan was started or launched."""

    code: str
    params: dict[str, str]


class ProvincePlanOut(Out):
    """A province plan with its steps, slots, and what may be done with it now."""

    id: UUID
    version: int
    programme: str
    cycle: str
    province: str
    state: str
    started_on: date
    launched_on: date | None
    closed_on: date | None
    launch_to: date
    steps: dict[str, date | None]
    slots: list[SlotsOut]
    exceptions: list[ExceptionOut]
    districts: list[DistrictOut]
    warnings: list[WarningOut]
    open_actions: list[str]

    @classmethod
    def of(cls, view: PlanView) -> "ProvincePlanOut":
        """The wire shape of a plan."""
        seen: dict[str, Any] = {name: getattr(view, name) for name in ("steps", "slots", "exceptions", "districts")}
        seen["open_actions"] = view.open_actions
        columns = {name: getattr(view.plan, name) for name in cls.model_fields if name not in seen}
        return cls.model_validate({**columns, **seen})
