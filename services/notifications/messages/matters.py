"""From each event class to what is told: one small function per family of events."""

from services.notifications.contacts import queries as contacts
from services.notifications.messages.matters_partnership import PARTNERSHIP
from services.notifications.messages.told import Builder, Hearing, Told, rung_of
from services.notifications.notices.definition import Role
from shared.contracts import duty, gathering, governance, register
from shared.contracts.base import Event
from shared.values.deadlines import local_day


def matters_of(hearing: Hearing, event: Event) -> list[Told]:
    """Everything an event tells; nothing for events no notice listens to."""
    for base, build in _BUILDERS:
        if isinstance(event, base):
            return build(hearing, event)
    return []


def _directive(hearing: Hearing, event: governance.DirectiveEvent) -> list[Told]:
    directive, step, version = event.directive, getattr(event, "step", ""), getattr(event, "due_version", None)
    only = getattr(event, "office_id", None)
    told = []
    for addressee in directive.addressees:
        if only is not None and addressee.office_id != only:
            continue
        facts = {
            "number": directive.number,
            "revision": directive.revision,
            "title": directive.title,
            "body": directive.body,
            "office": addressee.office_names,
            "issued_on": directive.issued_on,
            "acknowledge_by": directive.acknowledge_by,
            "reason": getattr(event, "reason", None),
        }
        reach = hearing.reach(addressee.province)
        qualifier = str(addressee.office_id)
        told.append(hearing.told(event, facts, reach, qualifier=qualifier, step=step, due_version=version))
    return told


def _role(hearing: Hearing, event: register.RoleAssigned | register.RoleEnded) -> list[Told]:
    facts = {
        "role": event.role.role,
        "committee": None,
        "seat_title": None,
        "from_on": event.role.from_on,
        "to_on": event.role.to_on,
        "reason": getattr(event, "reason", None),
    }
    return [hearing.told(event, facts, hearing.reach(person_id=event.role.person_id))]


def _seat(hearing: Hearing, event: governance.CommitteeSeatEvent) -> list[Told]:
    titles = {seat.code: seat.title for seat in event.committee.seats}
    facts = {
        "role": "member",
        "committee": event.committee.level,
        "seat_title": titles.get(event.seat_code),
        "from_on": event.from_on,
        "to_on": event.to_on,
        "reason": None,
    }
    return [hearing.told(event, facts, hearing.reach(person_id=event.person_id), qualifier=event.seat_code)]


def _authorisation(hearing: Hearing, event: governance.AuthorisationEvent) -> list[Told]:
    permit = event.authorisation
    facts = {
        "body": permit.body,
        "subject": permit.subject,
        "number": permit.number,
        "decided_on": permit.decided_on,
        "valid_until": permit.valid_until,
        "reason": permit.reason,
    }
    return [hearing.told(event, facts, hearing.reach(), **rung_of(event))]


def _letter(hearing: Hearing, event: governance.LetterEvent) -> list[Told]:
    letter, told = event.letter, []
    sent = letter.sent_on
    days = (local_day(hearing.now, hearing.tz) - sent).days if sent else 0
    for addressee in letter.addressees:
        facts = {
            "number": letter.number,
            "subject": letter.subject,
            "days": getattr(event, "days", days),
            "agency": addressee.names,
            "sender": letter.sender_names,
            "sent_on": sent,
            "school": None,
            "on": sent,
            "decision_ref": None,
        }
        reach = hearing.reach(
            hearing.envelope.province or addressee.province,
            agency_id=addressee.id if addressee.kind == "agency" else None,
        )
        told.append(
            hearing.told(
                event,
                facts,
                reach,
                qualifier=str(addressee.id),
                compare={"addressee_kind": addressee.kind},
                **rung_of(event),
            )
        )
    return told


def _meeting(hearing: Hearing, event: gathering.MeetingEvent) -> list[Told]:
    meeting = event.meeting
    if meeting.starts_at is None:
        return []
    invitees = meeting.invitees
    if isinstance(event, gathering.MeetingReminderDue):
        answers = contacts.things_by_ref(hearing.session, hearing.tenant, "answer", str(meeting.meeting_id))
        declined = {each["person_id"] for each in answers if each["answer"] == "declined"}
        invitees = tuple(each for each in invitees if str(each) not in declined)
    organiser = next((party for party in meeting.parties if party.role == "organiser"), None)
    facts = {
        "title": meeting.title,
        "meeting_id": meeting.meeting_id,
        "starts_at": meeting.starts_at,
        "ends_at": meeting.ends_at,
        "tz": meeting.tz,
        "venue": meeting.venue or "",
        "url": meeting.url,
        "organiser": organiser.names if organiser else None,
        "sequence": meeting.ics_sequence,
        "before_starts_at": getattr(event, "before_starts_at", None),
        "reason": event.reason,
    }
    reach = hearing.reach(
        invitees=invitees, parties=tuple((party.kind, party.id, party.role) for party in meeting.parties)
    )
    return [hearing.told(event, facts, reach, begins_at=meeting.starts_at, **rung_of(event))]


def _obligation(hearing: Hearing, event: duty.ObligationEvent) -> list[Told]:
    obligation = event.obligation
    named = tuple((Role(each.role), each.province) for each in obligation.assignees)
    if isinstance(event, duty.ObligationEscalated):
        place = obligation.assignees[0].province if obligation.assignees else "*"
        named = tuple((Role(role), place) for role in event.target_roles)
    facts = {
        "template": obligation.template,
        "title": obligation.title,
        "period": obligation.period_label,
        "due_on": obligation.due_on,
        "days": (obligation.due_on - local_day(hearing.now, hearing.tz)).days,
        "days_late": getattr(event, "days_late", 0),
        "reason": event.reason,
    }
    told = hearing.told(
        event, facts, hearing.reach(named=named), compare={"template": obligation.template}, **rung_of(event)
    )
    return [told]


_BUILDERS: tuple[tuple[type[Event], Builder], ...] = (
    (governance.DirectiveEvent, _directive),
    (register.RoleAssigned, _role),
    (register.RoleEnded, _role),
    (governance.CommitteeSeatEvent, _seat),
    (governance.AuthorisationEvent, _authorisation),
    (governance.LetterEvent, _letter),
    (gathering.MeetingEvent, _meeting),
    (duty.ObligationEvent, _obligation),
    *PARTNERSHIP,
)
