"""O4: what the mail server and the gateway received, as a multiset, against what the journal of the load calls for."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from tools.chaos.oracles.finding import Finding

CANARY = re.compile(r"PV-IR-\d\d-\d+-[0-9a-f]{8}")
STEP = {"schedule": "scheduled", "reschedule": "rescheduled", "cancel": "cancelled"}
TEXTED = ("rescheduled", "cancelled")
ENDED_WITHOUT = ("unknown", "failed", "expired")
SETTLED = ("sent", *ENDED_WITHOUT, "suppressed")


class Said(NamedTuple):
    """One message as a reader sees it: about which meeting, which step of it, to whom, by which way."""

    canary: str
    step: str
    address: str
    channel: str


@dataclass
class Sink:
    """The folder of the mailbox, read once per file."""

    folder: Path
    mails: list[tuple[Said, str]] = field(default_factory=list)
    texts: list[tuple[str, str, str]] = field(default_factory=list)
    """(canary, receptor, localid)."""
    _known: set[str] = field(default_factory=set)

    def look(self) -> None:
        """Read what is new."""
        for path in sorted(self.folder.iterdir()):
            if path.name in self._known or path.suffix not in (".eml", ".json"):
                continue
            self._known.add(path.name)
            if path.suffix == ".eml":
                self.mails.append(read_mail(path.read_bytes()))
            else:
                fields = json.loads(path.read_bytes())
                found = CANARY.search(fields["message"])
                self.texts.append((found.group(0) if found else "", fields["receptor"], fields["localid"]))


def read_mail(content: bytes) -> tuple[Said, str]:
    """What one mail says, and its Message-ID."""
    message = message_from_bytes(content, policy=policy.default)
    invitation = next((part.get_content() for part in message.walk() if part.get_content_type() == "text/calendar"), "")
    calendar = invitation if isinstance(invitation, str) else invitation.decode()
    lines = re.sub(r"\r?\n[ \t]", "", calendar)
    found = CANARY.search(lines)
    sequence = re.search(r"^SEQUENCE:(\d+)", lines, re.M)
    step = (
        "cancelled"
        if "METHOD:CANCEL" in lines
        else "scheduled"
        if sequence and sequence.group(1) == "0"
        else "rescheduled"
    )
    said = Said(found.group(0) if found else "", step, str(message["X-Envelope-To"]), "email")
    return said, str(message["Message-ID"]).strip("<>").partition("@")[0]


def expected(writes: Iterable[Mapping[str, Any]], happened: Mapping[tuple[str, str], int]) -> set[Said]:
    """Who has to be told what: from the load's journal, and for doubtful writes from whether they happened."""
    wanted = set()
    for write in writes:
        step = STEP.get(write["kind"])
        if step is None or write["must_refuse"] or write["outcome"] == "refused":
            continue
        if write["outcome"] == "ambiguous" and not happened.get((write["meeting"], step)):
            continue
        for address in write["people"]:
            wanted.add(Said(write["canary"], step, address, "email"))
            if step in TEXTED:
                wanted.add(Said(write["canary"], step, address, "sms"))
    return wanted


def judge(writes: Iterable[Mapping[str, Any]], sink: Sink, dsns: Mapping[str, str]) -> Finding:
    """Compare what was to be said, what notifications says about it, and what arrived."""
    finding = Finding("O4")
    writes = list(writes)
    with psycopg.connect(dsns["registry"], connect_timeout=3) as registry:
        happened = Counter(
            (row[0], row[1].split(".")[-2])
            for row in registry.execute("SELECT aggregate_id::text, type FROM outbox WHERE aggregate_type = 'meetings'")
        )
    canaries = {write["meeting"]: write["canary"] for write in writes}
    with psycopg.connect(dsns["notifications"], connect_timeout=3) as notifications:
        rows = notifications.execute(
            "SELECT d.id::text, d.subject_id::text, d.step, c.email, d.channel, d.state, coalesce(d.reason, '') "
            "FROM deliveries d LEFT JOIN contacts c ON c.person_id = d.person_id WHERE d.subject_type = 'meeting'"
        ).fetchall()
    sink.look()  # after the ledger: a message that arrives meanwhile is not missed
    ledger = {row[0]: (Said(canaries.get(row[1], ""), row[2], str(row[3]), row[4]), row[5], row[6]) for row in rows}
    compare(finding, expected(writes, happened), ledger, sink)
    return finding


def compare(finding: Finding, wanted: set[Said], ledger: Mapping[str, tuple[Said, str, str]], sink: Sink) -> None:
    """The comparison by itself."""
    mails = Counter(said for said, _ in sink.mails)
    by_reference = {str(int(each.replace("-", ""), 16) & ((1 << 62) - 1)): each for each in ledger}
    texts = Counter(ledger[by_reference[ref]][0] for _canary, _to, ref in sink.texts if ref in by_reference)
    same_words = Counter(sink.texts)
    arrived = mails + texts
    for said, times in sorted(arrived.items()):
        finding.looked_at += 1
        if times > 1:
            finding.say("duplicates", f"{said} arrived {times} times")
        if said not in wanted:
            finding.say("duplicates", f"{said} arrived, and nobody asked for it")
    for text, times in same_words.items():
        if times > 1 or text[2] not in by_reference:
            finding.say("duplicates", f"text {text} arrived {times} times")
    states: dict[Said, list[tuple[str, str]]] = {}
    for said, state, reason in ledger.values():
        states.setdefault(said, []).append((state, reason))
        finding.unknown += state == "unknown"
        finding.waiting += state not in SETTLED
    for said in sorted(wanted):
        check_one(finding, said, states.get(said, []), arrived[said])


def check_one(finding: Finding, said: Said, states: list[tuple[str, str]], arrived: int) -> None:
    """One message that had to be said."""
    if not states:
        finding.waiting += 1
    elif len(states) > 1:
        finding.say("duplicates", f"{said} was planned {len(states)} times: {states}")
    elif states[0][0] == "sent" and not arrived:
        finding.say("lost", f"{said} is called sent and did not arrive")
    elif states[0][0] == "suppressed":
        finding.say("lost", f"{said} was suppressed: {states[0][1]}")
