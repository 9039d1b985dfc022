"""Expected beside seen, line by line, and the file that keeps the comparison."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Checks:
    """The comparison so far."""

    tell: Callable[[str], None]
    lines: list[dict[str, Any]] = field(default_factory=list)

    def compare(self, name: str, expected: str, seen: str) -> None:
        """Add one line and print it."""
        ok = expected == seen
        self.lines.append({"name": name, "expected": expected, "seen": seen, "ok": ok})
        self.tell(f"{'ok  ' if ok else 'FAIL'} {name}: expected {expected}, seen {seen}")

    def compare_messages(self, expected: Counter[Any], seen: Counter[Any]) -> None:
        """One line per rule and step: how many messages, and what is missing or too many."""
        groups = sorted({group_of(key) for key in expected} | {group_of(key) for key in seen})
        for group in groups:
            wanted = Counter({key: count for key, count in expected.items() if group_of(key) == group})
            found = Counter({key: count for key, count in seen.items() if group_of(key) == group})
            missing, surplus = wanted - found, found - wanted
            shown = str(found.total())
            if missing or surplus:
                shown += f"; missing {brief(missing)}; too many {brief(surplus)}"
            self.compare(f"messages {group}", str(wanted.total()), shown)

    @property
    def failed(self) -> int:
        """How many lines differ."""
        return sum(not line["ok"] for line in self.lines)

    def write(self, path: Path) -> None:
        """Write {"checks": [...]}."""
        path.write_text(json.dumps({"checks": self.lines}, ensure_ascii=False, indent=1), encoding="utf-8")


def group_of(key: Any) -> str:
    """Rule and steps of a message key."""
    rule, items, _recipient, channel = key
    return f"{rule} {'+'.join(sorted({item.rsplit(' ', 1)[-1] for item in items}))} {channel}"


def brief(messages: Counter[Any]) -> str:
    """A few of some messages."""
    shown = [f"{list(key[1])[:3]} to {key[2]} ×{count}" for key, count in list(messages.items())[:4]]
    return f"{messages.total()} ({'; '.join(shown)})" if messages else "none"
