"""From an event to planned deliveries: language, channels, quiet hours, bundles, digest, catch-up guard. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from services.notifications.notices.definition import DIGEST, Audience, ChannelName, Notice, Role, Trigger, Urgency
from shared.values.deadlines import at_local, is_working_day, local_day, roll_forward

BUNDLE_WINDOW = timedelta(minutes=15)
CATCH_UP_LIMIT = timedelta(hours=48)
QUIET_FROM, QUIET_TO = time(21), time(8)
DIGEST_AT = time(8)


@dataclass(frozen=True)
class Locale:
    """What a tenant's programme says about time and language; weekend in Python's weekday numbers."""

    tz: str
    weekend: frozenset[int]
    holidays: frozenset[date]
    languages: tuple[str, ...]
    default_language: str
    calendar: str = "solar_hijri"


@dataclass(frozen=True)
class Recipient:
    """One person in one role. `known` is False while the contact points have not arrived on the restricted stream."""

    person_id: UUID
    role: Role
    known: bool = True
    language: str = ""
    email: str | None = None
    mobile: str | None = None
    minor: bool = False
    erased: bool = False
    blocked: frozenset[ChannelName] = frozenset()


@dataclass(frozen=True)
class Matter:
    """What an event is about, for planning: its subject, the rung, facts to compare, and when its subject begins."""

    event: str
    event_id: UUID
    subject_type: str
    subject_id: UUID
    qualifier: str = ""
    step: str = ""
    rung: str = ""
    """Step and due version for reminders; empty for plain events, whose id is the key."""
    facts: Mapping[str, str] = field(default_factory=dict)
    begins_at: datetime | None = None


@dataclass(frozen=True)
class Moment:
    """When and under which switch planning happens; all instants are business time."""

    now: datetime
    recorded_at: datetime
    live: bool
    locale: Locale
    replay: bool = False
    """The event was told before a restore: whoever was to hear of it has heard."""


@dataclass(frozen=True)
class PlannedDelivery:
    """One channel of one message."""

    channel: ChannelName
    not_before: datetime
    suppressed: str | None = None


@dataclass(frozen=True)
class PlannedItem:
    """One thing to say to one person: it joins an open bundle with the same key or begins a message of its own."""

    once_key: str
    rule: str
    message_rule: str
    template: str
    person_id: UUID
    role: Role
    step: str
    language: str
    urgency: Urgency
    bundle_key: str
    closes_at: datetime
    expires_at: datetime | None
    stops_on: tuple[str, ...]
    deliveries: tuple[PlannedDelivery, ...]


def applies(trigger: Trigger, matter: Matter) -> bool:
    """Whether the trigger's conditions on facts hold."""
    return all(matter.facts.get(name, "") in values for name, values in trigger.only.items()) and not any(
        matter.facts.get(name, "") in values for name, values in trigger.never.items()
    )


def plan(
    notice: Notice, trigger: Trigger, matter: Matter, people: Sequence[tuple[Audience, Recipient]], moment: Moment
) -> list[PlannedItem]:
    """Everything one trigger says, one item per person however many roles they hold (first role of the list wins)."""
    if not applies(trigger, matter):
        return []
    planned: dict[tuple[UUID, bool], PlannedItem] = {}
    step = trigger.step.replace("{step}", matter.step)
    for audience, recipient in people:
        if audience.steps and matter.step not in audience.steps:
            continue
        in_digest = audience.digest or recipient.role in audience.digest_for
        # Somebody who is told directly needs no line in the digest as well.
        if in_digest and (recipient.person_id, False) in planned:
            continue
        item = _item(notice, trigger, matter, audience, recipient, moment, step, in_digest)
        earlier = planned.get((recipient.person_id, in_digest))
        planned[recipient.person_id, in_digest] = _merge(earlier, item) if earlier else item
        if not in_digest:
            planned.pop((recipient.person_id, True), None)
    return list(planned.values())


def _merge(first: PlannedItem, second: PlannedItem) -> PlannedItem:
    known = {each.channel for each in first.deliveries}
    more = tuple(each for each in second.deliveries if each.channel not in known)
    return replace(first, deliveries=(*first.deliveries, *more))


def _item(
    notice: Notice,
    trigger: Trigger,
    matter: Matter,
    audience: Audience,
    recipient: Recipient,
    moment: Moment,
    step: str,
    in_digest: bool,
) -> PlannedItem:
    urgency = Urgency.LOW if in_digest else trigger.urgency or notice.urgency
    closes_at = _closes_at(notice, urgency, moment, in_digest)
    message_rule = DIGEST if in_digest else notice.rule
    return PlannedItem(
        once_key=once_key(notice, matter, recipient.person_id),
        rule=notice.rule,
        message_rule=message_rule,
        template=notice.template,
        person_id=recipient.person_id,
        role=recipient.role,
        step=step,
        language=language_for(recipient.language, moment.locale),
        urgency=urgency,
        bundle_key=_bundle_key(notice, urgency, matter, moment, in_digest, closes_at),
        closes_at=closes_at,
        expires_at=matter.begins_at if trigger.expires_at_start else None,
        stops_on=trigger.stops_on,
        deliveries=tuple(
            PlannedDelivery(channel, not_before(channel, urgency, closes_at, moment.locale), reason)
            for channel, reason in _channels(notice, matter, audience, recipient, moment, in_digest)
        ),
    )


