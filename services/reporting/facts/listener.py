"""What reporting hears: every event of interest becomes one fact version; figures move when the batch is through."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from services.reporting.facts import commands, rows
from shared.contracts import duty, gathering, governance, notification, partnership, programme, register
from shared.contracts.base import Event
from shared.contracts.envelope import Envelope
from shared.kernel.bus import Subscriber

subscriber = Subscriber("reporting")


def _keep(session: Session, table: str, event: Event, envelope: Envelope, row: dict[str, Any]) -> None:
    commands.collect_fact(session, table=table, row=rows.header(event, envelope) | row)


@subscriber.on(programme.ProgrammePublished)
def on_programme_published(session: Session, event: programme.ProgrammePublished, envelope: Envelope) -> None:
    """A definition: targets, quotas, calendar."""
    _keep(session, "programme_facts", event, envelope, rows.programme_row(event.programme))


@subscriber.on(programme.ProgrammeRevised)
def on_programme_revised(session: Session, event: programme.ProgrammeRevised, envelope: Envelope) -> None:
    """A newer definition."""
    _keep(session, "programme_facts", event, envelope, rows.programme_row(event.programme))


@subscriber.on_each(programme.CycleEvent)
def on_cycle_changed(session: Session, event: programme.CycleEvent, envelope: Envelope) -> None:
    """A cycle or one of its periods."""
    row = rows.header(event, envelope) | rows.cycle_row(event.cycle)
    row["cycle"] = row["cycle"] or event.cycle.label
    commands.collect_fact(session, table="cycle_facts", row=row)


@subscriber.on(register.TerritoryRegistered)
def on_territory_registered(session: Session, event: register.TerritoryRegistered, envelope: Envelope) -> None:
    """A territory's names."""
    _keep(session, "territory_facts", event, envelope, rows.territory_row(event.territory))


@subscriber.on(register.TerritoryChanged)
def on_territory_changed(session: Session, event: register.TerritoryChanged, envelope: Envelope) -> None:
    """A territory's names, changed."""
    _keep(session, "territory_facts", event, envelope, rows.territory_row(event.territory))


@subscriber.on_each(register.SchoolEvent)
def on_school_changed(session: Session, event: register.SchoolEvent, envelope: Envelope) -> None:
    """A school's profile."""
    _keep(session, "school_facts", event, envelope, rows.school_row(event.school))


@subscriber.on_each(register.AgencyEvent)
def on_agency_changed(session: Session, event: register.AgencyEvent, envelope: Envelope) -> None:
    """An agency's profile and pools."""
    _keep(session, "agency_facts", event, envelope, rows.agency_row(event.agency))


@subscriber.on(register.RoleAssigned)
def on_role_assigned(session: Session, event: register.RoleAssigned, envelope: Envelope) -> None:
    """Who is principal where."""
    _keep(session, "role_facts", event, envelope, rows.role_row(event.role))


@subscriber.on(register.RoleEnded)
def on_role_ended(session: Session, event: register.RoleEnded, envelope: Envelope) -> None:
    """Who no longer is."""
    _keep(session, "role_facts", event, envelope, rows.role_row(event.role))


@subscriber.on_each(partnership.ProvincePlanEvent)
def on_province_plan_changed(session: Session, event: partnership.ProvincePlanEvent, envelope: Envelope) -> None:
    """A plan's days, steps and exceptions."""
    _keep(session, "plan_facts", event, envelope, rows.plan_row(event.plan))


@subscriber.on(partnership.AgencySelected)
def on_agency_selected(session: Session, event: partnership.AgencySelected, envelope: Envelope) -> None:
    """An agency took a slot."""
    _keep(session, "selection_facts", event, envelope, rows.selection_row(event.selection))


@subscriber.on(partnership.AgencyDeselected)
def on_agency_deselected(session: Session, event: partnership.AgencyDeselected, envelope: Envelope) -> None:
    """An agency gave its slot back."""
    _keep(session, "selection_facts", event, envelope, rows.selection_row(event.selection))


@subscriber.on_each(partnership.SecretariatEvent)
def on_secretariat_changed(session: Session, event: partnership.SecretariatEvent, envelope: Envelope) -> None:
    """A secretariat, whole."""
    _keep(session, "secretariat_facts", event, envelope, rows.secretariat_row(event.secretariat))


@subscriber.on_each(partnership.PairingEvent)
def on_pairing_changed(session: Session, event: partnership.PairingEvent, envelope: Envelope) -> None:
    """A pairing, whole."""
    _keep(session, "pairing_facts", event, envelope, rows.pairing_row(event.pairing))


@subscriber.on_each(governance.CommitteeEvent)
def on_committee_changed(session: Session, event: governance.CommitteeEvent, envelope: Envelope) -> None:
    """A committee with its seats."""
    _keep(session, "committee_facts", event, envelope, rows.committee_row(event.committee))


@subscriber.on_each(governance.DirectiveEvent)
def on_directive_changed(session: Session, event: governance.DirectiveEvent, envelope: Envelope) -> None:
    """A directive and its acknowledgements."""
    _keep(session, "directive_facts", event, envelope, rows.directive_row(event.directive))


@subscriber.on_each(governance.LetterEvent)
def on_letter_changed(session: Session, event: governance.LetterEvent, envelope: Envelope) -> None:
    """A letter and its answer."""
    _keep(session, "letter_facts", event, envelope, rows.letter_row(event.letter))


@subscriber.on_each(gathering.MeetingEvent)
def on_meeting_changed(session: Session, event: gathering.MeetingEvent, envelope: Envelope) -> None:
    """A meeting, whole."""
    _keep(session, "meeting_facts", event, envelope, rows.meeting_row(event.meeting))


@subscriber.on_each(duty.ObligationEvent)
def on_obligation_changed(session: Session, event: duty.ObligationEvent, envelope: Envelope) -> None:
    """An obligation, whole."""
    _keep(session, "obligation_facts", event, envelope, rows.obligation_row(event.obligation))


@subscriber.on_each(notification.NotificationEvent)
def on_delivery_changed(session: Session, event: notification.NotificationEvent, envelope: Envelope) -> None:
    """What became of a message."""
    _keep(session, "delivery_facts", event, envelope, rows.delivery_row(event.delivery))


@subscriber.after_batch
def on_batch_applied(session: Session, envelopes: Sequence[Envelope]) -> None:
    """Append the collected versions, one statement per table, and move the figures, all in the cursor's transaction."""
    commands.append_facts(session)
    commands.note_lags(session, envelopes=envelopes)
