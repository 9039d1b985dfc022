"""Wire shapes of selected agencies."""

from uuid import UUID

from services.registry.partnership.selections.models import Selection
from services.registry.partnership.selections.queries import open_actions_of
from shared.contracts.base import Dimensions, Interval
from shared.kernel.wire import Day, Line, Out, Prose, Wire


class SelectionIn(Wire):
    """The decision of the working group to fix an agency of the pool, and by what criteria."""

    id: UUID | None = None
    agency_id: UUID
    decision_ref: Line
    criteria: Prose | None = None
    selected_on: Day | None = None


class DeselectionIn(Wire):
    """Why the agency gives its slot back."""

    reason: Prose
    deselected_on: Day | None = None


class SelectionOut(Out):
    """An agency's place in a plan."""

    id: UUID
    version: int
    plan_id: UUID
    agency_id: UUID
    agency_names: dict[str, str]
    dims: Dimensions
    state: str
    slot_no: int
    decision_ref: str
    criteria: str
    held: list[Interval]
    pairing_id: UUID | None
    open_actions: list[str]

    @classmethod
    def of(cls, selection: Selection) -> "SelectionOut":
        """The wire shape of a selection."""
        columns = {name: getattr(selection, name) for name in cls.model_fields if name != "open_actions"}
        return cls.model_validate({**columns, "open_actions": open_actions_of(selection)})
