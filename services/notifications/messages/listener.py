"""Hears every event, notes what stops notices, and plans what notices say about it, in the cursor's transaction."""

from sqlalchemy.orm import Session

from services.notifications.contacts import queries as contacts
from services.notifications.messages import commands, queries
from services.notifications.messages.matters import matters_of
from services.notifications.messages.told import Hearing, Told, short_name
from services.notifications.notices.definition import Notice, Trigger, catalogue, triggers_of
from services.notifications.notices.planning import Moment, plan
from shared.contracts.base import EVENTS, Event
from shared.contracts.envelope import Envelope
from shared.contracts.register import PersonContactPointsChanged, PersonErased
from shared.kernel.bus import Subscriber
from shared.kernel.clock import business_now
from shared.kernel.epoch_change import is_replay

subscriber = Subscriber("notifications")
SPEAKING = {trigger.event for notice in catalogue().values() for trigger in notice.triggers}
STOPPING = {event for notice in catalogue().values() for trigger in notice.triggers for event in trigger.stops_on}


def _hear(session: Session, event: Event, envelope: Envelope) -> None:
    """Note a stop and plan every notice that listens to this event."""
    name = short_name(envelope.type)
    if name in STOPPING:
        commands.note_happening(session, envelope, event=name, qualifier=_qualifier(event))
    if name in SPEAKING:
        plan_event(session, event, envelope)


def plan_event(session: Session, event: Event, envelope: Envelope) -> None:
    """Plan all notices of an event; the same event heard twice plans nothing new."""
    now = business_now(session)
    locale = contacts.locale_of(session, envelope.tenant, envelope.programme, envelope.province)
    live, replay = queries.is_live(session, envelope.tenant), is_replay(session, envelope)
    moment = Moment(now, envelope.time, live, locale, replay)
    hearing = Hearing(session, envelope, now, locale.tz)
    for told in matters_of(hearing, event):
        for notice, trigger in triggers_of(hearing.name, catalogue()):
            _plan_one(session, envelope, notice, trigger, told, moment)


def _plan_one(
    session: Session, envelope: Envelope, notice: Notice, trigger: Trigger, told: Told, moment: Moment
) -> None:
    people = [
        (audience, person)
        for audience in trigger.to
        for person in contacts.recipients(session, audience.role, told.reach)
    ]
    for planned in plan(notice, trigger, told.matter, people, moment):
        commands.keep_planned(session, envelope, notice, told, planned, now=moment.now)


def _qualifier(event: Event) -> str:
    """What narrows an event below its subject: the office, quota or agency it is about."""
    for name in ("office_id", "quota_id", "seat_code"):
        if getattr(event, name, None):
            return str(getattr(event, name))
    if selection := getattr(event, "selection", None):
        return str(selection.agency_id)
    if exception := getattr(event, "exception", None):
        return str(exception.quota_id)
    return ""


def on_person_changed(session: Session, event: PersonContactPointsChanged | PersonErased, envelope: Envelope) -> None:
    """What waited for an address may leave."""
    commands.release_waiting(session, person_id=event.person_id, now=business_now(session))


subscriber.on(PersonContactPointsChanged)(on_person_changed)
subscriber.on(PersonErased)(on_person_changed)


for _type, _event in EVENTS.items():
    if short_name(_type) in SPEAKING | STOPPING:
        subscriber.on(_event)(_hear)
