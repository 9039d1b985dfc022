"""Recomputed figures: locked, then computed from facts, in the transaction of the reader's cursor.

A row stands for the day of the last fact that touches its province, so it is a function of facts alone: whatever the
batches were, live and rebuilt rows are the same. Answers use a row only when asked for its very day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.reporting.kpis.catalogue import KPIS
from services.reporting.kpis.cycles import CycleView, find_cycle, open_cycles
from services.reporting.kpis.definition import Kpi, Level
from services.reporting.kpis.selecting import Question, Sums, question_of, sums_per_province

REFERENCE = frozenset({"territory_facts", "school_facts", "agency_facts", "role_facts", "programme_facts"})
EVERYWHERE = "*"
Days = dict[str, date]
Row = tuple[str, str, date, int, Decimal, Decimal]
Dirty = dict[str, dict[str, datetime]]
"""KPI code → province ('*' = all of them) → when the newest touching fact was recorded."""


@dataclass(frozen=True)
class Touch:
    """A fact version arrived: figures that read its table, in its scope, are to be recomputed."""

    table: str
    programme: str
    cycle: str
    province: str
    recorded_at: datetime


def recomputed() -> list[Kpi]:
    """Figures kept as recomputed rows, by code."""
    return [kpi for kpi in KPIS.values() if not kpi.additive and kpi.level is not Level.TENANT]


def refresh_values(session: Session, *, touched: Sequence[Touch]) -> None:
    """Recompute every figure the facts touch; cycles, figures and provinces in a fixed order."""
    for tenant, programme, cycle, dirty in _dirty(session, touched):
        view = find_cycle(session, tenant=tenant, programme=programme, cycle=cycle)
        if view is None:
            continue  # the cycle's own fact will touch everything when it comes
        days = {code: _days(view, places) for code, places in dirty.items()}
        held = _lock(session, view, tenant, days)
        fresh: list[Row] = []
        gone: list[tuple[str, str]] = []
        for code in sorted(days):
            _recompute(session, KPIS[code], view, tenant, days[code], held.get(code, {}), fresh, gone)
        _store(session, view, tenant, fresh, gone)


def _dirty(session: Session, touched: Sequence[Touch]) -> Iterable[tuple[str, str, str, Dirty]]:
    tenant = str(session.info["reach"][0])
    cycles: dict[tuple[str, str], Dirty] = {}
    readers = {
        table: [k for k in recomputed() if table in k.reads or table == "cycle_facts"] for table in _tables(touched)
    }
    known = open_cycles(session, tenant=tenant) if any(readers.values()) else []
    for touch in touched:
        reference = touch.table in REFERENCE
        for scope in known if reference else [(touch.programme, touch.cycle)]:
            for kpi in readers[touch.table]:
                everywhere = reference or touch.province == ""
                province = "" if kpi.level is Level.NATIONAL else EVERYWHERE if everywhere else touch.province
                places = cycles.setdefault(scope, {}).setdefault(kpi.code, {})
                places[province] = max(places.get(province, touch.recorded_at), touch.recorded_at)
    for programme, cycle in sorted(cycles):
        yield tenant, programme, cycle, cycles[programme, cycle]


def _tables(touched: Sequence[Touch]) -> set[str]:
    return {touch.table for touch in touched}


def _days(view: CycleView, places: Mapping[str, datetime]) -> Days:
    return {province: view.day_of(instant) for province, instant in places.items()}


def _recompute(
    session: Session,
    kpi: Kpi,
    view: CycleView,
    tenant: str,
    days: Days,
    held: Days,
    fresh: list[Row],
    gone: list[tuple[str, str]],
) -> None:
    """The new rows of one figure: each province for its own day, the rest for the day of what touches all."""
    everywhere = days.get(EVERYWHERE)
    wanted: Days = {}
    for province in {*days, *(held if everywhere else ())} - {EVERYWHERE}:
        wanted[province] = max(filter(None, (days.get(province), everywhere, held.get(province))))
    for day in sorted({*wanted.values(), *((everywhere,) if everywhere else ())}):
        own = sorted(province for province, its_day in wanted.items() if its_day == day)
        rest = day == everywhere
        question = question_of(kpi, view, tenant=tenant, at=day, provinces=None if rest else own)
        found = sums_per_province(session, kpi, question)
        for place in sorted(found):
            if place in own or (rest and place not in wanted):
                sums = found[place]
                fresh.append((kpi.code, place, day, question.period, sums.numerator, sums.denominator))
        gone += [(kpi.code, place) for place in own if place not in found]


_SCOPE = "tenant = :tenant AND programme = :programme AND cycle = :cycle"


def _lock(session: Session, view: CycleView, tenant: str, days: Mapping[str, Days]) -> dict[str, Days]:
    """Lock all rows to be recomputed before any fact is read, keys sorted; returns the days they stand for."""
    keys = sorted((code, place) for code, places in days.items() for place in places if place != EVERYWHERE)
    params = {
        "tenant": tenant,
        "programme": view.programme,
        "cycle": view.cycle,
        "codes": [code for code, _place in keys],
        "places": [place for _code, place in keys],
        "whole": sorted(code for code, places in days.items() if EVERYWHERE in places),
    }
    pairs = "unnest(CAST(:codes AS text[]), CAST(:places AS text[]))"
    session.execute(
        text(
            "INSERT INTO kpi_values (tenant, programme, cycle, province, kpi, day, period, numerator, denominator) "
            f"SELECT :tenant, :programme, :cycle, p, k, '0001-01-01', 0, 0, 0 FROM {pairs} AS u(k, p) ORDER BY k, p "
            "ON CONFLICT DO NOTHING"
        ),
        params,
    )
    rows = session.execute(
        text(
            f"SELECT kpi, province, day FROM kpi_values WHERE {_SCOPE} AND (kpi = ANY (CAST(:whole AS text[])) "
            f"OR (kpi, province) IN (SELECT * FROM {pairs})) ORDER BY kpi, province FOR UPDATE"
        ),
        params,
    )
    held: dict[str, Days] = {}
    for code, province, day in rows:
        held.setdefault(code, {})[province] = day
    return held


def _store(
    session: Session, view: CycleView, tenant: str, fresh: Sequence[Row], gone: Sequence[tuple[str, str]]
) -> None:
    """Write the new rows; a province without any counted case has no row."""
    scope = {"tenant": tenant, "programme": view.programme, "cycle": view.cycle}
    columns = list(zip(*sorted(fresh), strict=True)) or [()] * 6
    names = ("codes", "places", "days", "periods", "nums", "dens")
    session.execute(
        text(
            "INSERT INTO kpi_values (tenant, programme, cycle, province, kpi, day, period, numerator, denominator) "
            "SELECT :tenant, :programme, :cycle, p, k, d, o, n, m FROM unnest(CAST(:codes AS text[]), "
            "CAST(:places AS text[]), CAST(:days AS date[]), CAST(:periods AS int[]), CAST(:nums AS numeric[]), "
            "CAST(:dens AS numeric[])) AS u(k, p, d, o, n, m) ORDER BY k, p "
            "ON CONFLICT (tenant, programme, cycle, province, kpi) DO UPDATE SET day = excluded.day, "
            "period = excluded.period, numerator = excluded.numerator, denominator = excluded.denominator"
        ),
        scope | {name: list(column) for name, column in zip(names, columns, strict=True)},
    )
    if gone:
        session.execute(
            text(
                f"DELETE FROM kpi_values WHERE {_SCOPE} AND (kpi, province) IN "
                "(SELECT * FROM unnest(CAST(:codes AS text[]), CAST(:places AS text[])))"
            ),
            scope | {"codes": [code for code, _place in gone], "places": [place for _code, place in gone]},
        )


def value_sums(session: Session, kpi: Kpi, question: Question) -> dict[str, Sums] | None:
    """The rows of the provinces asked for when each has one that stands for the day and period asked; else None."""
    if question.known_at is not None or question.provinces is None:
        return None
    rows = session.execute(
        text(
            "SELECT province, day, period, numerator, denominator FROM kpi_values WHERE tenant = :tenant "
            "AND programme = :programme AND cycle = :cycle AND kpi = :kpi "
            "AND province = ANY (:provinces)"
        ),
        question.params | {"kpi": kpi.code},
    ).all()
    stale = any(day != question.at or period != question.period for _place, day, period, _n, _d in rows)
    if stale or len(rows) != len(question.provinces):
        return None
    return {place: Sums(Decimal(num), Decimal(den)) for place, _day, _period, num, den in rows}
