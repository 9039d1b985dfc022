"""What is read of the bus: all of one's own, of the rest number and subject."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from shared.contracts.envelope import Envelope
from shared.kernel.entries import Entries, Passed, own_and_passed, whole

MINE, THEIRS = UUID(int=1), UUID(int=2)


def entry(number: int, subject: UUID) -> tuple[bytes, dict[bytes, bytes]]:
    """As the relay writes it; the data names another subject."""
    now = datetime(2020, 10, 12, tzinfo=UTC)
    envelope = Envelope(
        id=uuid4(), type="peyvand.probe.told.v1", source="/peyvand/registry", subject=subject, time=now, tenant="IR",
        sequence="0000000001", feedseq=number, epoch=uuid4(), emittedat=now, data={"subject": str(MINE)},
    )  # fmt: skip
    return f"{number}-0".encode(), {b"event": envelope.model_dump_json().encode()}


def mine(envelope: Envelope) -> bool:
    return envelope.subject == MINE


def test_of_foreign_events_only_the_number_and_the_subject_are_read() -> None:
    entries: Entries = [entry(1, THEIRS), entry(2, MINE), entry(3, THEIRS), entry(4, THEIRS)]

    batch = own_and_passed(entries, mine, most=10)

    assert [(each.feedseq, each.subject) for each in batch] == [(1, THEIRS), (2, MINE), (3, THEIRS), (4, THEIRS)]
    assert [isinstance(each, Passed) for each in batch] == [True, False, True, False]
    assert batch[-1] == whole(entries)[-1]


def test_a_batch_ends_with_as_many_of_ones_own_as_one_may_take() -> None:
    entries: Entries = [entry(1, MINE), entry(2, THEIRS), entry(3, MINE), entry(4, MINE)]

    assert [each.feedseq for each in own_and_passed(entries, mine, most=2)] == [1, 2, 3]


def test_an_entry_nobody_can_read_is_no_envelope() -> None:
    with pytest.raises(ValueError, match="Invalid JSON"):
        own_and_passed([(b"1-0", {b"event": b"{oops"})], mine, most=10)
