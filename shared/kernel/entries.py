"""Entries of the bus as envelopes; of what another partition applies nothing but number and subject is read."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from shared.contracts.envelope import Envelope

Entries = Sequence[tuple[bytes, Mapping[bytes, bytes]]]
Owns = Callable[[Envelope], bool]
PASSES = 4
"""A partition passes most of what it reads, so it reads that many times as much at once."""
_SUBJECT = re.compile(rb'"subject"\s*:\s*"([0-9a-f-]{36})"')
_HEADER = 600


@dataclass(slots=True)
class Passed:
    """What a reader needs of an event that another partition applies; it stands where an envelope would."""

    feedseq: int
    subject: UUID
    traceparent: None = None


def whole(entries: Entries) -> list[Envelope]:
    """All of them, read."""
    return [Envelope.model_validate_json(fields[b"event"]) for _id, fields in entries]


def own_and_passed(entries: Entries, owns: Owns, *, most: int) -> list[Envelope]:
    """Up to `most` of one's own, read, with those in between as they are passed by; the last one is read for its time.

    The header comes first in an entry and names its subject, so the data is never looked into.
    """
    batch, mine = [], 0
    for number, fields in entries:
        subject = _SUBJECT.search(fields[b"event"], 0, _HEADER)
        passed = _passed(number, subject.group(1)) if subject else None
        if passed is not None and not owns(passed):
            batch.append(passed)
            continue
        batch.append(Envelope.model_validate_json(fields[b"event"]))
        mine += 1
        if mine == most:
            break
    if batch:
        batch[-1] = Envelope.model_validate_json(entries[len(batch) - 1][1][b"event"])
    return batch


def _passed(number: bytes, subject: bytes) -> Envelope:
    return cast(Envelope, Passed(int(number.partition(b"-")[0]), UUID(subject.decode())))
