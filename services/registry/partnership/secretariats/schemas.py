"""Wire shapes of secretariats."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.registry.partnership.secretariats.models import Secretariat
from services.registry.partnership.secretariats.queries import open_actions_of
from shared.contracts.base import Dimensions, Interval
from shared.kernel.wire import Code, Day, Line, Out, Prose, Wire


class SecretariatIn(Wire):
    """A nomination; a client that may repeat itself sends the id."""

    id: UUID | None = None
    programme: Code
    cycle: Code
    school_id: UUID
    nominated_on: Day | None = None


class AssessmentIn(Wire):
    """The answers to the programme's checklist; the score follows from the weights unless it is given."""

    checklist: Annotated[dict[Code, bool], Field(max_length=100)]
    score: Annotated[Decimal, Field(max_digits=5, decimal_places=2)] | None = None
    assessed_on: Day | None = None


class SelectionIn(Wire):
    """The decision of the working group."""

    decision_ref: Line
    selected_on: Day | None = None


class PassingOverIn(Wire):
    """Why the school is not selected."""

    reason: Prose
    decided_on: Day | None = None


class AppointmentIn(Wire):
    """The appointment letter of the executing principal."""

    person_id: UUID
    number: Line
    letter_on: Day | None = None


class ActionIn(Wire):
    """A line of the action calendar."""

    on: Day
    title: Line


class EstablishmentIn(Wire):
    """Who runs it, what they do and when (I-12); empty lists are refused with their reasons."""

    officers: Annotated[list[UUID], Field(max_length=20)]
    duty_sheet: Annotated[list[Line], Field(max_length=100)]
    action_calendar: Annotated[list[ActionIn], Field(max_length=200)]
    established_on: Day | None = None

    def calendar(self) -> list[dict[str, str]]:
        """The action calendar as texts, for the row and the event."""
        return [{"on": each.on.isoformat(), "title": each.title} for each in self.action_calendar]


class OfficerChangeIn(Wire):
    """Who takes over from whom; a new principal needs the number of the new letter."""

    role: Literal["officer", "principal"]
    to_person_id: UUID
    from_person_id: UUID | None = None
    number: Line | None = None
    on: Day | None = None


class ChangeIn(Wire):
    """A change that needs a reason, on a day."""

    reason: Prose
    on: Day | None = None


class ResumptionIn(Wire):
    """The end of a pause."""

    reason: Prose | None = None
    on: Day | None = None


class SecretariatOut(Out):
    """A secretariat with what may be done with it now; it represents the provincial administration (R-013)."""

    id: UUID
    version: int
    programme: str
    cycle: str
    province: str
    territory: str
    state: str
    plan_id: UUID
    school_id: UUID
    school_names: dict[str, str]
    dims: Dimensions
    nominated_on: date
    checklist: dict[str, bool]
    score: str | None
    assessed_on: date | None
    slot_no: int | None
    selected_on: date | None
    decision_ref: str | None
    appointed_on: date | None
    appointment_number: str | None
    principal_id: UUID | None
    officers: list[UUID]
    duty_sheet: list[str]
    action_calendar: list[dict[str, str]]
    established_on: date | None
    active: list[Interval]
    ended_on: date | None
    reason: str | None
    open_actions: list[str]

    @classmethod
    def of(cls, secretariat: Secretariat, officers: list[UUID]) -> "SecretariatOut":
        """The wire shape of a secretariat with those who run it."""
        own = {"officers", "score", "open_actions"}
        columns = {name: getattr(secretariat, name) for name in cls.model_fields if name not in own}
        return cls.model_validate(
            {
                **columns,
                "score": str(secretariat.score) if secretariat.score is not None else None,
                "officers": officers,
                "open_actions": open_actions_of(secretariat),
            }
        )
