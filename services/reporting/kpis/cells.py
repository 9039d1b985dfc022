"""Cells: additive figures move by the difference of fact versions, inside the transaction of the reader's cursor.

The cost of a move depends on the facts that changed, not on how many exist. What cannot be added is recomputed by
`values.py` under its lock. Both are proven by `reconciling.py` and made anew by `rebuilding.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.reporting.kpis import values
from services.reporting.kpis.catalogue import KPIS
from services.reporting.kpis.definition import Additive, Kpi, Level, Part, Stock
from services.reporting.kpis.selecting import Question, Sums

Key = tuple[UUID, int, str, str, str, datetime]
COLUMNS = "tenant, programme, cycle, province, kpi, part, dims, day"


@dataclass(frozen=True)
class Appended:
    """Fact versions of one table that are new: (fact_id, version, programme, cycle, province, recorded_at)."""

    table: str
    keys: Sequence[Key]


def tables_with_cells() -> list[str]:
    """Fact tables that additive figures read, in name order."""
    return sorted({part.table for kpi in KPIS.values() for part in kpi.cells})


def contributions(table: str, source: str, *, sign: int = 1) -> str:
    """SELECT of what the current versions in `source` add to every additive figure of their table."""
    return " UNION ALL ".join(
        _contribution(kpi, part, source, sign) for kpi in KPIS.values() for part in kpi.cells if part.table == table
    )


def _contribution(kpi: Kpi, part: Additive, source: str, sign: int) -> str:
    named = ", ".join(f"'{name}', {expression}" for name, expression in sorted(kpi.cell_dims.items()))
    scope = (
        f"SELECT f.tenant, f.programme, f.cycle, f.province, '{kpi.code}' AS kpi, '{part.part}' AS part, "
        f"jsonb_build_object({named}) AS dims"
    )
    if isinstance(part, Stock):
        return (
            f"{scope}, d.day, CAST({sign} * d.amount AS numeric(20, 6)) AS amount FROM {source} f "
            f"CROSS JOIN LATERAL unnest(f.{part.days}) AS r "
            "CROSS JOIN LATERAL (VALUES (lower(r), 1), (upper(r), -1)) AS d(day, amount) "
            f"WHERE d.day IS NOT NULL AND {part.where}"
        )
    return (
        f"{scope}, CAST({part.day} AS date) AS day, CAST({sign} * ({part.amount}) AS numeric(20, 6)) AS amount "
        f"FROM {source} f WHERE {part.day} IS NOT NULL AND {part.where}"
    )


def move_cells(session: Session, *, appended: Sequence[Appended]) -> None:
    """Move every figure that reads the new versions; tables and keys in a fixed order, so readers never deadlock."""
    for each in sorted(appended, key=lambda each: each.table):
        if each.table in tables_with_cells():
            _move(session, each)
    touched = [
        values.Touch(each.table, programme, cycle, province, recorded_at)
        for each in appended
        for _fact, _version, programme, cycle, province, recorded_at in each.keys
    ]
    values.refresh_values(session, touched=touched)


def _move(session: Session, appended: Appended) -> None:
    """Add (what the facts now contribute) − (what they contributed before) to the cells, in one statement."""
    statement = f"""
    WITH new AS (SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS int[])) AS n(fact_id, version)),
    known AS (SELECT f.*, EXISTS (SELECT 1 FROM new n WHERE n.fact_id = f.fact_id AND n.version = f.version) AS is_new
              FROM {appended.table} f WHERE f.fact_id = ANY (CAST(:ids AS uuid[]))),
    before AS (SELECT DISTINCT ON (fact_id) * FROM known WHERE NOT is_new ORDER BY fact_id, version DESC),
    after AS (SELECT DISTINCT ON (fact_id) * FROM known ORDER BY fact_id, version DESC),
    moves AS ({contributions(appended.table, "before", sign=-1)} UNION ALL {contributions(appended.table, "after")})
    INSERT INTO kpi_cells AS c ({COLUMNS}, amount)
    SELECT {COLUMNS}, sum(amount) FROM moves GROUP BY {COLUMNS} HAVING sum(amount) <> 0 ORDER BY {COLUMNS}
    ON CONFLICT ({COLUMNS}) DO UPDATE SET amount = c.amount + excluded.amount"""
    ids = [key[0] for key in appended.keys]
    session.execute(text(statement), {"ids": ids, "versions": [key[1] for key in appended.keys]})
    session.execute(text("DELETE FROM kpi_cells WHERE amount = 0"))


def build_cells(session: Session) -> None:
    """Make all additive cells from facts alone, set-based; the table is expected to be empty."""
    for table in tables_with_cells():
        current = f"(SELECT DISTINCT ON (fact_id) * FROM {table} ORDER BY fact_id, version DESC)"
        session.execute(
            text(
                f"INSERT INTO kpi_cells ({COLUMNS}, amount) SELECT {COLUMNS}, sum(amount) "
                f"FROM ({contributions(table, current)}) AS moves GROUP BY {COLUMNS} HAVING sum(amount) <> 0"
            )
        )


def answers_from_cells(kpi: Kpi, question: Question, *, by: Sequence[str], filters: Mapping[str, str]) -> bool:
    """Whether the cells alone can answer: as we know it now, by dimensions they keep, and periods they book by."""
    if not kpi.additive or question.known_at is not None:
        return False
    if question.period and kpi.code == "K-45":
        return False  # fulfilments are booked on the day both due and done; a period asks for the due day alone
    return set(by) | set(filters) <= set(kpi.cell_dims) | {"prv"}


def cell_sums(
    session: Session, kpi: Kpi, question: Question, *, by: Sequence[str] = (), filters: Mapping[str, str] | None = None
) -> dict[tuple[str | None, ...], Sums]:
    """The sums a figure's cells hold, per value of the dimensions `by`."""
    columns = ["c.province" if name == "prv" else f"c.dims ->> '{name}'" for name in by]
    params: dict[str, Any] = question.params | {"kpi": kpi.code}
    where = "c.tenant = :tenant AND c.kpi = :kpi AND c.day <= :t"
    if kpi.level is not Level.TENANT:
        where += " AND c.programme = :programme AND c.cycle = :cycle"
        where += " AND (CAST(:provinces AS text[]) IS NULL OR c.province = ANY (:provinces))"
    if question.period and not any(isinstance(part, Stock) for part in kpi.cells):
        where += " AND c.day BETWEEN :p_from AND :p_to"
    for name, value in (filters or {}).items():
        params[f"f_{name}"] = value
        where += f" AND {'c.province' if name == 'prv' else f'c.dims ->> {name!r}'} = :f_{name}"
    head = "".join(f"{column} AS g{n}, " for n, column in enumerate(columns))
    group = f" GROUP BY {', '.join(columns)}" if columns else ""
    statement = text(
        f"SELECT {head}coalesce(sum(amount) FILTER (WHERE part <> '{Part.DENOMINATOR}'), 0) AS num, "
        f"coalesce(sum(amount) FILTER (WHERE part = '{Part.DENOMINATOR}'), 0) AS den, "
        "coalesce(sum(amount) FILTER (WHERE dims ->> 'gen' = 'girls'), 0) AS girls, "
        f"coalesce(sum(amount) FILTER (WHERE dims ->> 'gen' = 'boys'), 0) AS boys FROM kpi_cells c WHERE {where}{group}"
    )
    return {
        tuple(row[f"g{n}"] for n in range(len(columns))): Sums(
            numerator=Decimal(row["num"]),
            denominator=Decimal(row["den"]),
            groups={"girls": Decimal(row["girls"]), "boys": Decimal(row["boys"])},
        )
        for row in session.execute(statement, params).mappings()
    }
