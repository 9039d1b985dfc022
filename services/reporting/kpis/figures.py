"""Figures of a scope: from cells or recomputed rows where they can answer, else from facts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from sqlalchemy.orm import Session

from services.reporting.kpis import cells, values
from services.reporting.kpis.answers import Case, Prepared, Split
from services.reporting.kpis.behaviours import NO_DENOMINATOR, Figure, figure_of, hide_small, parity, stored
from services.reporting.kpis.definition import NON_ADDITIVE, Kpi, Measure
from services.reporting.kpis.reach import as_nation, plan_provinces
from services.reporting.kpis.selecting import Question, Sums, sums_by

ZERO = Decimal(0)


def figure(kpi: Kpi, sums: Sums) -> Figure:
    """The figure a KPI makes of its sums; ratios are never averaged, only their parts are added."""
    if kpi.measure is Measure.PARITY:
        return parity(sums.groups or {})
    if kpi.measure is Measure.PERCENTILE_95:
        if sums.percentile is None:
            return Figure(None, NO_DENOMINATOR, None, ZERO)
        return Figure(stored(sums.percentile), None, stored(sums.percentile), sums.denominator)
    return figure_of(kpi.measure, sums.numerator, sums.denominator)


def figure_of_cases(kpi: Kpi, cases: Sequence[Case]) -> Figure:
    """The figure of counted cases that are at hand."""
    return figure_of(
        kpi.measure, sum((case.numerator for case in cases), ZERO), sum((case.denominator for case in cases), ZERO)
    )


def figure_at(
    session: Session, ready: Prepared, question: Question, filters: Mapping[str, str] | None = None
) -> Figure:
    """The figure of a question."""
    filters = filters or {}
    if cells.answers_from_cells(ready.kpi, question, by=(), filters=filters):
        return figure(ready.kpi, cells.cell_sums(session, ready.kpi, question, filters=filters)[()])
    rows = None if filters else values.value_sums(session, ready.kpi, question)
    if rows is not None:
        found = rows.values()
        sums = Sums(sum((each.numerator for each in found), ZERO), sum((each.denominator for each in found), ZERO))
        return figure(ready.kpi, sums)
    return figure(ready.kpi, sums_by(session, ready.kpi, question, filters=filters)[()])


def splits_of(session: Session, ready: Prepared) -> tuple[Split, ...]:
    """The figure per value of the dimensions asked for; small disability groups are hidden outside the own province."""
    by, filters = ready.asked.by, ready.asked.filters
    if not by:
        return ()
    from_cells = cells.answers_from_cells(ready.kpi, ready.question, by=by, filters=filters)
    read = cells.cell_sums if from_cells else sums_by
    groups = read(session, ready.kpi, ready.question, by=by, filters=filters)
    additive = not set(by) & NON_ADDITIVE
    hide = ("dis" in by or "dis" in filters) and not ready.reach.own
    total = sum((each.numerator for each in groups.values()), ZERO)
    found = []
    for key in sorted(groups, key=lambda key: tuple(part or "" for part in key)):
        sums = groups[key]
        if ready.kpi.measure is Measure.PARITY and "gen" in by:
            shown = figure_of(Measure.RATIO, sums.numerator, total)  # the gender's share of all secretariats
        else:
            shown = figure(ready.kpi, sums)
        found.append(Split(dict(zip(by, key, strict=True)), hide_small(shown) if hide else shown, additive))
    return tuple(found)


def national_average(session: Session, ready: Prepared) -> Figure:
    """What a province may know of the others: the national share, or the mean per province; no counts."""
    with as_nation(session):
        whole = figure_at(session, ready, replace(ready.question, provinces=None), ready.asked.filters)
        provinces = plan_provinces(session, ready.cycle, tenant=ready.question.tenant)
    if whole.value is None or ready.kpi.measure is not Measure.SUM:
        return Figure(whole.value, whole.reason, None, None)
    if not provinces:
        return Figure(None, NO_DENOMINATOR, None, None)
    return Figure(stored(whole.value / len(provinces)), None, None, None)
