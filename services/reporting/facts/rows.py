"""From an event to the row of its fact version: plain dictionaries, no database."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from shared.contracts import duty, gathering, governance, partnership, programme, register
from shared.contracts.base import Event, FactEvent, Interval
from shared.contracts.envelope import Envelope
from shared.contracts.notification import DeliveryFact

Row = dict[str, Any]
REFERENCE = frozenset({"territory_facts", "school_facts", "agency_facts", "role_facts", "programme_facts"})
"""Facts that belong to no cycle: figures of every cycle read them."""


def header(event: Event, envelope: Envelope) -> Row:
    """Scope, identity and the two times of a fact version.

    The version is the event's number within its aggregate: it has no gaps, so "highest version" is "latest said".
    """
    fact = event.fact if isinstance(event, FactEvent) else None
    day = event.effective_on.greg if isinstance(event, FactEvent) else None
    return {
        "tenant": envelope.tenant,
        "programme": envelope.programme,
        "cycle": envelope.cycle,
        "province": envelope.province,
        "territory": envelope.territory,
        "fact_id": fact.id if fact else envelope.subject,
        "version": int(envelope.sequence),
        "kind": fact.kind if fact else "create",
        "effective_on": day,
        "recorded_at": envelope.time,
        "source": envelope.source,
        "feedseq": envelope.feedseq,
    }


def multirange(intervals: Sequence[Interval]) -> str:
    """Half-open day intervals as PostgreSQL writes a datemultirange."""
    return "{" + ",".join(f"[{each.from_on},{each.to_on or ''})" for each in intervals) + "}"


def days(from_on: date | None, to_on: date | None) -> str:
    """The days [from_on, to_on) as a datemultirange; none without a first day."""
    if from_on is None or (to_on is not None and to_on <= from_on):
        return "{}"
    return multirange([Interval(from_on=from_on, to_on=to_on)])


def dump(parts: Any) -> Any:
    """Parts of an event as JSON values."""
    return [each.model_dump(mode="json") for each in parts]


def programme_row(fact: programme.ProgrammeFact) -> Row:
    """A definition version."""
    return {
        "code": fact.code,
        "names": fact.names,
        "calendar": fact.calendar,
        "tz": fact.tz,
        "weekend": fact.weekend,
        "quotas": dump(fact.quotas),
        "targets": fact.targets,
    }


def cycle_row(fact: programme.CycleFact) -> Row:
    """A cycle."""
    return {
        "label": fact.label,
        "state": fact.state,
        "calendar": fact.calendar,
        "tz": fact.tz,
        "from_on": fact.from_on,
        "to_on": fact.to_on,
        "launch_from": fact.launch_from,
        "launch_to": fact.launch_to,
        "periods": dump(fact.periods),
        "months": dump(fact.months),
        "quotas": dump(fact.quotas),
    }


def territory_row(fact: register.TerritoryFact) -> Row:
    """A territory."""
    return {"code": fact.code, "level": fact.level, "parent_code": fact.parent_code, "names": fact.names}


def school_row(fact: register.SchoolFact) -> Row:
    """A school."""
    return {
        "names": fact.names,
        "school_kind": fact.kind,
        "territory_code": fact.territory_code,
        "gender": fact.gender,
        "stages": fact.stages,
        "disability_groups": fact.disability_groups,
        "state": fact.state,
    }


def agency_row(fact: register.AgencyFact) -> Row:
    """An agency."""
    return {
        "names": fact.names,
        "agency_kind": fact.kind,
        "sector": fact.sector,
        "pool": fact.pool_territories,
        "state": fact.state,
    }


def role_row(fact: register.RoleFact) -> Row:
    """A role assignment."""
    return {
        "person_id": fact.person_id,
        "role": fact.role,
        "organisation_id": fact.organisation_id,
        "held": days(fact.from_on, fact.to_on),
    }


def plan_row(fact: partnership.ProvincePlanFact) -> Row:
    """A province plan."""
    return {
        "state": fact.state,
        "open": days(fact.started_on, fact.closed_on),
        "started_on": fact.started_on,
        "launched_on": fact.launched_on,
        "steps": {k: str(v) if v else None for k, v in fact.steps.items()},
        "exceptions": dump(fact.exceptions),
        "breached": fact.breached,
    }


def selection_row(fact: partnership.AgencySelectionFact) -> Row:
    """An agency's slot."""
    return {
        "agency_id": fact.agency_id,
        "agency_names": fact.agency_names,
        "held": multirange(fact.held),
        "selected_on": min((each.from_on for each in fact.held), default=None),
        "agency_kind": fact.dims.agency_kind,
        "sector": fact.dims.agency_sector,
    }


