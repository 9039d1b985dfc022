"""Wire shapes of pairings."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.registry.partnership.pairings.models import Pairing
from services.registry.partnership.pairings.queries import open_actions_of
from shared.contracts.base import Dimensions, Interval
from shared.kernel.wire import Day, Line, Out, Prose, Wire


class PairingIn(Wire):
    """A proposal; a client that may repeat itself sends the id."""

    id: UUID | None = None
    secretariat_id: UUID
    agency_id: UUID
    proposed_on: Day | None = None


class InvitationIn(Wire):
    """The letter in which the province declares its readiness."""

    letter_id: UUID
    invited_on: Day | None = None


class AcceptanceIn(Wire):
    """The agency's yes, with the number of its letter when there is one."""

    number: Line | None = None
    answered_on: Day | None = None


class RefusalIn(Wire):
    """The agency's no."""

    reason: Prose
    number: Line | None = None
    answered_on: Day | None = None


class EstablishmentIn(Wire):
    """The day from which the two are linked."""

    established_on: Day | None = None


class ChangeIn(Wire):
    """A change that needs a reason, on a day."""

    reason: Prose
    on: Day | None = None


class ResumptionIn(Wire):
    """The end of a pause."""

    reason: Prose | None = None
    on: Day | None = None


class CorrectionIn(Wire):
    """Days that were entered wrongly, and why."""

    reason: Prose
    proposed_on: Day | None = None
    invited_on: Day | None = None
    answered_on: Day | None = None
    established_on: Day | None = None

    def days(self) -> dict[str, date]:
        """The days that are to change."""
        given = self.model_dump(exclude={"reason"}, exclude_none=True)
        return {name: day for name, day in given.items() if isinstance(day, date)}


class VoidingIn(Wire):
    """Why it should never have been entered."""

    reason: Prose


class PairingOut(Out):
    """A pairing with what may be done with it now."""

    id: UUID
    version: int
    programme: str
    cycle: str
    province: str
    state: str
    plan_id: UUID
    secretariat_id: UUID
    school_id: UUID
    school_names: dict[str, str]
    agency_id: UUID
    agency_names: dict[str, str]
    dims: Dimensions = Field(description="School gender (R-009), stages and groups; agency kind and sector")
    proposed_on: date
    invited_on: date | None
    letter_id: UUID | None
    answered_on: date | None
    answer: str | None
    established_on: date | None
    active: list[Interval]
    ended_on: date | None
    reason: str | None
    open_actions: list[str]

    @classmethod
    def of(cls, pairing: Pairing) -> "PairingOut":
        """The wire shape of a pairing."""
        columns = {name: getattr(pairing, name) for name in cls.model_fields if name != "open_actions"}
        return cls.model_validate({**columns, "open_actions": open_actions_of(pairing)})
