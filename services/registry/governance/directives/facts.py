"""A directive as its events carry it: whole, with every addressee and its acknowledgement."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from services.registry.governance.directives.models import Directive, DirectiveCopy
from services.registry.programme.programmes.definition import Definition
from shared.contracts.base import FactHeader
from shared.contracts.governance import DirectiveAddressee, DirectiveFact
from shared.values.partial_dates import PartialDate


def header(directive: Directive, kind: Literal["create", "end"] = "create") -> FactHeader:
    """The version of the fact the next event carries: one per event."""
    return FactHeader(id=directive.id, version=(directive.sequence or 0) + 1, kind=kind)


def on_day(rules: Definition, day: date) -> PartialDate:
    """A local day told in the programme's calendar."""
    return PartialDate.of_day(rules.system, day)


def directive_fact(directive: Directive, copies: Sequence[DirectiveCopy]) -> DirectiveFact:
    """The directive with all its copies."""
    return DirectiveFact(
        directive_id=directive.id,
        number=directive.number,
        revision=directive.revision,
        title=directive.title,
        body=directive.body,
        state=directive.state,
        issued_at=directive.issued_at,
        issued_on=directive.issued_on,
        acknowledge_by=directive.acknowledge_by,
        addressees=tuple(
            DirectiveAddressee(
                office_id=copy.office_id,
                office_names=copy.office_names,
                province=copy.province,
                acknowledged_at=copy.acknowledged_at,
            )
            for copy in copies
        ),
        successor_id=directive.successor_id,
    )