def secretariat_row(fact: partnership.SecretariatFact) -> Row:
    """A secretariat."""
    return {
        "school_id": fact.school_id,
        "school_names": fact.school_names,
        "state": fact.state,
        "selected_on": fact.selected_on,
        "appointed_on": fact.appointed_on,
        "established_on": fact.established_on,
        "ended_on": fact.ended_on,
        "active": multirange(fact.active),
        "gender": fact.dims.gender,
        "stages": fact.dims.stages,
        "disability_groups": fact.dims.disability_groups,
    }


def pairing_row(fact: partnership.PairingFact) -> Row:
    """A pairing."""
    return {
        "secretariat_id": fact.secretariat_id,
        "agency_id": fact.agency_id,
        "school_names": fact.school_names,
        "agency_names": fact.agency_names,
        "state": fact.state,
        "invited_on": fact.invited_on,
        "answered_on": fact.answered_on,
        "established_on": fact.established_on,
        "ended_on": fact.ended_on,
        "active": multirange(fact.active),
        "gender": fact.dims.gender,
        "agency_kind": fact.dims.agency_kind,
        "sector": fact.dims.agency_sector,
    }


def committee_row(fact: governance.CommitteeFact) -> Row:
    """A committee; of its holders the days are enough here."""
    seats = [
        {
            "code": seat.code,
            "title": seat.title,
            "holdings": [
                {"from_on": str(h.from_on), "to_on": str(h.to_on) if h.to_on else None} for h in seat.holdings
            ],
        }
        for seat in fact.seats
    ]
    return {"level": fact.level, "constituted_on": fact.constituted_on, "seats": seats}


def directive_row(fact: governance.DirectiveFact) -> Row:
    """A directive."""
    return {
        "number": fact.number,
        "state": fact.state,
        "issued_on": fact.issued_on,
        "acknowledge_by": fact.acknowledge_by,
        "addressees": dump(fact.addressees),
    }


def letter_row(fact: governance.LetterFact) -> Row:
    """A letter."""
    return {
        "number": fact.number,
        "subject_code": fact.subject_code,
        "state": fact.state,
        "sent_on": fact.sent_on,
        "answered_on": fact.answered_on,
        "about_id": fact.about_id,
        "addressees": dump(fact.addressees),
        "provinces": sorted({each.province for each in fact.addressees if each.province}),
    }


def meeting_row(fact: gathering.MeetingFact) -> Row:
    """A meeting."""
    return {
        "meeting_kind": fact.kind,
        "title": fact.title,
        "state": fact.state,
        "mode": fact.mode,
        "local_on": fact.local_on,
        "held_on": fact.held_on,
        "cadence_key": fact.cadence_key,
        "pairings": fact.pairings,
        "attendance": dump(fact.attendance),
    }


def obligation_row(fact: duty.ObligationFact) -> Row:
    """An obligation."""
    return {
        "template": fact.template,
        "title": fact.title,
        "level": fact.level,
        "roles": [each.role for each in fact.assignees],
        "period_key": fact.period_key,
        "state": fact.state,
        "due_on": fact.due_on,
        "fulfilled_on": fact.fulfilled_on,
        "late": fact.late,
    }


def delivery_row(fact: DeliveryFact) -> Row:
    """A delivery."""
    return {
        "rule": fact.rule,
        "channel": fact.channel,
        "language": fact.language,
        "state": fact.state,
        "state_on": fact.at.date(),
        "code": fact.code,
    }
