"""O3: figures counted anew from the registry's and the notifications' own tables, compared with every cell kept."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import psycopg

from tools.chaos.oracles.finding import Finding

FIGURES = ("K-36", "K-37", "K-80")
"""Workshops held, attendance, messages that arrived: the figures the load moves."""
Cell = tuple[str, str, str, str, str, str]
"""(programme and cycle, province, figure, part, dimensions as sorted JSON, day)."""


def cell(scope: str, province: str, figure: str, part: str, day: Any, **dims: str) -> Cell:
    """The name of one cell."""
    return scope, province, figure, part, json.dumps(dims, sort_keys=True), str(day)


def judge(dsns: Mapping[str, str]) -> Finding:
    """Recount and compare."""
    finding = Finding("O3")
    with psycopg.connect(dsns["registry"], connect_timeout=3) as registry:
        meetings = registry.execute(
            "SELECT id::text, programme || '/' || cycle, province, kind, mode, state, local_on FROM meetings"
        ).fetchall()
        marks = registry.execute("SELECT meeting_id::text, mark, invited FROM meeting_attendance").fetchall()
    with psycopg.connect(dsns["notifications"], connect_timeout=3) as notifications:
        deliveries = notifications.execute(
            "SELECT programme || '/' || cycle, province, channel, language, rule, state, "
            "(settled_at AT TIME ZONE 'UTC')::date FROM deliveries"
        ).fetchall()
    with psycopg.connect(dsns["reporting"], connect_timeout=3) as reporting:
        kept = reporting.execute(
            "SELECT programme || '/' || cycle, province, kpi, part, dims, day, amount FROM kpi_cells "
            "WHERE kpi = ANY (%s)",
            (list(FIGURES),),
        ).fetchall()
    truth = count_meetings(meetings, marks) + count_messages(deliveries)
    seen = {cell(row[0], row[1], row[2], row[3], row[5], **row[4]): float(row[6]) for row in kept}
    compare(finding, truth, seen)
    return finding


def count_meetings(meetings: Iterable[tuple[Any, ...]], marks: Iterable[tuple[Any, ...]]) -> "Counter[Cell]":
    """Workshops on their day; of those invited, how many were present, and how many present or absent."""
    present: Counter[str] = Counter()
    counted: Counter[str] = Counter()
    for meeting, mark, invited in marks:
        if invited and mark in ("present", "absent"):
            counted[meeting] += 1
            present[meeting] += mark == "present"
    cells: Counter[Cell] = Counter()
    for meeting, scope, province, kind, mode, state, day in meetings:
        if state not in ("held", "minuted") or day is None:
            continue
        if kind == "experience_workshop":
            cells[cell(scope, province, "K-36", "value", day)] += 1
        cells[cell(scope, province, "K-37", "numerator", day, mk=kind, mode=mode)] += present[meeting]
        cells[cell(scope, province, "K-37", "denominator", day, mk=kind, mode=mode)] += counted[meeting]
    return cells


def count_messages(deliveries: Iterable[tuple[Any, ...]]) -> "Counter[Cell]":
    """Messages that left, and of those the mails, which arrived as far as anybody knows."""
    cells: Counter[Cell] = Counter()
    for scope, province, channel, language, rule, state, day in deliveries:
        if state != "sent":
            continue
        dims = {"channel": channel, "lang": language, "rule": rule}
        cells[cell(scope, province, "K-80", "denominator", day, **dims)] += 1
        if channel == "email":
            cells[cell(scope, province, "K-80", "numerator", day, **dims)] += 1
    return cells


def compare(finding: Finding, truth: Mapping[Cell, float], seen: Mapping[Cell, float]) -> None:
    """Every cell there is, and every cell there should be."""
    for name in sorted({*truth, *seen}):
        finding.looked_at += 1
        if truth.get(name, 0) != seen.get(name, 0):
            finding.say("wrong_cells", f"{name}: kept {seen.get(name, 0)}, counted {truth.get(name, 0)}")


def checksum(reporting: str) -> str:
    """One word for all facts and cells, in a fixed order: the same before and after a rebuild (I9)."""
    digest = hashlib.sha256()
    with psycopg.connect(reporting) as connection:
        tables = [
            row[0]
            for row in connection.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' "
                "AND (table_name LIKE '%\\_facts' OR table_name = 'kpi_cells') ORDER BY 1"
            )
        ]
        for table in tables:
            rows = connection.execute(f"SELECT row_to_json(t)::text FROM {table} t").fetchall()
            for line in sorted(row[0] for row in rows):
                digest.update(f"{table}{line}".encode())
    return digest.hexdigest()
