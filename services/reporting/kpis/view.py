"""What the page "why this number?" shows: question, answer in a sentence, fraction in words, cases with reasons."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from types import SimpleNamespace
from typing import Any

from shared.web.pages import Pages, Speech

SHOWN_ROWS = 60
MOST_STITCHES = 12


def value_words(speech: Speech, answer: Any) -> str:
    """The figure as people read it."""
    if answer is None:
        return "–"
    if answer.value is None:
        return str(speech.t("no_cases"))
    if answer.unit == "share":
        return speech.pct(answer.value)
    return speech.num(answer.value, 1 if answer.value % 1 else 0)


def target_words(speech: Speech, target: str | None) -> str:
    """A target as people read it: `5..10` → '5 to 10', `0<..<1` → 'above 0% and below 100%', `>=0.9` → '≥ 90%'."""
    if not target:
        return ""
    if target == "info":
        return str(speech.t("kpis.info"))
    low, dots, high = target.partition("..")
    if dots and ("<" in low or ">" in low):
        return str(speech.t("kpis.between", low=_bound(speech, low), high=_bound(speech, high)))
    if dots:
        return str(speech.t("kpis.band", low=speech.digits(low), high=speech.digits(high)))
    sign = {">": "≥ ", "<": "≤ "}.get(target[0], "")
    return sign + _bound(speech, target)


def _bound(speech: Speech, text: str) -> str:
    """A limit without its sign: shares up to one in per cent, other numbers as they are, words as they came."""
    plain = text.strip(">=<≥≤ ")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return speech.digits(plain)
    return speech.pct(number) if number <= 1 else speech.num(number)


def case_row(speech: Speech, case: Any, places: dict[str, Any]) -> SimpleNamespace:
    """A counted row: what a person calls it, where, when, and how it counts."""
    counts = case.numerator is None or case.numerator > 0
    reason = str(speech.t(f"reason.{case.reason}")) if case.reason else ""
    return SimpleNamespace(
        name=speech.names(case.names) or speech.names(places.get(case.province)) or str(speech.t("kpis.nation")),
        place=speech.names(places.get(case.province)) or "–",
        day=case.on_day,
        shape="done" if counts else "late",
        note=reason,
        words=speech.t("kpis.counts_as.in" if counts else "kpis.counts_as.den"),
        reason=reason,
    )


def stitches(speech: Speech, counted: Sequence[Any], excluded: Sequence[Any]) -> list[SimpleNamespace]:
    """One stitch per case while there are few enough to be seen; those left out stand beyond a line."""
    if len(counted) + len(excluded) > MOST_STITCHES:
        return []
    drawn = [
        SimpleNamespace(kind="done" if each.shape == "done" else "open", words=speech.num(place), first_out=False)
        for place, each in enumerate(sorted(counted, key=lambda row: row.shape), start=1)
    ]
    out = [
        SimpleNamespace(kind="out", words=speech.t("kpis.counts_as.out"), first_out=place == 0)
        for place, _ in enumerate(excluded)
    ]
    return drawn + out


def _sentence(speech: Speech, answer: Any, counted: int, excluded: int) -> Any:
    """The answer in one sentence."""
    numbers = {"num": answer.numerator, "den": answer.denominator, "out": excluded}
    if answer.value is None:
        sentence = speech.t("kpis.sentence_none")
    elif answer.unit == "share":
        sentence = speech.t("kpis.sentence", **numbers)
    else:
        sentence = speech.t("kpis.sentence_count", num=counted, out=excluded)
    return sentence


def _days(speech: Speech, why: Any, base: str, keep: list[tuple[str, str]]) -> list[SimpleNamespace]:
    """The same number on other days."""
    answer = why.answer
    return [
        SimpleNamespace(
            day=each.day,
            words=value_words(speech, SimpleNamespace(value=each.value, unit=answer.unit)),
            href=f"{base}/kpis/{answer.code}?{Pages.query(**dict(keep), at=each.day.isoformat())}",
        )
        for each in why.other_days
    ]


def why_page(
    speech: Speech, why: Any, *, base: str, places: dict[str, Any], nation: Any | None, keep: list[tuple[str, str]]
) -> SimpleNamespace:
    """Everything the page needs, in the reader's language."""
    answer = why.answer
    counted = [case_row(speech, each, places) for each in why.counted]
    excluded = [case_row(speech, each, places) for each in why.excluded]
    is_ratio = answer.unit == "share"
    words_num, words_den = why.formula.get(speech.lang) or why.formula["en"]
    sentence = _sentence(speech, answer, len(counted), len(excluded))
    value = value_words(speech, answer)
    days = _days(speech, why, base, keep)
    return SimpleNamespace(
        code=answer.code,
        name=speech.names(answer.names),
        question=question(speech, answer, value),
        sentence=sentence,
        numerator=answer.numerator,
        denominator=answer.denominator,
        is_ratio=is_ratio,
        value=value,
        words_num=words_num,
        words_den=words_den,
        counted=counted[:SHOWN_ROWS],
        counted_total=len(counted),
        excluded=excluded,
        stitches=stitches(speech, counted, excluded),
        other_days=days,
        target=target_words(speech, answer.target),
        nation=value_words(speech, nation) if nation else "",
        without=value_words(speech, why.without_exceptions) if why.without_exceptions else "",
        known_at=answer.known_at,
        parked=answer.parked_in_scope,
        keep=keep,
        age=max((each.age_seconds for each in answer.fresh_to), default=None),
        form_error="",
    )


def question(speech: Speech, answer: Any, value: str) -> str:
    """'Why 66.7 %?'"""
    return str(speech.t("kpis.why_none") if answer.value is None else speech.t("kpis.why", value=value))


def card(speech: Speech, kpi: Any, answer: Any) -> list[tuple[str, str]]:
    """The definition card: code, behaviour, day, period, rounding."""
    rows = [
        ("kpi", f"\u2068{answer.code}\u2069 {speech.names(answer.names)}"),
        ("behaviour", str(speech.t(f"kpis.behaviour.{kpi.behaviour}"))),
        ("unit", str(speech.t(f"unit.{answer.unit}"))),
        ("at", speech.date(answer.at, weekday=True)),
    ]
    if answer.period is not None:
        rows.append(("period", speech.names(answer.period.label)))
    rows.append(("rounding", str(speech.t("kpis.card.rounding_words"))))
    return rows
