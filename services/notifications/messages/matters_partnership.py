"""What partnership and school events tell: secretariats, quotas, launch, selections and pairings."""

from typing import Any

from services.notifications.contacts import queries as contacts
from services.notifications.contacts.queries import Reach
from services.notifications.messages.told import Builder, Hearing, Told, rung_of
from services.notifications.notices.definition import Role
from shared.contracts import partnership, register
from shared.contracts.base import Event
from shared.values.deadlines import local_day


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
    calendar = [dict(each) for each in getattr(event, "action_calendar", ())]
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
        reach = hearing.reach(
            secretariat_id=secretariat["secretariat_id"], school_id=event.school_id, agency_id=partner
        )
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
    return [hearing.told(event, facts, hearing.reach(), qualifier=event.quota_id, **rung_of(event))]


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
    return [hearing.told(event, facts, hearing.reach(), **rung_of(event))]


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


def _partner(hearing: Hearing, secretariat_id: str) -> Any:
    ended = {"declined", "dissolved", "voided", "completed"}
    for pairing in contacts.things_by_ref(hearing.session, hearing.tenant, "pairing", secretariat_id):
        if pairing["state"] not in ended:
            return pairing["agency_id"]
    return None


def _first(hearing: Hearing, role: Role, reach: Reach) -> str | None:
    found = contacts.recipients(hearing.session, role, reach)
    return str(found[0].person_id) if found else None


PARTNERSHIP: tuple[tuple[type[Event], Builder], ...] = (
    (partnership.SecretariatEvent, _secretariat),
    (register.SchoolEvent, _school),
    (partnership.QuotaEvent, _quota),
    (partnership.QuotaExceptionGranted, _quota_exception),
    (partnership.LaunchReminderDue, _launch),
    (partnership.AgencySelected, _selection),
    (partnership.PairingEvent, _pairing),
)
