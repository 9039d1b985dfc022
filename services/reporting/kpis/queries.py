"""Questions about figures: a value with its time and freshness, its splits, its trend, and why it is what it is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from services.reporting.kpis import freshness
from services.reporting.kpis.answers import Answer, Asked, Case, Point, Prepared, Why
from services.reporting.kpis.catalogue import KPIS
from services.reporting.kpis.cycles import CycleView, PeriodView, current_cycle, find_cycle, local_today
from services.reporting.kpis.definition import Kpi, Level
from services.reporting.kpis.figures import figure_at, figure_of_cases, national_average, splits_of
from services.reporting.kpis.freshness import count_parked, list_sources
from services.reporting.kpis.labels import names_of
from services.reporting.kpis.reach import as_reader, provinces_known, reach_of
from services.reporting.kpis.selecting import list_cases, question_of
from shared.kernel.auth import Actor
from shared.kernel.problems import NotFound, Refusal, refuse

__all__ = [
    "Answer", "Case", "CycleView", "PeriodView", "Point", "Why", "answer_kpi", "count_parked", "current_cycle",
    "explain_kpi", "find_cycle", "get_kpi", "kpi_series", "list_kpis", "list_sources", "local_today", "province_names",
]  # fmt: skip
CASES_SHOWN = 1000
MAX_POINTS = 400


class KpiNotFound(NotFound):
    """No such figure."""


def get_kpi(code: str) -> Kpi:
    """The definition of a figure; raises KpiNotFound."""
    kpi = KPIS.get(code.upper())
    if kpi is None:
        raise KpiNotFound
    return kpi


def list_kpis() -> tuple[Kpi, ...]:
    """The catalogue, by code."""
    return tuple(KPIS.values())


def province_names(session: Session) -> dict[str, dict[str, str]]:
    """Province code → names, of the tenant whose scope is entered."""
    return provinces_known(session, tenant=str(session.info["reach"][0]))


def prepare(session: Session, asked: Asked, *, by: Actor) -> Prepared:
    """Check a question and find its scope; raises KpiNotFound, CycleNotFound, TerritoryNotFound, Refused (422)."""
    by = as_reader(by)
    kpi = get_kpi(asked.code)
    cycle = current_cycle(session, tenant=by.tenant, programme=asked.programme, cycle=asked.cycle)
    reach = reach_of(session, by=by, territory=asked.territory, level=kpi.level)
    refuse(_mistakes(kpi, cycle, asked))
    at = asked.at or local_today(session, cycle)
    question = question_of(
        kpi, cycle, tenant=by.tenant, at=at, known_at=asked.known_at, period=asked.period, provinces=reach.provinces
    )
    if kpi.level is Level.TENANT and not by.national:
        question = replace(question, provinces=(by.province, ""))
    target = freshness.target_of(session, tenant=by.tenant, programme=cycle.programme, code=kpi.code) or kpi.target
    return Prepared(asked, kpi, cycle, reach, question, cycle.period(question.period), target)


def _mistakes(kpi: Kpi, cycle: CycleView, asked: Asked) -> list[Refusal]:
    found = [
        Refusal("dimension_unknown", field="by", params={"name": name, "known": ", ".join(kpi.dimensions)})
        for name in (*asked.by, *asked.filters)
        if name not in kpi.dimensions
    ]
    if asked.period is not None and cycle.period(asked.period) is None:
        found.append(Refusal("period_unknown", field="period", params={"period": asked.period}))
    if asked.at is not None and abs((asked.at - cycle.from_on).days) > 3660:
        found.append(Refusal("day_far_from_cycle", field="at"))
    return found


def answer_kpi(
    session: Session,
    *,
    code: str,
    tenant: str,
    programme: str | None = None,
    cycle: str | None = None,
    territory: str | None = None,
    at: date | None = None,
    known_at: datetime | None = None,
    period: int | None = None,
    by: Sequence[str] = (),
    filters: Mapping[str, str] | None = None,
    by_actor: Actor,
) -> Answer:
    """A figure; a province below headquarters gets its own, and the national one only as an average."""
    asked = Asked(code, programme, cycle, territory, at, known_at, period, tuple(dict.fromkeys(by)), filters or {})
    return _answer(session, prepare(session, asked, by=replace(by_actor, tenant=tenant)))


def _answer(session: Session, ready: Prepared) -> Answer:
    alone = ready.reach.average_only
    figure = (
        national_average(session, ready) if alone else figure_at(session, ready, ready.question, ready.asked.filters)
    )
    return Answer(
        kpi=ready.kpi,
        figure=figure,
        target=ready.target,
        at=ready.question.at,
        known_at=ready.asked.known_at,
        period=ready.period,
        territory=ready.reach.territory,
        splits=() if alone else splits_of(session, ready),
        fresh_to=tuple(list_sources(session)),
        parked_in_scope=count_parked(session, tenant=ready.question.tenant, provinces=ready.reach.provinces),
        averaged=alone,
    )


def answer_many(
    session: Session,
    *,
    codes: Sequence[str],
    cycle: CycleView,
    at: date,
    known_at: datetime | None,
    territory: str | None,
    by_actor: Actor,
) -> dict[str, Answer]:
    """Several figures of one scope and day."""  # fmt: skip
    asked = Asked("", cycle.programme, cycle.cycle, territory, at, known_at)
    return {code: _answer(session, prepare(session, replace(asked, code=code), by=by_actor)) for code in codes}


def explain_kpi(
    session: Session,
    *,
    code: str,
    tenant: str,
    programme: str | None = None,
    cycle: str | None = None,
    territory: str | None = None,
    at: date | None = None,
    known_at: datetime | None = None,
    period: int | None = None,
    filters: Mapping[str, str] | None = None,
    by_actor: Actor,
) -> Why:
    """A figure with the cases it counted, those it left out and why, and its value on other days."""
    asked = Asked(code, programme, cycle, territory, at, known_at, period, (), filters or {})
    ready = prepare(session, asked, by=replace(by_actor, tenant=tenant))
    answer = _answer(session, ready)
    if ready.reach.average_only:
        return Why(answer, ready.kpi.formula, (), (), (), None)
    rows = list_cases(session, ready.kpi, ready.question, filters=asked.filters, limit=CASES_SHOWN)
    places = provinces_known(session, tenant=ready.question.tenant)
    cases = [_case(row, places, ready.cycle.calendar) for row in rows]
    counted = tuple(case for case in cases if case.reason is None)
    return Why(
        answer=answer,
        formula=ready.kpi.formula,
        counted=counted,
        excluded=tuple(case for case in cases if case.reason is not None),
        other_days=tuple(series_of(session, ready, _other_days(ready))),
        without_exceptions=_without_exceptions(ready.kpi, answer, counted),
    )


def _without_exceptions(kpi: Kpi, answer: Answer, counted: Sequence[Case]) -> Answer | None:
    """What a quota figure would be if no exception had been granted; None where none was."""
    if not any(case.details.get("exception") for case in counted):
        return None
    plain = [replace(case, numerator=Decimal(0)) if case.details.get("exception") else case for case in counted]
    return replace(answer, figure=figure_of_cases(kpi, plain))


def _case(row: Mapping[str, Any], places: Mapping[str, dict[str, str]], calendar: str) -> Case:
    details = row["details"] or {}
    return Case(
        province=str(row["province"] or ""),
        fact_id=str(row["fact_id"]) if row["fact_id"] else None,
        names=names_of(row["names"], details, row["province"] or "", provinces=places, calendar=calendar),
        on_day=row["on_day"],
        numerator=Decimal(str(row["num"])),
        denominator=Decimal(str(row["den"])),
        reason=row["reason"],
        details=details,
    )


def _other_days(ready: Prepared) -> list[date]:
    """Ends of months up to the day asked, at most three, and the day before."""
    ends = [month.to_on for month in ready.cycle.months if month.to_on < ready.question.at]
    return sorted({*ends[-3:], ready.question.at - timedelta(days=1)})


def kpi_series(
    session: Session,
    *,
    code: str,
    tenant: str,
    frm: date,
    to: date,
    step: str = "week",
    programme: str | None = None,
    cycle: str | None = None,
    territory: str | None = None,
    known_at: datetime | None = None,
    filters: Mapping[str, str] | None = None,
    by_actor: Actor,
) -> tuple[Answer, list[Point]]:
    """The figure at the end of each step of a span, after its answer at the span's end; Refused for a bad span."""
    if frm > to:
        refuse([Refusal("span_backwards", field="to")])
    asked = Asked(code, programme, cycle, territory, to, known_at, None, (), filters or {})
    ready = prepare(session, asked, by=replace(by_actor, tenant=tenant))
    days = days_between(ready.cycle, frm, to, step)
    if len(days) > MAX_POINTS:
        refuse([Refusal("span_too_long", field="to", params={"max": MAX_POINTS})])
    return _answer(session, ready), series_of(session, ready, days)


def series_of(session: Session, ready: Prepared, days: Sequence[date]) -> list[Point]:
    """The figure at the end of each of some days."""
    points = []
    for day in days:
        then = replace(ready, question=ready.question.on(ready.cycle, day))
        if ready.reach.average_only:
            points.append(Point(day, national_average(session, then)))
        else:
            points.append(Point(day, figure_at(session, then, then.question, ready.asked.filters)))
    return points


def days_between(cycle: CycleView, frm: date, to: date, step: str) -> list[date]:
    """The days of a trend: month ends of the programme's calendar, weeks or days, and always the last one."""
    if step == "month":
        return [*(month.to_on for month in cycle.months if frm <= month.to_on < to), to]
    width = 7 if step == "week" else 1
    return sorted({*(frm + timedelta(days=n) for n in range(0, (to - frm).days + 1, width)), to})
