"""Appending fact versions: insert or nothing, many rows per statement, then the figures that read them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.reporting.kpis import cells
from services.reporting.kpis.cells import Appended
from shared.contracts.envelope import Envelope

PENDING = "pending_facts"


def collect_fact(session: Session, *, table: str, row: dict[str, Any]) -> None:
    """Remember a fact version until the batch is through."""
    session.info.setdefault(PENDING, {}).setdefault(table, []).append(row)


def append_facts(session: Session, *, move: bool = True) -> int:
    """Append what was collected and move the figures; returns how many versions were new.

    Within one tenant, whose row-level security is entered. `move` is off while a rebuild loads facts alone.
    """
    pending: dict[str, list[dict[str, Any]]] = session.info.pop(PENDING, {})
    appended = [_append(session, table, pending[table]) for table in sorted(pending)]
    appended = [each for each in appended if each.keys]
    if move and appended:
        cells.move_cells(session, appended=appended)
    return sum(len(each.keys) for each in appended)


def _append(session: Session, table: str, rows: list[dict[str, Any]]) -> Appended:
    """One statement per table; a version that is there already stays as it is."""
    statement = text(
        f"INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(CAST(NULL AS {table}), CAST(:rows AS jsonb)) "
        "ON CONFLICT DO NOTHING RETURNING fact_id, version, programme, cycle, province, recorded_at"
    )
    return Appended(table=table, keys=list(session.execute(statement, {"rows": orjson.dumps(rows).decode()}).tuples()))


def note_lags(session: Session, *, envelopes: Sequence[Envelope]) -> None:
    """Remember how long each event took from its emission to here (K-81); both instants are machine time."""
    rows = [
        {
            "tenant": envelope.tenant,
            "source": envelope.source,
            "epoch": str(envelope.epoch),
            "feedseq": envelope.feedseq,
            "emitted_at": envelope.emittedat,
        }
        for envelope in envelopes
    ]
    session.execute(
        text(
            "INSERT INTO event_lags (tenant, source, epoch, feedseq, emitted_at, applied_at) "
            "SELECT r.tenant, r.source, r.epoch, r.feedseq, r.emitted_at, clock_timestamp() "
            "FROM jsonb_to_recordset(CAST(:rows AS jsonb)) "
            "AS r(tenant text, source text, epoch text, feedseq bigint, emitted_at timestamptz) ON CONFLICT DO NOTHING"
        ),
        {"rows": orjson.dumps(rows).decode()},
    )


def forget_lags(session: Session, *, before: datetime) -> None:
    """Let go of the lags of long ago; K-81 looks back one day."""
    session.execute(text("DELETE FROM event_lags WHERE emitted_at < :before"), {"before": before})
