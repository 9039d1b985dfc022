"""Wire shapes of authorisations."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.registry.governance.authorisations.lifecycle import AUTHORISATION, State
from services.registry.governance.authorisations.models import Authorisation
from shared.kernel.wire import Code, Day, Line, NamesIn, Out, Prose, Wire

Kind = Literal["council", "committee", "visit"]


class AuthorisationIn(Wire):
    """A request: to which body, about what, since when (today when left out)."""

    id: UUID | None = None
    programme: Code
    cycle: Code
    province: Code
    kind: Kind
    body: Annotated[NamesIn, Field(min_length=1)]
    subject: Line
    about_id: UUID | None = None
    requested_on: Day | None = None


class TableIn(Wire):
    """When the body had it on its table (today when left out), and in which meeting."""

    tabled_on: Day | None = None
    meeting_id: UUID | None = None


class GrantIn(Wire):
    """The permit: number, day (today when left out) and last day of validity."""

    number: Line
    granted_on: Day | None = None
    valid_until: Day | None = None


class RefuseIn(Wire):
    """Why and when (today when left out) the body said no."""

    reason: Prose
    refused_on: Day | None = None


class AuthorisationOut(Out):
    """An authorisation and what can be done with it."""

    id: UUID
    programme: str
    cycle: str
    province: str
    kind: str
    body: dict[str, str]
    subject: str
    about_id: UUID | None
    state: str
    requested_on: date
    tabled_on: date | None
    meeting_id: UUID | None
    number: str | None
    decided_on: date | None
    valid_until: date | None
    reason: str | None
    open_actions: list[str]
    version: int


BY_CLOCK = {"remind", "expire"}


def authorisation_out(authorisation: Authorisation) -> AuthorisationOut:
    """The wire shape of an authorisation; what only the clock does is no open action for people."""
    values = {name: getattr(authorisation, name) for name in AuthorisationOut.model_fields if name != "open_actions"}
    actions = [str(each) for each in AUTHORISATION.open(State(authorisation.state)) if each not in BY_CLOCK]
    return AuthorisationOut(**values, open_actions=actions)
