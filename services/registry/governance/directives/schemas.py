"""Wire shapes of directives."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.governance.directives.lifecycle import DIRECTIVE, State
from services.registry.governance.directives.models import Directive, DirectiveCopy
from shared.kernel.wire import Code, Line, NamesIn, Out, Prose, Wire

TextsIn = dict[Annotated[str, Field(pattern=r"^(fa|en|ar|lt)$")], Prose]


class DirectiveIn(Wire):
    """A draft: number within the cycle, title and text per language."""

    id: UUID | None = None
    programme: Code
    cycle: Code
    number: Line
    title: Annotated[NamesIn, Field(min_length=1)]
    body: Annotated[TextsIn, Field(min_length=1)]


class DirectiveTextIn(Wire):
    """A new text of a draft."""

    title: Annotated[NamesIn, Field(min_length=1)]
    body: Annotated[TextsIn, Field(min_length=1)]


class LegalCommentIn(Wire):
    """What the legal officer says of a draft."""

    comment: Prose


class IssueIn(Wire):
    """The provinces whose administrations are addressed."""

    provinces: Annotated[list[Code], Field(max_length=100)]


class AcknowledgeIn(Wire):
    """Nothing: whose acknowledgement it is follows from who sends it."""


class SupersedeIn(Wire):
    """The directive that takes its place."""

    successor_id: UUID


class RevokeIn(Wire):
    """Why it is taken back."""

    reason: Prose


class AddresseeOut(Out):
    """An addressed office; `acknowledged_at` is empty until it acknowledged."""

    office_id: UUID
    office_names: dict[str, str]
    province: str
    state: str
    acknowledge_by: datetime
    acknowledged_at: datetime | None


class DirectiveOut(Out):
    """A directive; a province sees its own office among the addressees only."""

    id: UUID
    programme: str
    cycle: str
    number: str
    revision: int
    title: dict[str, str]
    body: dict[str, str]
    state: str
    legal_comment: str
    approved_at: datetime | None
    issued_at: datetime | None
    issued_on: date | None
    acknowledge_by: datetime | None
    successor_id: UUID | None
    reason: str | None
    addressees: list[AddresseeOut]
    open_actions: list[str]
    version: int


def directive_out(directive: Directive, copies: Sequence[DirectiveCopy]) -> DirectiveOut:
    """The wire shape of a directive."""
    return DirectiveOut(
        id=directive.id,
        programme=directive.programme,
        cycle=directive.cycle,
        number=directive.number,
        revision=directive.revision,
        title=directive.title,
        body=directive.body,
        state=directive.state,
        legal_comment=directive.legal_comment,
        approved_at=directive.approved_at,
        issued_at=directive.issued_at,
        issued_on=directive.issued_on,
        acknowledge_by=directive.acknowledge_by,
        successor_id=directive.successor_id,
        reason=directive.reason,
        addressees=[AddresseeOut.model_validate(copy) for copy in copies],
        open_actions=[str(each) for each in DIRECTIVE.open(State(directive.state))],
        version=directive.version,
    )
