"""What a backup says of itself: hashes, rows per table, heads of feeds, cursors of readers."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import psycopg
from psycopg import sql

ORDER = ("reporting", "notifications", "registry")
REASON = (
    "A reader is backed up before the feed it reads: reporting reads registry and notifications, notifications reads "
    "registry, registry reads nobody. So no cursor in this set stands beyond the head of its feed: after a restore "
    "readers only catch up, and never know of something that did not happen."
)
Connection = psycopg.Connection[tuple[Any, ...]]
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


@dataclass(frozen=True)
class Measured:
    """One database at one instant."""

    at: str
    tables: dict[str, list[int]]
    """Per table: rows, and a sum over the hashes of all rows (independent of their order)."""
    epoch: str
    heads: dict[str, int]
    cursors: list[dict[str, Any]]


@dataclass(frozen=True)
class Saved:
    """One database's file."""

    service: str
    file: str
    sha256: str
    size: int
    seconds: float
    measured: Measured


@dataclass(frozen=True)
class Manifest:
    """The whole set."""

    began_at: str
    ended_at: str
    sealed: bool
    saved: list[Saved]
    order: Sequence[str] = ORDER
    reason: str = REASON
    format: int = 1
    salt: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def wire(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def of(cls, wire: Mapping[str, Any]) -> "Manifest":
        """From JSON."""
        saved = [Saved(**{**each, "measured": Measured(**each["measured"])}) for each in wire["saved"]]
        return cls(**{**wire, "saved": saved})


def measure(connection: Connection) -> Measured:
    """Count and hash every table, and note heads and cursors, in the connection's snapshot (as administrator)."""
    row = connection.execute("SELECT transaction_timestamp()::text").fetchone()
    tables = {}
    for (name,) in connection.execute(TABLES).fetchall():
        count = sql.SQL(
            "SELECT count(*), coalesce(sum(hashtextextended(CAST(t AS text), 0)::numeric), 0)::text FROM {} t"
        )
        rows, total = connection.execute(count.format(sql.Identifier(name))).fetchone() or (0, "0")
        tables[str(name)] = [int(rows), int(total)]
    epoch = connection.execute("SELECT epoch::text FROM feed_meta").fetchone()
    heads = {str(stream): int(seq) for stream, seq in connection.execute("SELECT stream, last_seq FROM feed_head")}
    cursors = connection.execute("SELECT reader, source, stream, partition, pos, epoch::text FROM consumer_cursors")
    names = ("reader", "source", "stream", "partition", "pos", "epoch")
    return Measured(
        at=str(row[0]) if row else "",
        tables=tables,
        epoch=str(epoch[0]) if epoch else "",
        heads=heads,
        cursors=[dict(zip(names, each, strict=True)) for each in cursors],
    )


def differences(expected: Measured, found: Measured) -> list[str]:
    """Tables that are not as they were, as lines; none when the copy is exact."""
    said = []
    for name in sorted(expected.tables.keys() | found.tables.keys()):
        was, now = expected.tables.get(name), found.tables.get(name)
        if was is None or now is None:
            said.append(f"table {name} is {'new' if was is None else 'missing'}")
        elif was[0] != now[0]:
            said.append(f"table {name} has {now[0]} rows instead of {was[0]}")
        elif was[1] != now[1]:
            said.append(f"table {name} has other contents in its {now[0]} rows")
    return said


def ahead(manifest: Manifest) -> list[str]:
    """Readers that stand beyond the head of their feed: such a set is not of one backup."""
    heads = {
        (stream, saved.measured.epoch): head
        for saved in manifest.saved
        for stream, head in saved.measured.heads.items()
    }
    said = []
    for saved in manifest.saved:
        for cursor in saved.measured.cursors:
            head = heads.get((cursor["stream"], cursor["epoch"]))
            if head is not None and cursor["pos"] > head:
                said.append(f"{saved.service} has read {cursor['stream']} up to {cursor['pos']}, but it ends at {head}")
    return said