def once_key(notice: Notice, matter: Matter, person_id: UUID) -> str:
    """Rule, subject, rung with due version or event id, recipient; the channel is the delivery's own key (I6)."""
    subject = f"{matter.subject_id}{':' if matter.qualifier else ''}{matter.qualifier}"
    return f"{notice.rule}|{subject}|{matter.rung or matter.event_id}|{person_id}"


def language_for(preferred: str, locale: Locale) -> str:
    """The person's language if the tenant allows it, else the tenant's own, else English."""
    if preferred in locale.languages:
        return preferred
    return locale.default_language or "en"


def not_before(channel: ChannelName, urgency: Urgency, start: datetime, locale: Locale) -> datetime:
    """E-mail at once; a text message after quiet hours (21:00 to 08:00 local) and, when `high`, after weekend days."""
    if channel is ChannelName.EMAIL or urgency is Urgency.CRITICAL:
        return start
    weekend = locale.weekend if urgency is Urgency.HIGH else frozenset()
    wall = start.astimezone(ZoneInfo(locale.tz))
    day = wall.date()
    if wall.time() >= QUIET_FROM:
        day += timedelta(days=1)
    awake = roll_forward(day, weekend, frozenset())
    if awake == wall.date() and wall.time() >= QUIET_TO:
        return start
    return at_local(awake, QUIET_TO, locale.tz)


def digest_at(now: datetime, locale: Locale) -> datetime:
    """The next 08:00 of a working day, now included."""
    day = local_day(now, locale.tz)
    while not (is_working_day(day, locale.weekend, locale.holidays) and at_local(day, DIGEST_AT, locale.tz) >= now):
        day += timedelta(days=1)
    return at_local(day, DIGEST_AT, locale.tz)


def _closes_at(notice: Notice, urgency: Urgency, moment: Moment, in_digest: bool) -> datetime:
    if in_digest:
        return digest_at(moment.now, moment.locale)
    if not notice.bundle or urgency is Urgency.CRITICAL:
        return moment.now
    return moment.now + BUNDLE_WINDOW


def _bundle_key(
    notice: Notice, urgency: Urgency, matter: Matter, moment: Moment, in_digest: bool, closes_at: datetime
) -> str:
    if in_digest:
        return f"{DIGEST}|{local_day(closes_at, moment.locale.tz).isoformat()}"
    if not notice.bundle or urgency is Urgency.CRITICAL:
        return f"{notice.rule}|{matter.event_id}"
    return notice.rule


def _channels(
    notice: Notice, matter: Matter, audience: Audience, recipient: Recipient, moment: Moment, in_digest: bool
) -> list[tuple[ChannelName, str | None]]:
    wanted = (ChannelName.EMAIL,) if in_digest else audience.channels
    wanted = tuple(c for c in wanted if c is not ChannelName.SMS or _near_enough(audience, matter, moment.now))
    silent = _silence(notice, matter, recipient, moment)
    if silent:
        return [(channel, silent) for channel in wanted]
    if not recipient.known:
        return [(channel, None) for channel in wanted]
    usable = [channel for channel in wanted if reachable(recipient, channel)]
    if usable:
        return [(channel, None) for channel in usable]
    return _other_way(wanted, recipient)


def _other_way(wanted: Collection[ChannelName], recipient: Recipient) -> list[tuple[ChannelName, str | None]]:
    for channel in ChannelName:
        if channel not in wanted and reachable(recipient, channel):
            return [(channel, None)]
    reason = "bounced" if recipient.blocked else "no_contact"
    return [(channel, reason) for channel in wanted]


def reachable(recipient: Recipient, channel: ChannelName) -> bool:
    """Whether the person has a usable address for the channel."""
    address = recipient.email if channel is ChannelName.EMAIL else recipient.mobile
    return bool(address) and channel not in recipient.blocked


def _near_enough(audience: Audience, matter: Matter, now: datetime) -> bool:
    hours = audience.sms_if_within_hours
    if hours is None:
        return True
    return matter.begins_at is not None and matter.begins_at.astimezone(UTC) - now < timedelta(hours=hours)


def _silence(notice: Notice, matter: Matter, recipient: Recipient, moment: Moment) -> str | None:
    if recipient.erased:
        return "erased"
    if recipient.minor:
        return "minor"
    if moment.replay:
        return "replay"
    if not moment.live:
        return "tenant_not_live"
    if not notice.replayable and moment.now - moment.recorded_at > CATCH_UP_LIMIT:
        return "catch_up"
    return None
