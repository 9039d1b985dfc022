"""Whether what happened arrives: numbering, readers, parked events, messages that should have left."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg

from tools.doctor.finding import Finding, graded, safely
from tools.doctor.place import Place

OLD_WARN_S, OLD_FAIL_S = 5, 60
LAG_WARN, LAG_FAIL = 100, 5_000
PARKED_FAIL_S = 900
DUE_WARN_S, DUE_FAIL_S = 60, 900
UNNUMBERED = """
SELECT stream, count(*), extract(epoch FROM clock_timestamp() - min(emitted_at)) FROM outbox
 WHERE feed_seq IS NULL GROUP BY stream ORDER BY stream
"""
HEADS = "SELECT h.stream, h.last_seq, m.epoch FROM feed_head h, feed_meta m"
CURSORS = """
SELECT reader, source, stream, partition, pos, epoch, extract(epoch FROM clock_timestamp() - moved_at)
  FROM consumer_cursors ORDER BY 1, 2, 3, 4
"""
PARKED = """
SELECT reader, fingerprint, count(*), min(feed_seq), max(left(error, 120)),
       extract(epoch FROM clock_timestamp() - min(first_seen))
  FROM dead_letters WHERE state = 'parked' AND blocked_by IS NULL GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 5
"""
BUSINESS_NOW = """
SELECT coalesce((SELECT CASE WHEN running THEN now + (clock_timestamp() - set_at) ELSE now END FROM business_clock),
                clock_timestamp())
"""
DUE = """
SELECT count(*), extract(epoch FROM %s::timestamptz - min(not_before)) FROM deliveries
 WHERE state = 'planned' AND not_before <= %s AND reason IS DISTINCT FROM 'no_contact_yet'
"""
UNKNOWN = "SELECT count(*) FROM deliveries WHERE state = 'unknown'"
ENTER = "SELECT set_config('peyvand.tenant', %s, true), set_config('peyvand.province', '*', true)"


@dataclass(frozen=True)
class Head:
    """The newest number of a stream and its feed's epoch."""

    seq: int
    epoch: object


def flow(place: Place) -> Iterator[Finding]:
    """Everything below, for databases that can be asked (the others are told of elsewhere)."""
    heads: dict[str, Head] = {}
    connections: dict[str, psycopg.Connection[tuple[object, ...]]] = {}
    try:
        for service, url in place.databases.items():
            try:
                connections[service] = psycopg.connect(url, connect_timeout=3, autocommit=True)
            except psycopg.OperationalError:
                continue
        for connection in connections.values():
            heads |= {str(row[0]): Head(int(str(row[1])), row[2]) for row in connection.execute(HEADS)}
        for service, connection in connections.items():
            for ask in (_numbering, _readers, _parked):
                yield from safely(
                    service,
                    lambda ask=ask, service=service, connection=connection: ask(service, connection, heads, place),  # type: ignore[misc]
                    expected=(psycopg.Error,),
                    todo="is its schema the newest?",
                )
        if "notifications" in connections:
            yield from safely(
                "messages",
                lambda: _messages(connections["notifications"], place),
                expected=(psycopg.Error,),
                todo="is its schema the newest?",
            )
    finally:
        for connection in connections.values():
            connection.close()


def _numbering(
    service: str, connection: psycopg.Connection[tuple[object, ...]], _heads: dict[str, Head], place: Place
) -> Iterator[Finding]:
    """The relay numbers what was committed."""
    waiting = connection.execute(UNNUMBERED).fetchall()
    oldest = max((float(str(row[2])) for row in waiting), default=0.0)
    count = sum(int(str(row[1])) for row in waiting)
    todo = f"is the relay of {service} running? {place.logs.format(part=_part(place, service, 'relay'))}"
    what = f"{count} events without number, the oldest for {oldest:.0f} s"
    yield graded(f"relay of {service}", what, warn=oldest > OLD_WARN_S, fail=oldest > OLD_FAIL_S, todo=todo)


