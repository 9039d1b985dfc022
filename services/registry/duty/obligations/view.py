"""What "my obligations" shows: this week, waiting on others, done; a strip of two weeks; and what happens by itself."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from services.registry.duty.obligations.lifecycle import OWED, State
from services.registry.duty.obligations.models import Obligation
from shared.web.pages import Speech

WORKS = {
    "H1": ("/directives", "directive"),
    "H2": ("/meetings/new", "meeting"),
    "W3": ("/meetings/new", "meeting"),
    "T1": ("/directives", "directive"),
    "T2": ("/letters/new", "letter"),
    "T3": ("/province-plans", "plan"),
    "T4": ("/secretariats", "secretariat"),
}
DONE_SHOWN = 8
WEEKEND = (3, 4)
SATURDAY = 5


def row_of(speech: Speech, duty: Obligation, today: date, *, ahead: bool, may_act: bool) -> SimpleNamespace:
    """One obligation as an instruction with its day, its state and its one action."""
    late = (today - duty.due_on).days
    path, noun = WORKS.get(duty.template, (f"/obligations/{duty.id}", "duty"))
    note = speech.t(
        "duty.note",
        code=speech.iso(duty.template),
        period=speech.names(duty.period_label),
        more=speech.t("duty.meeting_ahead") if ahead else speech.t("duty.closes_itself"),
    )
    return SimpleNamespace(
        id=duty.id,
        day=speech.day_number(duty.due_on),
        month=speech.date(duty.due_on, year=False),
        weekday=_under_the_day(speech, duty.due_on, late),
        due_on=duty.due_on,
        title=speech.names(duty.title),
        note=note,
        tag=_tag(speech, duty, late, ahead),
        path=path,
        action=speech.t(f"duty.do.{noun}") if may_act else speech.t("duty.see"),
        late=late > 0,
    )


def _under_the_day(speech: Speech, due_on: date, late: int) -> str:
    """Today, the weekday within a week, else the month: a number alone says nothing about a day far away."""
    if late == 0:
        return speech.t("duty.today")
    return speech.weekday(due_on) if abs(late) <= 7 else speech.date(due_on, year=False).partition(" ")[2]


def _tag(speech: Speech, duty: Obligation, late: int, ahead: bool) -> dict[str, Any]:
    if duty.state == State.MISSED:
        return {"shape": "missed", "words": speech.t("duty.state.missed")}
    if late > 0:
        return {"shape": "late", "words": speech.t("duty.late", count=late)}
    if ahead:
        return {"shape": "half", "words": speech.t("duty.scheduled")}
    if late == 0:
        return {"shape": "half", "words": speech.t("duty.due_today")}
    return {"shape": "ring", "words": speech.t("duty.left", count=-late)}


def done_of(speech: Speech, duty: Obligation) -> SimpleNamespace:
    """One fulfilled or waived obligation."""
    waived = duty.state == State.WAIVED
    shape = "waived" if waived else "late" if duty.late else "done"
    by = duty.waived_reason if waived else speech.t(f"duty.evidence.{duty.evidence}") if duty.evidence else ""
    if duty.evidence and not waived and not speech.has(f"duty.evidence.{duty.evidence}"):
        by = duty.evidence
    return SimpleNamespace(
        shape=shape,
        title=speech.names(duty.title),
        by=by,
        period=speech.names(duty.period_label),
        on=speech.date(duty.fulfilled_on, year=False) if duty.fulfilled_on else speech.t("duty.state.waived"),
    )


def week_strip(speech: Speech, today: date, due: Sequence[date]) -> SimpleNamespace:
    """Two weeks from Saturday with what is due."""
    first = today - timedelta(days=(today.weekday() - SATURDAY) % 7)
    days = [first + timedelta(days=place) for place in range(14)]
    cells = [
        SimpleNamespace(
            words=speech.day_number(day),
            label=speech.date(day, weekday=True),
            due=day in due,
            kind="now" if day == today else "off" if day.weekday() in WEEKEND else "",
        )
        for day in days
    ]
    heads = [
        SimpleNamespace(short=speech.weekday(day)[: 1 if speech.lang == "fa" else 2], full=speech.weekday(day))
        for day in days[:7]
    ]
    return SimpleNamespace(title=speech.date(today).partition(" ")[2], cells=cells, heads=heads)


def sentence(speech: Speech, rows: Sequence[SimpleNamespace], base: str) -> Any:
    """The one thing that matters first."""
    if not rows:
        return speech.t("duty.sentence_none")
    first = rows[0]
    link = speech.t("duty.first_link", href=f"{base}{first.path}", title=first.title)
    key = "duty.sentence_late" if first.late else "duty.sentence"
    return speech.t(key, count=len(rows), first=link, when=first.tag["words"])


def split(duties: Sequence[Obligation], today: date) -> tuple[list[Obligation], list[Obligation], list[Obligation]]:
    """Owed within two weeks (late ones first), owed later, and done."""
    owed = sorted((each for each in duties if each.state in (*OWED, State.MISSED)), key=lambda each: each.due_on)
    soon = [each for each in owed if each.due_on <= today + timedelta(days=14)]
    later = [each for each in owed if each not in soon]
    over = [each for each in duties if each.state in (State.FULFILLED, State.WAIVED)]
    over.sort(key=lambda each: each.fulfilled_on or each.due_on, reverse=True)
    return soon, later, over[:DONE_SHOWN]


def instant_words(speech: Speech, at: datetime | None) -> str:
    """The next step of the clock in words."""
    return str(speech.t("duty.next_step", when=speech.moment(at))) if at else ""
