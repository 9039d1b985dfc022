"""python -m tools.doctor: look at everything once; 1 when something fails."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from tools.compose.stack import StackFailed, the_stack
from tools.doctor import flow, servers
from tools.doctor.demo_place import demo_place
from tools.doctor.finding import Finding
from tools.doctor.place import NotRunning, Place
from tools.doctor.stack_place import stack_place
from tools.operate.errors import Unfit
from tools.operate.place import CALLER, folder_of, is_stack

CHECKS: tuple[Callable[[Place], Iterable[Finding]], ...] = (
    servers.parts, servers.webs, servers.databases, servers.redis_policy, servers.clocks, servers.mail,
    servers.text_gateway, flow.flow, servers.disks, servers.keys,
)  # fmt: skip


def examine(place: Place) -> list[Finding]:
    """Every finding, in the order of the checks."""
    return [finding for check in CHECKS for finding in check(place)]


def find_place(state: Path | None) -> Place:
    """The Peyvand of a state folder: a stack, else a demo; raises NotRunning."""
    folder = folder_of(state)
    return stack_place(the_stack(folder)) if is_stack(folder) else demo_place(folder)


def main(words: list[str]) -> int:
    """Print the findings; 1 when one of them is a failure."""
    parser = argparse.ArgumentParser(prog="peyvand doctor")
    parser.add_argument("--state", type=lambda word: CALLER / word, default=None, help="state folder of demo or up")
    parser.add_argument("--json", type=lambda word: CALLER / word, default=None, help="write the findings to this file")
    chosen = parser.parse_args(words)
    try:
        place = find_place(chosen.state)
    except (NotRunning, Unfit, StackFailed) as nothing:
        print(f"peyvand: {nothing}", file=sys.stderr)
        return 1
    findings = examine(place)
    if chosen.json:
        chosen.json.write_text(
            json.dumps({"place": place.name, "findings": [each.wire for each in findings]}, indent=1)
        )
    for finding in findings:
        print(finding.line)
    failed = sum(1 for each in findings if each.level == "FAIL")
    warned = sum(1 for each in findings if each.level == "warn")
    print(f"{place.name}: {len(findings)} findings, {failed} to mend now, {warned} to look at")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
