"""Runs a KPI's SELECT over facts: the sums of a scope, of its provinces, of its splits, and the cases themselves."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from services.reporting.kpis.cycles import CycleView
from services.reporting.kpis.definition import NON_ADDITIVE, Kpi, Level, Measure, Span

NEVER = date(1, 1, 1)
EVER = date(9999, 12, 31)
_SOURCES = {
    "cycles": "cycle_facts",
    "territories": "territory_facts",
    "schools": "school_facts",
    "agencies": "agency_facts",
    "roles": "role_facts",
    "plans": "plan_facts",
    "selections": "selection_facts",
    "secretariats": "secretariat_facts",
    "pairings": "pairing_facts",
    "committees": "committee_facts",
    "directives": "directive_facts",
    "letters": "letter_facts",
    "meetings": "meeting_facts",
    "obligations": "obligation_facts",
    "deliveries": "delivery_facts",
}
_WHOLE_TENANT = {"territories", "schools", "agencies", "roles", "deliveries"}
_MARK = re.compile(r"@([a-z]+)\b")


@dataclass(frozen=True)
class Question:
    """Which figure is asked for: scope, day, period, knowledge instant."""

    tenant: str
    programme: str
    cycle: str
    at: date
    at_end: datetime
    p_from: date = NEVER
    p_to: date = EVER
    period: int = 0
    known_at: datetime | None = None
    provinces: tuple[str, ...] | None = None

    @property
    def params(self) -> dict[str, Any]:
        """The parameters every KPI's SELECT may use."""
        return {
            "tenant": self.tenant,
            "programme": self.programme,
            "cycle": self.cycle,
            "t": self.at,
            "t_end": self.at_end,
            "p_from": self.p_from,
            "p_to": self.p_to,
            "known_at": self.known_at or "infinity",
            "provinces": list(self.provinces) if self.provinces is not None else None,
        }

    def on(self, cycle: CycleView, day: date) -> "Question":
        """The same question for another day."""
        return replace(self, at=day, at_end=cycle.end_of(day))


@dataclass(frozen=True)
class Sums:
    """Numerator and denominator of one group; `groups` are counts by gender where the measure needs them."""

    numerator: Decimal
    denominator: Decimal
    percentile: Decimal | None = None
    groups: Mapping[str | None, Decimal] | None = None


def question_of(
    kpi: Kpi,
    cycle: CycleView,
    *,
    tenant: str,
    at: date,
    known_at: datetime | None = None,
    period: int | None = None,
    provinces: Sequence[str] | None = None,
) -> Question:
    """The question a KPI asks by default: the cycle up to `at`, or the period `at` lies in."""
    asked = cycle.period(period) if period else cycle.period_at(at) if kpi.span is Span.PERIOD else None
    if kpi.level is Level.NATIONAL:
        provinces = ("",)
    elif kpi.level is Level.TENANT:
        provinces = None
    p_from, p_to = (asked.from_on, asked.to_on) if asked else (NEVER, EVER)
    return Question(
        tenant=tenant,
        programme=cycle.programme,
        cycle=cycle.cycle,
        at=at,
        at_end=cycle.end_of(at),
        p_from=p_from,
        p_to=p_to,
        period=asked.ordinal if asked else 0,
        known_at=known_at,
        provinces=tuple(provinces) if provinces is not None else None,
    )


def cases_of(kpi: Kpi) -> str:
    """The KPI's SELECT over the fact versions known at the knowledge instant."""
    return sourced(kpi.cases)


def sourced(select: str) -> str:
    """A SELECT with every `@source` replaced by the fact versions known at the knowledge instant."""
    return _MARK.sub(lambda found: f"({_known(found[1])})", select)


def _known(source: str) -> str:
    table = _SOURCES[source]
    scope = "x.tenant = :tenant"
    if source not in _WHOLE_TENANT:
        scope += " AND x.programme = :programme AND x.cycle = :cycle"
    if source != "agencies":
        scope += " AND (CAST(:provinces AS text[]) IS NULL OR x.province = ANY (:provinces) OR x.province = '')"
    return (
        f"SELECT DISTINCT ON (x.fact_id) x.* FROM {table} x WHERE {scope} "
        "AND x.recorded_at <= CAST(:known_at AS timestamptz) ORDER BY x.fact_id, x.version DESC"
    )


