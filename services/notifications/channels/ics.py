"""Calendar files: REQUEST and CANCEL with a stable UID, so that one event in the calendar follows its meeting."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, vCalAddress, vText

from services.notifications.channels.channel import Attachment
from services.notifications.channels.headers import clean_text


@dataclass(frozen=True)
class Person:
    """Name and address of an organiser or attendee."""

    name: str
    email: str


@dataclass(frozen=True)
class CalendarEntry:
    """What a calendar needs of a meeting; the file holds Gregorian dates, only the text is localised."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    tz: str
    summary: str
    description: str
    location: str
    organiser: Person
    attendee: Person
    stamp: datetime
    url: str = ""
    language: str = "fa"
    kind: Literal["REQUEST", "CANCEL"] = "REQUEST"
    categories: tuple[str, ...] = field(default=())


def calendar_file(entry: CalendarEntry) -> Attachment:
    """`invite.ics` or `cancel.ics` with METHOD in body and content type, VTIMEZONE, lines folded at 75 octets."""
    calendar = Calendar()
    calendar.add("prodid", "-//Peyvand//Meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", entry.kind)
    calendar.add_component(_zone(entry.tz, entry.starts_at.year))
    calendar.add_component(_event(entry))
    return Attachment(
        name="invite.ics" if entry.kind == "REQUEST" else "cancel.ics",
        content_type=f'text/calendar; charset="utf-8"; method={entry.kind}',
        content=calendar.to_ical(),
    )


@cache
def _zone(tz: str, year: int) -> Timezone:
    """The zone's rules around a year; working them out costs more than the rest of the file."""
    return Timezone.from_tzid(tz, first_date=date(year - 1, 1, 1), last_date=date(year + 2, 1, 1))


def _event(entry: CalendarEntry) -> Event:
    zone = ZoneInfo(entry.tz)
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.stamp)
    event.add("dtstart", entry.starts_at.astimezone(zone))
    event.add("dtend", entry.ends_at.astimezone(zone))
    event.add("summary", _text(entry.summary, entry.language))
    event.add("description", _text(entry.description, entry.language, lines=True))
    if entry.location:
        event.add("location", _text(entry.location, entry.language))
    if entry.url:
        event.add("url", clean_text(entry.url))
    event.add("status", "CONFIRMED" if entry.kind == "REQUEST" else "CANCELLED")
    event.add("organizer", _address(entry.organiser))
    attendee = _address(entry.attendee)
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    attendee.params["PARTSTAT"] = vText("NEEDS-ACTION")
    attendee.params["RSVP"] = vText("TRUE")
    event.add("attendee", attendee)
    return event


def _text(value: str, language: str, *, lines: bool = False) -> vText:
    cleaned = "\n".join(clean_text(line) for line in value.split("\n")) if lines else clean_text(value)
    return vText(cleaned, params={"LANGUAGE": language})


def _address(person: Person) -> vCalAddress:
    address = vCalAddress(f"mailto:{clean_text(person.email)}")
    # Quotes cannot be escaped inside a parameter.
    address.params["CN"] = vText(clean_text(person.name).replace('"', "'"))
    return address
