"""What the nation page shows, written in the reader's language: sentence, map, attention, meetings, duties, trend."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from markupsafe import Markup

from services.reporting.nation.queries import NationToday, ProvinceToday
from shared.web.drawings import ramp
from shared.web.pages import Pages, Speech

MEASURES = ("K-01", "K-03", "K-10", "K-45")
BANDED = ("K-01", "K-03")
SHAPES = {"within": "done", "below": "late", "above": "late", "exception": "waived", "none": "ring"}
ATTENTION_SHAPES = {"late": "late", "missed": "missed", "open": "ring", "waiting": "wait"}
MONTH_KEY = re.compile(r"1[34]\d\d-(0[1-9]|1[0-2])")


@dataclass
class Links:
    """Addresses of the figures' reasons under the service's base path."""

    base: str
    keep: dict[str, str] = field(default_factory=dict)

    def why(self, code: str, **params: object) -> str:
        """The page that says why a figure is what it is."""
        return f"{self.base}/kpis/{code}?{Pages.query(**self.keep, **params)}".rstrip("?")


def figure(speech: Speech, answer: Any) -> str:
    """A figure as people read it: a share in per cent, a count in digits, words when there is no denominator."""
    if answer is None or answer.value is None:
        return str(speech.t("no_cases")) if answer is not None and answer.reason else "–"
    return speech.pct(answer.value) if answer.unit == "share" else speech.num(answer.value)


def link(href: str, words: str, why: str) -> Markup:
    """A figure link: opens the reason; its accessible name says so."""
    return Markup('<a class="fig" href="{}">{}<span class="sr">، {}</span></a>').format(href, words, why)


def sentence(speech: Speech, today: NationToday, links: Links) -> Markup:
    """The one sentence a minister could read aloud; its numbers are links to their reasons."""
    quota, agencies = today.headline.get("K-02"), today.headline.get("K-03")
    duties = today.headline.get("K-45") or next((each for each in today.gauges if each.code == "K-45"), None)
    if quota is None or not quota.denominator:
        return speech.t("nation.sentence_empty")
    why = str(speech.t("why.this"))
    parts: dict[str, Any] = {
        "quota": link(
            links.why("K-02"), str(speech.t("nation.of_provinces", n=quota.numerator, of=quota.denominator)), why
        ),
        "agencies": link(links.why("K-03"), str(speech.t("nation.linked", n=agencies.value if agencies else 0)), why),
    }
    if duties is None or duties.value is None:
        return speech.t("nation.sentence_no_duty", **parts)
    return speech.t("nation.sentence", **parts, duties=link(links.why("K-45"), figure(speech, duties), why))


def province_tag(speech: Speech, province: ProvinceToday) -> SimpleNamespace:
    """Shape and word of a province's standing."""
    return SimpleNamespace(shape=SHAPES[province.status], words=speech.t(f"nation.status.{province.status}"))


def value_of(province: ProvinceToday, code: str, splits: Mapping[str, Any]) -> Decimal | int | None:
    """What the map writes into a province for a measure."""
    if code == "K-01":
        return province.secretariats
    if code == "K-03":
        return province.agencies
    split = splits.get(province.code)
    return split.value if split is not None else None


def map_of(
    speech: Speech, today: NationToday, code: str, splits: Mapping[str, Any], base: str
) -> dict[str, SimpleNamespace]:
    """Value, colour step and label of each province for a measure."""
    drawn = {}
    for each in today.provinces:
        value = value_of(each, code, splits) if each.has_plan else None
        written = "–" if value is None else speech.num(value) if code in BANDED else speech.pct(value)
        drawn[each.code] = SimpleNamespace(
            value=written.replace("٪", "").replace("%", "").replace("\u200f", "") if code not in BANDED else written,
            step=_step(each, code, value),
            label=str(speech.t("map.province", name=speech.names(each.names), value=written)),
            href=f"{base}/?measure={code}&province={each.code}",
        )
    return drawn


def _step(province: ProvinceToday, code: str, value: Decimal | int | None) -> str:
    if value is None:
        return "none"
    if code not in BANDED:
        return ramp(float(value), 0, 1)
    if value < province.minimum:
        return "exc" if province.status == "exception" else "low"
    return ramp(float(value), province.minimum, province.maximum)


def chosen(today: NationToday, code: str) -> ProvinceToday | None:
    """The province beside the map: the asked one, else the one that most needs a decision."""
    planned = [each for each in today.provinces if each.has_plan]
    asked = next((each for each in today.provinces if each.code == code), None)
    order = {"below": 0, "above": 1, "exception": 2, "within": 3, "none": 4}
    return asked or min(planned, key=lambda each: (order[each.status], -len(each.reasons), each.code), default=None)


def selected_panel(speech: Speech, province: ProvinceToday, code: str) -> SimpleNamespace:
    """The selected province with its gauge and up to three reasons."""
    held = (province.agencies if code == "K-03" else province.secretariats) if province.has_plan else None
    return SimpleNamespace(
        code=province.code,
        names=province.names,
        tag=province_tag(speech, province),
        held=held,
        minimum=province.minimum,
        maximum=province.maximum,
        exception=province.status == "exception",
        reasons=[reason_words(speech, "reason", each.code, each.params) for each in province.reasons],
    )


def reason_words(speech: Speech, prefix: str, code: str, params: Mapping[str, Any]) -> Markup:
    """A reason's words; names among the parameters are told in the reader's language."""
    said = {name: _said(speech, value) for name, value in params.items()}
    key = f"attention.{code}" if prefix == "attention" or not speech.has(f"{prefix}.{code}") else f"{prefix}.{code}"
    return speech.t(key, **said)