_HERE = "(CAST(:provinces AS text[]) IS NULL OR k.province = ANY (:provinces))"
_SUMS = (
    "coalesce(sum(k.num), 0)::numeric(20, 6) AS num, coalesce(sum(k.den), 0)::numeric(20, 6) AS den, "
    "count(*) FILTER (WHERE k.dims ->> 'gen' = 'girls') AS girls, "
    "count(*) FILTER (WHERE k.dims ->> 'gen' = 'boys') AS boys"
)


def _where(filters: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    params = {f"f_{name}": value for name, value in filters.items()}
    terms = [f"k.dims -> '{name}' @> to_jsonb(CAST(:f_{name} AS text))" for name in filters]
    return "".join(f" AND {term}" for term in terms), params


def sums_by(
    session: Session, kpi: Kpi, question: Question, *, by: Sequence[str] = (), filters: Mapping[str, str] | None = None
) -> dict[tuple[str | None, ...], Sums]:
    """The sums of all counted cases, per value of the dimensions `by` (without `by`: one group, always there)."""
    where, params = _where(filters or {})
    columns, joins = [], ""
    for name in by:
        if name in NON_ADDITIVE or name == "role":
            joins += f" LEFT JOIN LATERAL jsonb_array_elements_text(k.dims -> '{name}') AS d_{name}(v) ON true"
            columns.append(f"d_{name}.v")
        else:
            columns.append(f"k.dims ->> '{name}'")
    measure = (
        ", percentile_cont(0.95) WITHIN GROUP (ORDER BY k.num::float8) AS pct"
        if kpi.measure is Measure.PERCENTILE_95
        else ", NULL AS pct"
    )
    head = "".join(f"{column} AS g{n}, " for n, column in enumerate(columns))
    group = f" GROUP BY {', '.join(columns)}" if columns else ""
    statement: TextClause = text(
        f"WITH k AS ({cases_of(kpi)}) SELECT {head}{_SUMS}{measure} FROM k{joins} "
        f"WHERE k.reason IS NULL AND {_HERE}{where}{group}"
    )
    found: dict[tuple[str | None, ...], Sums] = {}
    for row in session.execute(statement, question.params | params).mappings():
        found[tuple(row[f"g{n}"] for n in range(len(columns)))] = Sums(
            numerator=row["num"],
            denominator=row["den"],
            percentile=None if row["pct"] is None else Decimal(str(row["pct"])),
            groups={"girls": Decimal(row["girls"]), "boys": Decimal(row["boys"])},
        )
    return found


def sums_per_province(session: Session, kpi: Kpi, question: Question) -> dict[str, Sums]:
    """The sums of each province ('' national cases), straight from facts."""
    statement = text(
        f"WITH k AS ({cases_of(kpi)}) SELECT k.province, {_SUMS} FROM k WHERE k.reason IS NULL AND {_HERE} GROUP BY 1"
    )
    return {
        row["province"]: Sums(
            row["num"], row["den"], groups={"girls": Decimal(row["girls"]), "boys": Decimal(row["boys"])}
        )
        for row in session.execute(statement, question.params).mappings()
    }


def list_cases(
    session: Session, kpi: Kpi, question: Question, *, filters: Mapping[str, str] | None = None, limit: int = 1000
) -> list[dict[str, Any]]:
    """The cases themselves, counted and left out, in a stable order."""
    where, params = _where(filters or {})
    statement = text(
        f"WITH k AS ({cases_of(kpi)}) SELECT k.* FROM k WHERE {_HERE}{where} "
        "ORDER BY (k.reason IS NOT NULL), k.province, k.on_day NULLS LAST, k.fact_id, k.names LIMIT :limit"
    )
    return [dict(row) for row in session.execute(statement, question.params | params | {"limit": limit}).mappings()]
