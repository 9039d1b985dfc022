"""What was really sent: the delivery ledger and the mailbox, in the words of the story's keys."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tools.story.expected import Key, expected_messages
from tools.story.play import Play, R
from tools.story.stage import Stage, sid


def known_keys(stage: Stage) -> dict[str, str]:
    """Id → key of everything the story made or saw."""
    keys = ["directive", "cycle", "meeting/HQ-07", "meeting/HQ-09", "committee/HQ"]
    for each in stage.provinces:
        code = each.code
        keys += [f"{code}/plan", f"{code}/council", f"{code}/committee", f"meeting/{code}", f"letter/hq/{code}"]
        for n in range(1, each.candidates + 1):
            keys += [f"{code}/sec/{n}", f"{code}/pairing/{n}", f"{code}/pairing/{n}/letter"]
    found = {sid(key): key for key in keys}
    found |= {sid(person.key): person.key for person in stage.everybody()}
    found[stage.hq_person] = "hqo"
    for duty in stage.hq.all(f"{R}/obligations"):
        found[duty["id"]] = f"{duty['province'] or 'HQ'}/{duty['template']}/{duty['period_key']}"
    return found


def seen_messages(stage: Stage, states: Sequence[str] = ("sent",)) -> tuple[Counter[Key], list[dict[str, Any]]]:
    """The messages in these states (the sent ones) as a multiset like the expected one, and the ledger's rows."""
    keys = known_keys(stage)
    rows = stage.hq.all("/notifications/v1/deliveries")
    seen: Counter[Key] = Counter()
    for row in rows:
        if row["state"] not in states:
            continue
        items = []
        for item in row["items"]:
            subject = keys.get(item["subject_id"], f"?{item['subject_type']}:{item['subject_id']}")
            line = f"{subject} {item['step']}"
            items.append(f"{item['rule']} {line}" if row["rule"] == "digest" else line)
        person = keys.get(row["person_id"], f"?{row['person_id']}")
        seen[(row["rule"], tuple(sorted(items)), person, row["channel"])] += 1
    return seen, rows


def compare_messages(play: Play) -> None:
    """The multiset, the set-up's silence, the mailbox, the language."""
    stage, checks = play.stage, play.checks
    seen, rows = seen_messages(stage)
    checks.compare_messages(expected_messages(stage.provinces), seen)
    unsettled = Counter(row["state"] for row in rows if row["state"] not in ("sent", "suppressed"))
    checks.compare(
        "messages neither sent nor suppressed",
        "0",
        str(unsettled.total()) + (f" {dict(unsettled)}" if unsettled else ""),
    )
    silent = Counter(row["reason"] for row in rows if row["state"] == "suppressed")
    checks.compare("reasons of suppressed messages", "minor, tenant_not_live", ", ".join(sorted(map(str, silent))))
    checks.compare("messages kept from the four pupils' seats", "4", str(silent["minor"]))
    box = stage.hq.get("/mailbox/api/messages")
    captured = box["messages"] if isinstance(box, dict) else box
    checks.compare("messages in the mailbox", str(seen.total()), str(len(captured)))
    checks.compare("languages of the messages", "fa", ", ".join(sorted({each["language"] for each in captured})))
    cancels = [each for each in captured if (each.get("invitation") or {}).get("method") == "CANCEL"]
    checks.compare("invitations cancelled by CANCEL", "7", str(len(cancels)))
    gregorian = [each for each in captured if any(year in str(each.get("text", "")) for year in ("2020", "۲۰۲۰"))]
    checks.compare("messages that show a Gregorian year", "0", str(len(gregorian)))
    foreign = [
        each for each in captured if each["kind"] == "text" and any(c.isascii() and c.isdigit() for c in each["text"])
    ]
    checks.compare("text messages with digits that are not Persian", "0", str(len(foreign)))