def _readers(
    service: str, connection: psycopg.Connection[tuple[object, ...]], heads: dict[str, Head], place: Place
) -> Iterator[Finding]:
    """Every reader stands close to its feed's head, under its epoch."""
    for reader, source, stream, partition, pos, epoch, _silent in connection.execute(CURSORS).fetchall():
        check = f"{service} reads {source} {stream}{f' [{partition}]' if partition else ''}"
        head = heads.get(str(stream))
        logs = place.logs.format(part=_part(place, service, "listener"))
        if head is None:
            yield Finding("warn", check, "its source's head cannot be asked from here", "see the source's database")
            continue
        lag = head.seq - int(str(pos))
        if epoch is not None and epoch != head.epoch:
            todo = (
                f"the source was restored; {reader} takes the new epoch by itself, a rebuild may take minutes: {logs}"
            )
            yield Finding("warn", check, f"stands at {pos} of an epoch that is over", todo)
        elif lag < 0:
            yield Finding(
                "FAIL",
                check,
                f"{-lag} events ahead of its source",
                f"restore registry LAST, or begin a new epoch: python -m services.{source} begin-epoch",
            )
        else:
            todo = f"is the listener of {service} running? {logs}"
            yield graded(check, f"{lag} events behind", warn=lag > LAG_WARN, fail=lag > LAG_FAIL, todo=todo)


def _parked(
    service: str, connection: psycopg.Connection[tuple[object, ...]], _heads: dict[str, Head], _place: Place
) -> Iterator[Finding]:
    """Nothing is set aside."""
    letters = connection.execute(PARKED).fetchall()
    if not letters:
        yield Finding("ok", f"parked events of {service}", "none")
    for reader, fingerprint, count, first, error, age in letters:
        yield graded(
            f"parked events of {service}",
            f"{count} of {reader} with fingerprint {fingerprint}, from number {first}: {error}",
            warn=True, fail=float(str(age)) > PARKED_FAIL_S,
            todo="mend the cause, deploy, then retry this fingerprint (docs/operations/runbook.md, parked events)",
        )  # fmt: skip


def _messages(connection: psycopg.Connection[tuple[object, ...]], place: Place) -> Iterator[Finding]:
    """What is due has left, and what nobody can know is told."""
    clock = BUSINESS_NOW if place.demo_clock else "SELECT clock_timestamp()"
    row = connection.execute(clock).fetchone()
    now = row[0] if row else None
    due = unknown = 0
    oldest = 0.0
    with connection.transaction():
        for (tenant,) in connection.execute("SELECT code FROM tenants").fetchall():
            connection.execute(ENTER, [tenant])
            found = connection.execute(DUE, [now, now]).fetchone()
            due += int(str(found[0])) if found else 0
            oldest = max(oldest, float(str(found[1])) if found and found[1] is not None else 0.0)
            doubted = connection.execute(UNKNOWN).fetchone()
            unknown += int(str(doubted[0])) if doubted else 0
    logs = place.logs.format(part=_part(place, "notifications", "sweeper"))
    what = f"{due} due and unsent, the oldest for {oldest:.0f} s"
    todo = f"are mail server and gateway reachable (above)? is the sweeper running? {logs}"
    yield graded("messages", what, warn=oldest > DUE_WARN_S, fail=oldest > DUE_FAIL_S, todo=todo)
    todo = "did they leave? look at /notifications/deliveries?state=unknown; ask, or send again on purpose"
    yield graded("messages in doubt", str(unknown), warn=unknown > 0, todo=todo)


def _part(place: Place, service: str, duty: str) -> str:
    """The process that does a duty: in the demo one process does them all."""
    names = [part.name for part in place.parts]
    return next((name for name in (f"{service}-{duty}", f"{service}-work") if name in names), f"{service}-{duty}")
