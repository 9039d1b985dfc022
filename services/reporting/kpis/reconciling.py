"""The reconciler: proves that cells and rows are what facts say, and reports every difference; it never corrects."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.reporting.kpis import cells, values
from services.reporting.kpis.catalogue import KPIS
from services.reporting.kpis.cycles import CycleView, find_cycle, open_cycles
from services.reporting.kpis.definition import Level
from services.reporting.kpis.selecting import question_of, sums_per_province


@dataclass(frozen=True)
class Mismatch:
    """One place where what is kept differs from what facts say."""

    kpi: str
    programme: str
    cycle: str
    province: str
    what: str
    kept: str | None
    facts: str | None

    def wire(self) -> dict[str, str | None]:
        """As JSON values, for a job's result."""
        return asdict(self)


def reconcile(
    session: Session, *, tenant: str, today: date | None = None, share: Decimal = Decimal(1)
) -> list[Mismatch]:
    """Every difference in `share` of the cells (chosen by key), all recomputed rows, and the cells' figures today.

    The session must see one snapshot (REPEATABLE READ), else a reader's commit in between looks like a mismatch.
    """
    found = [*_cells(session, share), *_values(session, tenant)]
    for programme, cycle in open_cycles(session, tenant=tenant):
        view = find_cycle(session, tenant=tenant, programme=programme, cycle=cycle)
        if view is not None:
            found += _figures(session, tenant, view, today or view.to_on)
    return found


def one_snapshot(session: Session) -> None:
    """Let the whole transaction see one instant; to be called before its first statement."""
    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _cells(session: Session, share: Decimal) -> Iterator[Mismatch]:
    """Cells against the contributions of all current fact versions."""
    for table in cells.tables_with_cells():
        codes = [kpi.code for kpi in KPIS.values() if any(part.table == table for part in kpi.cells)]
        current = f"(SELECT DISTINCT ON (fact_id) * FROM {table} ORDER BY fact_id, version DESC)"
        rows = session.execute(
            text(
                f"""WITH truth AS (SELECT {cells.COLUMNS}, sum(amount) AS amount
                    FROM ({cells.contributions(table, current)}) AS f GROUP BY {cells.COLUMNS} HAVING sum(amount) <> 0),
                kept AS (SELECT {cells.COLUMNS}, amount FROM kpi_cells WHERE kpi = ANY (:codes))
                SELECT kpi, programme, cycle, province, part, dims, day, k.amount AS kept, t.amount AS facts
                FROM kept k FULL JOIN truth t USING ({cells.COLUMNS})
                WHERE k.amount IS DISTINCT FROM t.amount
                  AND abs(hashtext(concat(kpi, province, part, dims, day)) % 10000) < :share
                ORDER BY kpi, province, part, day"""
            ),
            {"codes": codes, "share": int(share * 10000)},
        ).mappings()
        for row in rows:
            what = f"{row['part']} {row['dims']} {row['day']}"
            yield _mismatch(row, what, row["kept"], row["facts"])


def _values(session: Session, tenant: str) -> Iterator[Mismatch]:
    """Recomputed rows against recomputation for the very day they stand for."""
    groups = session.execute(
        text("SELECT DISTINCT programme, cycle, kpi, day FROM kpi_values WHERE tenant = :tenant ORDER BY 1, 2, 3, 4"),
        {"tenant": tenant},
    ).mappings()
    for group in groups.all():
        view = find_cycle(session, tenant=tenant, programme=group["programme"], cycle=group["cycle"])
        kpi = KPIS.get(group["kpi"])
        if view is None or kpi is None:
            yield _mismatch({**group, "province": "*"}, "unknown figure or cycle", "rows", None)
            continue
        rows = session.execute(
            text(
                "SELECT * FROM kpi_values WHERE tenant = :tenant AND programme = :programme AND cycle = :cycle "
                "AND kpi = :kpi AND day = :day ORDER BY province"
            ),
            {"tenant": tenant, **group},
        ).mappings()
        truth = sums_per_province(session, kpi, question_of(kpi, view, tenant=tenant, at=group["day"]))
        for row in rows:
            sums = truth.get(row["province"])
            said = f"{sums.numerator}/{sums.denominator}" if sums else None
            kept = f"{row['numerator']}/{row['denominator']}"
            if said != kept:
                yield _mismatch(row, f"as of {row['day']}", kept, said)


def _figures(session: Session, tenant: str, view: CycleView, today: date) -> Iterator[Mismatch]:
    """The sums of cells on a day against the KPI's own SELECT: two ways to one number."""
    for kpi in KPIS.values():
        if not kpi.additive or kpi.level is Level.TENANT:
            continue
        question = question_of(kpi, view, tenant=tenant, at=today)
        if question.period:
            continue
        kept = {key[0] or "": sums for key, sums in cells.cell_sums(session, kpi, question, by=("prv",)).items()}
        truth = sums_per_province(session, kpi, question)
        for province in sorted({*kept, *truth}):
            one, other = kept.get(province), truth.get(province)
            told = f"{one.numerator}/{one.denominator}" if one else "0/0"
            said = f"{other.numerator}/{other.denominator}" if other else "0/0"
            if Decimal(told.split("/")[0]) != Decimal(said.split("/")[0]) or (
                Decimal(told.split("/")[1]) != Decimal(said.split("/")[1])
            ):
                row = {"kpi": kpi.code, "programme": view.programme, "cycle": view.cycle, "province": province}
                yield _mismatch(row, f"figure on {today}", told, said)


def _mismatch(row: Any, what: str, kept: object, facts: object) -> Mismatch:
    return Mismatch(
        kpi=row["kpi"],
        programme=row["programme"],
        cycle=row["cycle"],
        province=row["province"],
        what=what,
        kept=None if kept is None else str(kept),
        facts=None if facts is None else str(facts),
    )


def touches_of_all(session: Session) -> list[values.Touch]:
    """For a rebuild: one touch per table and scope, as recent as its newest fact version."""
    tables = sorted({table for kpi in values.recomputed() for table in kpi.reads} | {"cycle_facts"})
    found: list[values.Touch] = []
    for table in tables:
        rows = session.execute(
            text(f"SELECT programme, cycle, province, max(recorded_at) FROM {table} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3")
        )
        found += [values.Touch(table, *row) for row in rows]
    return found
