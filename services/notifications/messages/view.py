"""What the ledger shows: the sentence, the five numbers, where messages ended, one line each."""

from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from services.notifications.contacts import queries as contacts
from services.notifications.messages import queries
from services.notifications.messages.models import Delivery
from services.notifications.messages.preview import mask
from services.notifications.notices.definition import catalogue
from shared.web.pages import Speech

OLDEST_ALARM_S = 300


SHAPES = {
    "planned": "ring",
    "claimed": "half",
    "data": "half",
    "sent": "done",
    "unknown": "wait",
    "failed": "missed",
    "expired": "waived",
    "suppressed": "waived",
}


def sentence_of(speech: Speech, numbers: Any, parked: int, base: str) -> Any:
    """What is not calm, in one sentence; if all is calm it says so."""
    worries = []
    if parked:
        worries.append(speech.t("deliveries.say.parked", count=parked))
    for name in ("unknown", "failed"):
        count = getattr(numbers, name)
        if count:
            worries.append(
                speech.t(f"deliveries.say.{name}", count=count, href=f"{base}/deliveries?state={name}#ledger")
            )
    if not worries:
        return speech.t("deliveries.say.calm", count=numbers.sent_24h)
    return (
        speech.t("deliveries.say.calm_of", n=5 - len(worries), of=5)
        + " "
        + speech.t("deliveries.say.and").join(worries)
        + "."
    )


def numbers_of(speech: Speech, numbers: Any, parked: int) -> list[SimpleNamespace]:
    """The five numbers with their alarm in words."""
    rows = (
        (
            "oldest",
            numbers.oldest_due_seconds,
            numbers.oldest_due_seconds > OLDEST_ALARM_S,
            f"{speech.num(numbers.due)}",
        ),
        ("parked", parked, parked > 0, ""),
        ("unknown", numbers.unknown, numbers.unknown > 0, ""),
        ("failed", numbers.failed, numbers.failed > 0, ""),
        ("sent", numbers.sent_24h, False, ""),
    )
    return [
        SimpleNamespace(
            title=speech.t(f"deliveries.number.{name}"),
            value=speech.num(value),
            unit=speech.t(f"deliveries.unit.{name}"),
            alarm=speech.t(f"deliveries.alarm.{name}", extra=extra),
            tag={
                "shape": "late" if worry else "done",
                "words": speech.t("deliveries.look" if worry else "deliveries.calm"),
            },
        )
        for name, value, worry, extra in rows
    ]


def states_of(speech: Speech, counts: dict[tuple[str, str], int]) -> list[SimpleNamespace]:
    return [
        SimpleNamespace(
            shape=shape,
            state=state,
            words=speech.t(f"delivery.state.{state}"),
            email=counts.get((state, "email"), 0),
            sms=counts.get((state, "sms"), 0),
        )
        for state, shape in SHAPES.items()
    ]


def held_of(counts: dict[tuple[str, str], int]) -> int:
    return sum(count for (state, _), count in counts.items() if state == "suppressed")


def line_of(session: Session, speech: Speech, delivery: Delivery) -> SimpleNamespace:
    """One line of the ledger."""
    contact = contacts.get_contact(session, delivery.person_id)
    notice = catalogue().get(delivery.rule)
    why = queries.why_not_sent(delivery)
    address = (contact.email if delivery.channel == "email" else contact.mobile) if contact else None
    when = delivery.sent_at or delivery.not_before
    return SimpleNamespace(
        id=delivery.id,
        rule=delivery.rule,
        title=speech.names(notice.name) if notice else delivery.rule,
        person=contact.display_name if contact else str(speech.t("deliveries.nobody")),
        role=speech.t(f"role.{delivery.role}") if speech.has(f"role.{delivery.role}") else delivery.role,
        address=mask(address),
        channel=delivery.channel,
        when=speech.moment(when),
        step=delivery.step,
        tag={"shape": SHAPES[delivery.state], "words": speech.t(f"delivery.state.{delivery.state}")},
        why=speech.t(why) if why else "",
        reply=delivery.reply,
        state=delivery.state,
        version=delivery.version,
    )


def options_of(speech: Speech) -> dict[str, list[tuple[str, str]]]:
    """What the ledger can be narrowed to."""
    return {
        "state_options": [(each, str(speech.t(f"delivery.state.{each}"))) for each in SHAPES],
        "channel_options": [(each, str(speech.t(f"deliveries.channel.{each}"))) for each in ("email", "sms")],
        "rule_options": [(code, f"{code} {speech.names(each.name)}") for code, each in catalogue().items()],
    }


def facts_of(speech: Speech, delivery: Delivery, line: SimpleNamespace, cost: int | None) -> list[tuple[Any, Any]]:
    """Who receives it, by which way, when."""
    facts = [
        (speech.t("deliveries.fact.rule"), speech.iso(delivery.rule)),
        (speech.t("deliveries.fact.to"), f"{line.person} · {line.role}"),
        (speech.t("deliveries.fact.address"), speech.iso(line.address)),
        (speech.t("deliveries.fact.channel"), speech.t(f"deliveries.channel.{delivery.channel}")),
        (speech.t("deliveries.fact.planned"), speech.moment(delivery.planned_at)),
        (speech.t("deliveries.fact.not_before"), speech.moment(delivery.not_before)),
        (speech.t("deliveries.fact.sent"), speech.moment(delivery.sent_at)),
    ]
    if line.why:
        facts.append((speech.t("deliveries.why"), line.why))
    if delivery.channel == "sms" and cost is not None:
        facts.append((speech.t("deliveries.fact.cost"), speech.t("deliveries.rial", n=cost)))
    return facts


def notes_of(session: Session, speech: Speech, delivery: Delivery) -> list[list[Any]]:
    """What happened to it, oldest first."""
    return [
        [
            speech.t(f"deliveries.note.{each.what}") if speech.has(f"deliveries.note.{each.what}") else each.what,
            speech.moment(each.at),
            each.detail,
        ]
        for each in queries.list_notes(session, delivery.id)
    ]
