"""From each event class to what is told: one small function per family of events."""

from typing import Any

from services.notifications.contacts import queries as contacts
from services.notifications.contacts.queries import Reach
from services.notifications.messages.told import Builder, Hearing, Told
from services.notifications.notices.definition import Role
from shared.contracts import duty, gathering, governance, partnership, register
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
    return [hearing.told(event, facts, hearing.reach(), **_rung(event))]


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
                event, facts, reach, qualifier=str(addressee.id), compare={"addressee_kind": addressee.kind}, **_rung(event)
            )
        )
    return told


def _secretariat(hearing: Hearing, event: partnership.SecretariatEvent) -> list[Told]:
    secretariat = event.secretariat
    facts = _secretariat_facts(hearing, event)
    reach = hearing.reach(
        secretariat_id=secretariat.secretariat_id,
        school_id=secretariat.school_id,
        agency_id=_partner(hearing, str(secretariat.secretariat_id)),
    )
    return [hearing.told(event, facts, reach)]


def _secretariat_facts(hearing: Hearing, event: partnership.SecretariatEvent) -> dict[str, Any]:
    secretariat = event.secretariat
    person = getattr(event, "person_id", None) or getattr(event, "to_person", None)
    agency = getattr(event, "agency_names", None)
    partner = _partner(hearing, str(secretariat.secretariat_id))
    calendar = [" ".join(each.values()) for each in getattr(event, "action_calendar", ())]
    return {
        "school": secretariat.school_names,
        "on": event.effective_on.greg or local_day(hearing.now, hearing.tz),
        "slot_no": secretariat.slot_no,
        "decision_ref": secretariat.decision_ref,
        "reason": event.reason,
        "agency": agency or hearing.names("agency", partner),
        "letter_number": getattr(event, "letter_number", None),
        "letter_on": getattr(event, "letter_on", None),
        "person_id": person,
        "duty_sheet": list(getattr(event, "duty_sheet", ())),
        "calendar": calendar,
    }


def _school(hearing: Hearing, event: register.SchoolEvent) -> list[Told]:
    found = contacts.things_by_ref(hearing.session, hearing.tenant, "secretariat", str(event.school_id))
    told = []
    for secretariat in found:
        partner = _partner(hearing, secretariat["secretariat_id"])
        facts = {
            "school": event.school.names,
            "on": event.school.as_of,
            "reason": event.reason,
            "agency": hearing.names("agency", partner),
            "person_id": None,
        }
        reach = hearing.reach(secretariat_id=secretariat["secretariat_id"], school_id=event.school_id, agency_id=partner)
        told.append(hearing.told(event, facts, reach, qualifier=secretariat["secretariat_id"]))
    return told


def _quota(hearing: Hearing, event: partnership.QuotaEvent) -> list[Told]:
    facts = {
        "quota": event.subject,
        "holders": event.holders,
        "min": event.min,
        "max": event.max,
        "missing": max(event.min - event.holders, 0),
        "checked_at": event.checked_at,
        "until_on": None,
        "reason": None,
    }
    return [hearing.told(event, facts, hearing.reach(), qualifier=event.quota_id, **_rung(event))]


def _quota_exception(hearing: Hearing, event: partnership.QuotaExceptionGranted) -> list[Told]:
    exception = event.exception
    facts = {
        "quota": exception.quota_id,
        "holders": event.plan.slots_used.get(exception.quota_id, 0),
        "min": exception.min,
        "max": exception.max,
        "missing": 0,
        "checked_at": None,
        "until_on": exception.until_on,
        "reason": exception.reason,
    }
    return [hearing.told(event, facts, hearing.reach(), qualifier=exception.quota_id)]


def _launch(hearing: Hearing, event: partnership.LaunchReminderDue) -> list[Told]:
    days = (event.window_end - local_day(hearing.now, hearing.tz)).days
    facts = {"days": days, "window_end": event.window_end, "open_steps": list(event.open_steps)}
    return [hearing.told(event, facts, hearing.reach(), **_rung(event))]


def _selection(hearing: Hearing, event: partnership.AgencySelected) -> list[Told]:
    chosen = event.selection
    facts = {
        "agency": chosen.agency_names,
        "school": None,
        "on": event.effective_on.greg,
        "decision_ref": chosen.decision_ref,
        "number": None,
        "sender": None,
        "subject": None,
    }
    return [hearing.told(event, facts, hearing.reach(agency_id=chosen.agency_id), qualifier=str(chosen.agency_id))]


def _pairing(hearing: Hearing, event: partnership.PairingEvent) -> list[Told]:
    pairing = event.pairing
    reach = hearing.reach(
        secretariat_id=pairing.secretariat_id, school_id=pairing.school_id, agency_id=pairing.agency_id
    )
    facts = {
        "school": pairing.school_names,
        "agency": pairing.agency_names,
        "on": event.effective_on.greg or local_day(hearing.now, hearing.tz),
        "reason": event.reason,
        "decision_ref": None,
        "number": None,
        "sender": None,
        "subject": None,
        "school_person": _first(hearing, Role.EP, reach),
        "agency_person": _first(hearing, Role.AC, reach),
    }
    return [hearing.told(event, facts, reach)]


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
    return [hearing.told(event, facts, reach, begins_at=meeting.starts_at, **_rung(event))]


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
        event, facts, hearing.reach(named=named), compare={"template": obligation.template}, **_rung(event)
    )
    return [told]


def _rung(event: Any) -> dict[str, Any]:
    step = getattr(event, "step", None)
    return {"step": step, "due_version": event.due_version} if step is not None else {}


def _partner(hearing: Hearing, secretariat_id: str) -> Any:
    ended = {"declined", "dissolved", "voided", "completed"}
    for pairing in contacts.things_by_ref(hearing.session, hearing.tenant, "pairing", secretariat_id):
        if pairing["state"] not in ended:
            return pairing["agency_id"]
    return None


def _first(hearing: Hearing, role: Role, reach: Reach) -> str | None:
    found = contacts.recipients(hearing.session, role, reach)
    return str(found[0].person_id) if found else None


_BUILDERS: tuple[tuple[type[Event], Builder], ...] = (
    (governance.DirectiveEvent, _directive),
    (register.RoleAssigned, _role),
    (register.RoleEnded, _role),
    (governance.CommitteeSeatEvent, _seat),
    (governance.AuthorisationEvent, _authorisation),
    (governance.LetterEvent, _letter),
    (partnership.SecretariatEvent, _secretariat),
    (register.SchoolEvent, _school),
    (partnership.QuotaEvent, _quota),
    (partnership.QuotaExceptionGranted, _quota_exception),
    (partnership.LaunchReminderDue, _launch),
    (partnership.AgencySelected, _selection),
    (partnership.PairingEvent, _pairing),
    (gathering.MeetingEvent, _meeting),
    (duty.ObligationEvent, _obligation),
)
