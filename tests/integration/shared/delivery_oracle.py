"""What must hold of journal, readers and projections after every step: an oracle in plain SQL and sets."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.integration.shared.delivery_world import HEARD, PERSONAL, PERSONAL_TYPE

SNAPSHOT = """
SELECT json_build_object(
 'epoch', (SELECT epoch FROM feed_meta),
 'heads', (SELECT json_object_agg(stream, last_seq) FROM feed_head),
 'outbox', (SELECT coalesce(json_agg(o ORDER BY id), '[]') FROM (SELECT id, stream, feed_seq, aggregate_id AS subject,
            sequence, type, data IS NULL AS blank, event_id, province FROM outbox) o),
 'cursors', (SELECT coalesce(json_agg(c), '[]') FROM consumer_cursors c),
 'letters', (SELECT coalesce(json_agg(d ORDER BY id), '[]') FROM (SELECT id, reader, stream, feed_seq,
            aggregate_id AS subject, province, blocked_by FROM dead_letters) d),
 'heard', (SELECT coalesce(json_agg(h ORDER BY n), '[]') FROM model_heard h),
 'counted', (SELECT coalesce(json_agg(t), '[]') FROM model_counted t))
"""
KEY = ("reader", "stream", "partition")
OWN = {"": {"IR-03", "IR-21"}, "north": {"IR-03"}, "south": {"IR-21"}}
"""Provinces of each partition."""


class Broken(AssertionError):
    """A promise of delivery does not hold."""


def must(held: bool, promise: str, *facts: object) -> None:
    """Raise Broken unless a promise held."""
    if not held:
        raise Broken(f"{promise}: {facts}")


@dataclass
class Oracle:
    """Looks at the database alone; `committed` counts what writers committed by (stream, aggregate)."""

    owner: psycopg.Connection

    def check(self, committed: Mapping[tuple[str, str], int]) -> dict[str, Any]:
        """All promises that hold at any moment; a cursor of an older epoch stands still until it is rebuilt."""
        row = self.owner.execute(SNAPSHOT).fetchone()
        assert row is not None
        seen: dict[str, Any] = row[0]
        self._journal(seen, committed)
        for cursor in seen["cursors"]:
            mine = [row for row in seen["heard"] if all(row[key] == cursor[key] for key in KEY)]
            must(all(row["epoch"] == cursor["epoch"] for row in mine), "two epochs in one projection", mine)
            if cursor["epoch"] in (None, seen["epoch"]):
                self._reader(seen, cursor, mine)
        self._projection(seen)
        return seen

    def _journal(self, seen: dict[str, Any], committed: Mapping[tuple[str, str], int]) -> None:
        said = Counter((row["stream"], row["subject"]) for row in seen["outbox"])
        must(said == Counter(committed), "I2 no phantom, none missing", said, committed)
        for stream, head in seen["heads"].items():
            rows = [row for row in seen["outbox"] if row["stream"] == stream]
            numbered = sorted((row for row in rows if row["feed_seq"]), key=lambda row: row["feed_seq"])
            must([row["feed_seq"] for row in numbered] == list(range(1, head + 1)), "I3 dense", stream, head)
            order = defaultdict(list)
            for row in numbered:
                order[row["subject"]].append(row["sequence"])
            for subject, sequences in order.items():
                must(sequences == list(range(1, len(sequences) + 1)), "I5 feed order", stream, subject, sequences)

    def stale(self) -> set[tuple[str, ...]]:
        """Cursors of an epoch that is over."""
        rows = self.owner.execute(
            "SELECT reader, stream, partition FROM consumer_cursors WHERE epoch <> (SELECT epoch FROM feed_meta)"
        )
        return {tuple(row) for row in rows}

    def _reader(self, seen: dict[str, Any], cursor: dict[str, Any], mine: list[dict[str, Any]]) -> None:
        reader, stream, pos = cursor["reader"], cursor["stream"], cursor["pos"]
        must(pos <= seen["heads"][stream], "cursor beyond the head", cursor)
        provinces = OWN[cursor["partition"]]
        journal = {row["feed_seq"]: row for row in seen["outbox"] if row["stream"] == stream and row["feed_seq"]}
        wanted = {
            number
            for number, row in journal.items()
            if number <= pos and row["type"] in (HEARD, PERSONAL_TYPE) and row["province"] in provinces
        }
        letters = [row for row in seen["letters"] if (row["reader"], row["stream"]) == (reader, stream)]
        parked = {row["feed_seq"]: row for row in letters if row["province"] in provinces}
        applied = [row["feedseq"] for row in mine]
        must(applied == sorted(set(applied)), "I4 applied once, in order", reader, stream, applied)
        blank = {number for number in wanted if journal[number]["blank"]}
        must(set(applied).isdisjoint(parked), "I4 applied or parked, not both", applied, list(parked))
        must(set(applied) | set(parked) <= wanted, "applied beyond the cursor", applied, parked, pos)
        must(wanted - set(applied) - set(parked) <= blank, "I4 applied + parked = cursor", applied, parked, pos)
        for row in mine:
            truth = journal[row["feedseq"]]
            must(row["event_id"] == truth["event_id"], "heard what the feed does not say", row, truth)
        first_parked: dict[str, int] = {}
        for number in sorted(parked):
            first_parked.setdefault(parked[number]["subject"], number)
        for row in mine:
            must(row["feedseq"] < first_parked.get(row["subject"], 1 << 62), "I5 overtook a parked event", row)

    def _projection(self, seen: dict[str, Any]) -> None:
        heard = Counter((row["reader"], row["stream"], row["subject"]) for row in seen["heard"])
        counted = {(row["reader"], row["stream"], row["subject"]): row["total"] for row in seen["counted"]}
        must(dict(heard) == counted, "I4 projection = f(events)", heard, counted)
        letters = {row["id"]: row for row in seen["letters"]}
        for row in letters.values():
            if row["blocked_by"] is not None:
                first = letters.get(row["blocked_by"], {})
                must(first.get("subject") == row["subject"], "blocked by a stranger", row)

    def check_rest(self, seen: dict[str, Any], erased: set[str], *, poisoned: bool, restored: bool) -> None:
        """What must hold once nothing moves any more: all heads reached, personal rows blanked."""
        must(all(row["feed_seq"] for row in seen["outbox"]), "I3 a committed event was never numbered")
        must(len(seen["cursors"]) == 4, "a reader never began", seen["cursors"])
        for cursor in seen["cursors"]:
            must(cursor["pos"] == seen["heads"][cursor["stream"]], "I3 cursor = head", cursor, seen["heads"])
        must(poisoned or not seen["letters"], "parked without poison", seen["letters"])
        newest = {row["subject"]: row["feed_seq"] for row in seen["outbox"] if row["stream"] == PERSONAL}
        for row in seen["outbox"]:
            if row["stream"] == PERSONAL:
                old = row["feed_seq"] < newest[row["subject"]] or row["subject"] in erased
                must(row["blank"] or not old, "replaced and erased personal rows are blanked", row)
                must(old or restored or not row["blank"], "the newest personal row is kept", row)
