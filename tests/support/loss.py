"""Backup under load, loss of all data, restore: what is measured and what must hold, for processes and containers."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tools.chaos.oracles.o1_writes import read_journal
from tools.chaos.oracles.o4_messages import Sink


@dataclass(frozen=True)
class Measured:
    """Seconds of work lost, seconds until work could go on, and what was looked at."""

    rpo_s: float
    rto_s: float
    writes: int
    lost_writes: int
    mails: int
    texts: int

    def __str__(self) -> str:
        return (
            f"RPO {self.rpo_s:.1f} s ({self.lost_writes} of {self.writes} acknowledged writes were younger than the "
            f"backup), RTO {self.rto_s:.1f} s, {self.mails} mails and {self.texts} texts, none twice"
        )


def told_twice(sink: Sink) -> list[str]:
    """Messages that arrived more than once."""
    sink.look()
    mails = Counter(said for said, _reference in sink.mails)
    texts = Counter(sink.texts)
    return [f"{what} x{times}" for what, times in [*mails.items(), *texts.items()] if times > 1]


def missing(journal: Path, present: set[str], *, before: datetime) -> tuple[list[str], int, int]:
    """Meetings begun with an acknowledgement before an instant that are not there; all and later acknowledgements."""
    writes, _breaches = read_journal(journal)
    begun = [each for each in writes.values() if each["kind"] in ("record", "draft") and each["outcome"] == "ok"]
    answered = _answers(journal)
    early = [each for each in begun if answered[each["intent"]] < before.timestamp()]
    gone = [each["canary"] for each in early if each["meeting"] not in present]
    acknowledged = [number for number, each in writes.items() if each["outcome"] == "ok"]
    return gone, len(acknowledged), sum(1 for number in acknowledged if answered[number] > before.timestamp())


def _answers(journal: Path) -> dict[int, float]:
    """When each write had its answer."""
    import json

    lines: list[dict[str, Any]] = [json.loads(line) for line in journal.read_text().splitlines()]
    return {line["answer"]: line["at"] for line in lines if "answer" in line}


def instant(words: str) -> datetime:
    """PostgreSQL's text of an instant."""
    return datetime.fromisoformat(re.sub(r"([+-]\d\d)$", r"\1:00", words))
