"""O2: numbers are dense, sequences rise by one, every changed row has an event, every reader stands at the head."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import psycopg

from tools.chaos.oracles.finding import Finding

Place = tuple[str, str]
"""(service, stream)."""
ROWS = """SELECT feed_seq, aggregate_type, aggregate_id::text, sequence, id, type FROM outbox WHERE stream = %s
          ORDER BY feed_seq NULLS LAST, id"""
HEARD = "peyvand.meeting.held.v1"
"""The type of planted events that every reader hears and none can apply; planted events of other types pass by."""
CHAOS = "chaos"
"""The aggregate type of events the campaign itself planted."""


def judge(dsns: Mapping[str, str]) -> Finding:
    """Look at the three journals, at the audit of the registry, at all cursors and at what is parked."""
    finding = Finding("O2")
    heads: dict[Place, int] = {}
    planted: dict[tuple[str, str, int], str] = {}
    cursors, letters, strangers = [], [], set()
    for service, dsn in dsns.items():
        with psycopg.connect(dsn, connect_timeout=3) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            for stream, head in connection.execute("SELECT stream, last_seq FROM feed_head").fetchall():
                heads[service, stream] = head
                rows = connection.execute(ROWS, (stream,)).fetchall()
                check_stream(finding, stream, head, rows)
                planted |= {(service, stream, row[0]): row[5] for row in rows if row[1] == CHAOS}
                strangers |= {row[2] for row in rows if row[1] == CHAOS}
            cursors += connection.execute("SELECT reader, source, stream, pos FROM consumer_cursors").fetchall()
            letters += connection.execute("SELECT reader, source, stream, feed_seq FROM dead_letters").fetchall()
            if service == "registry":
                audit = connection.execute("SELECT what, id::text, state, xid::text FROM chaos_audit").fetchall()
                check_audit(finding, (row for row in audit if row[1] not in strangers))
    check_readers(finding, heads, cursors)
    check_letters(finding, planted, cursors, letters)
    return finding


def check_stream(finding: Finding, stream: str, head: int, rows: Iterable[tuple[Any, ...]]) -> None:
    """Rows of one stream in feed order: (feed_seq, aggregate type, aggregate, sequence, id, type)."""
    expected = 1
    last: defaultdict[tuple[str, str], int] = defaultdict(int)
    for number, kind, aggregate, sequence, row, _type in rows:
        finding.looked_at += 1
        if number is None:
            finding.waiting += 1
            continue
        if number != expected:
            finding.say(
                "lost" if number > expected else "duplicates", f"{stream}: number {number} after {expected - 1}"
            )
            expected = number
        expected += 1
        last[kind, aggregate] += 1
        if sequence != last[kind, aggregate]:
            finding.say(
                "other", f"{stream}: {kind} {aggregate} says {sequence} as its {last[kind, aggregate]}. (row {row})"
            )
    if head != expected - 1:
        finding.say("lost", f"{stream}: the head says {head}, the rows end at {expected - 1}")


def check_audit(finding: Finding, rows: Iterable[tuple[str, str, str, str]]) -> None:
    """Every transaction that changed a meeting beyond its draft said an event of it, and the other way round."""
    changed: set[tuple[str, str]] = set()
    drafted: set[tuple[str, str]] = set()
    said: set[tuple[str, str]] = set()
    for what, row, state, transaction in rows:
        if what == "event":
            said.add((transaction, row)) if state.startswith("peyvand.meeting.") else None
        else:
            (drafted if state == "draft" else changed).add((transaction, row))
    for _transaction, row in sorted(changed - said):
        finding.say("lost", f"meeting {row} changed without an event")
    for _transaction, row in sorted(said - changed):
        finding.say("other", f"meeting {row} was spoken of without a change")
    finding.looked_at += len(changed)


def check_readers(finding: Finding, heads: Mapping[Place, int], cursors: Iterable[tuple[str, str, str, int]]) -> None:
    """Every reader stands at the head of what it reads."""
    for reader, source, stream, pos in cursors:
        head = heads.get((source, stream))
        if head is None:
            finding.say("other", f"{reader} reads {stream} of {source}, which nobody speaks")
        elif pos > head:
            finding.say("other", f"{reader} stands at {pos} of {stream}, beyond its head {head}")
        elif pos < head:
            finding.waiting += 1


def check_letters(
    finding: Finding,
    planted: Mapping[tuple[str, str, int], str],
    cursors: Iterable[tuple[str, str, str, int]],
    letters: Iterable[tuple[str, str, str, int]],
) -> None:
    """Parked is what the campaign planted, once by each reader of that stream, and nothing else."""
    parked = Counter(letters)
    for (reader, source, stream, number), times in sorted(parked.items()):
        if planted.get((source, stream, number)) != HEARD:
            finding.say("lost", f"{reader} parked number {number} of {stream}, which is no poison")
        elif times > 1:
            finding.say("duplicates", f"{reader} parked number {number} of {stream} {times} times")
    for reader, source, stream, pos in cursors:
        for (where, what, number), kind in planted.items():
            mine = (where, what) == (source, stream) and kind == HEARD and number <= pos
            if mine and not parked[reader, source, stream, number]:
                finding.say("other", f"{reader} passed the poison {number} of {stream} and did not park it")
