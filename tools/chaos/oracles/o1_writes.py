"""O1: every acknowledged write is in the registry once, a refused one is not, a doubtful one at most once."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import psycopg

from tools.chaos.oracles.finding import Finding

EVENT = {
    "record": "peyvand.meeting.held.v1",
    "attendance": "peyvand.meeting.attendance_recorded.v1",
    "correct": "peyvand.meeting.corrected.v1",
    "schedule": "peyvand.meeting.scheduled.v1",
    "reschedule": "peyvand.meeting.rescheduled.v1",
    "cancel": "peyvand.meeting.cancelled.v1",
}
"""The event each kind of write leaves; a draft leaves none."""


def read_journal(path: Path) -> tuple[dict[int, dict[str, Any]], list[dict[str, Any]]]:
    """The writes by number, each with its `outcome` (missing answers are ambiguous), and the broken promises."""
    writes: dict[int, dict[str, Any]] = {}
    breaches = []
    for line in path.read_text().splitlines():
        entry = json.loads(line)
        if "intent" in entry:
            writes[entry["intent"]] = {**entry, "outcome": "ambiguous"}
        elif "answer" in entry:
            writes[entry["answer"]] |= {key: entry[key] for key in ("outcome", "status", "tries", "seconds")}
        else:
            breaches.append(entry)
    return writes, breaches


def judge(journal: Path, registry: str) -> Finding:
    """Compare the journal with the registry's tables and its outbox."""
    finding = Finding("O1")
    writes, breaches = read_journal(journal)
    with psycopg.connect(registry) as connection:
        meetings = {str(row[0]): row[1] for row in connection.execute("SELECT id, title FROM meetings")}
        events = connection.execute(
            "SELECT aggregate_id::text, type, coalesce(data ->> 'reason', '') FROM outbox "
            "WHERE aggregate_type = 'meetings'"
        ).fetchall()
    for breach in breaches:
        finding.say("other", str(breach["what"]))
    compare(finding, writes.values(), meetings, Counter((row[0], row[1], row[2]) for row in events))
    return finding


def compare(
    finding: Finding,
    writes: Iterable[Mapping[str, Any]],
    meetings: Mapping[str, str],
    events: Mapping[tuple[str, str, str], int],
) -> None:
    """The comparison by itself; `events` counts (meeting, type, reason)."""
    for write in writes:
        finding.looked_at += 1
        kind, outcome = write["kind"], write["outcome"]
        if kind == "draft":
            seen = 1 if write["meeting"] in meetings else 0
        else:
            seen = events.get((write["meeting"], EVENT[kind], write["marker"]), 0)
        what = f"{kind} {write['marker'] or write['canary']} was {outcome} and is there {seen} times"
        if outcome == "ok" and seen == 0:
            finding.say("lost", what)
        elif seen > 1:
            finding.say("duplicates", what)
        elif outcome == "refused" and seen:
            finding.say("other", what)