def _said(speech: Speech, value: Any) -> Any:
    if isinstance(value, str) and MONTH_KEY.fullmatch(value):
        return speech.month(value)
    return speech.names(value) if isinstance(value, str | Mapping) else value


def attention_rows(speech: Speech, today: NationToday) -> list[SimpleNamespace]:
    """What needs a decision, with its time pressure in words."""
    rows = []
    for each in today.attention:
        place = speech.names(each.names) if each.province else str(speech.t("nation.nationplace"))
        words = reason_words(speech, "attention", each.code, each.params)
        rows.append(
            SimpleNamespace(
                shape=ATTENTION_SHAPES[each.shape], place=place, when=pressure(speech, each.days), words=words
            )
        )
    return rows


def pressure(speech: Speech, days: int | None) -> str:
    """'3 days past due', 'today', '4 days left'; '' when there is no date. Positive days lie behind."""
    if days is None:
        return ""
    if days == 0:
        return str(speech.t("nation.due_today"))
    return str(speech.t("nation.days_past" if days > 0 else "nation.days_left", count=abs(days)))


def meeting_bars(speech: Speech, today: NationToday, links: Links) -> list[SimpleNamespace]:
    """K-31 and K-32 as bars of held and not held."""
    bars = []
    for code in ("K-31", "K-32"):
        answer = today.headline.get(code) or next((each for each in today.gauges if each.code == code), None)
        if answer is None:
            continue
        held, due = int(answer.numerator or 0), int(answer.denominator or 0)
        name = str(speech.t(f"kpi.{code}.name"))
        bars.append(
            SimpleNamespace(
                words=name,
                due=due,
                figure=figure(speech, answer),
                href=links.why(code),
                label=f"{name}: {figure(speech, answer)}",
                parts=[(held, "f-thread"), (due - held, "hatch")],
                key=[
                    ("f-thread", speech.t("nation.key.held"), held),
                    ("hatch", speech.t("nation.key.not_held"), due - held),
                ],
            )
        )
    return bars


def duty_bar(speech: Speech, today: NationToday, links: Links) -> SimpleNamespace:
    """K-45 as a bar against its target, with acknowledged directives below."""
    answers = {each.code: each for each in today.gauges} | dict(today.headline)
    duties = answers.get("K-45")
    done = int(duties.numerator or 0) if duties else 0
    due = int(duties.denominator or 0) if duties else 0
    words = speech.t("nation.of_due", n=done, of=due) if due else speech.t("nation.none_due")
    more = [
        SimpleNamespace(words=speech.t(f"kpi.{code}.name"), figure=figure(speech, answers[code]), href=links.why(code))
        for code in ("K-46", "K-08", "K-05")
        if code in answers
    ]
    return SimpleNamespace(
        href=links.why("K-45"),
        figure=figure(speech, duties),
        words=words,
        target=0.9 if due else None,
        more=more,
        label=str(words),
        parts=[(done, "f-thread"), (due - done, "o-rule")],
        key=[("f-thread", speech.t("nation.key.done"), done), ("o-rule", speech.t("nation.key.undone"), due - done)],
    )


def trend(speech: Speech, series: Mapping[str, Sequence[Any]]) -> SimpleNamespace:
    """K-01 and K-03 week by week, with month names along the axis and the same numbers as rows."""
    counted = [code for code in ("K-01", "K-03") if len(series.get(code, ())) > 1]
    if not counted:
        return SimpleNamespace(series=[])
    points = series[counted[0]]
    top = _nice(max(float(point.value or 0) for code in counted for point in series[code]))
    drawn = []
    for place, code in enumerate(counted):
        values = [None if point.value is None else float(point.value) for point in series[code]]
        name = str(speech.t(f"nation.measure.{code}"))
        drawn.append(
            SimpleNamespace(
                values=values,
                dashed=place > 0,
                paint="k-ink" if place else "k-thread",
                name=name,
                label=f"{name} {speech.num(values[-1] or 0)}",
            )
        )
    rows = [
        SimpleNamespace(day=point.day, values=[series[code][index].value for code in counted])
        for index, point in enumerate(points)
    ]
    label = "؛ ".join(each.label for each in drawn) if speech.lang == "fa" else "; ".join(each.label for each in drawn)
    ticks = [(0, speech.num(0)), (0.5, speech.num(top / 2)), (1, speech.num(top))]
    return SimpleNamespace(
        series=drawn,
        marks=_months(speech, [point.day for point in points]),
        ticks=ticks,
        label=label,
        top=top,
        rows=rows,
    )


def _nice(highest: float) -> int:
    return next(step for step in (10, 20, 40, 60, 100, 200, 400, 1000, 10_000, 1_000_000) if highest <= step)


def _months(speech: Speech, days: Sequence[date]) -> list[tuple[float, str]]:
    """The first and the last month, and those between where there is room."""
    names = [speech.date(day, year=False).partition(" ")[2] for day in days]
    starts = [index for index, name in enumerate(names) if index == 0 or name != names[index - 1]]
    last = len(days) - 1 or 1
    step = max(1, -(-len(starts) // 4))
    marks = [(index / last, names[index]) for index in starts[::step] if index / last < 0.85 or index == 0]
    return [*marks, (1.0, names[-1])] if names[-1] != (marks[-1][1] if marks else "") else marks
