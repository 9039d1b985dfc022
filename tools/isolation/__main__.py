"""./peyvand isolation: start everything, enter 31 provinces, ask at random as 62 users, and count foreign bytes."""

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tools.demo.stack import Stack, StackFailed, stack
from tools.isolation.canaries import province_codes
from tools.isolation.doors import SERVICES, Door, all_doors
from tools.isolation.running import Findings, run
from tools.isolation.world import World, enter_world
from tools.main import caller_path
from tools.story.api import Refusal

USUAL, FULL = 20_000, 100_000
LEAST_SERVED = 0.3
"""Below this share of 2xx answers the run has mostly looked at refusals."""


def say(line: str) -> None:
    """One line of progress at once."""
    print(line, flush=True)


def urls_of(running: Stack) -> dict[str, str]:
    """The direct addresses of the three services of a running stack."""
    return {service: f"http://127.0.0.1:{running.ports[service]}" for service in SERVICES}


def settle(running: Stack) -> World:
    """Fill a bare stack with 31 provinces."""
    first = running.accounts[0]
    return enter_world(running.url, first.login, first.password, say)


def objections(found: Findings, world: World, doors: Sequence[Door]) -> list[str]:
    """What makes a run fail: a leak, a fault, or an oracle that has seen too little to be believed."""
    provinces, users = len(province_codes()), len(world.users) - 1
    errors = sum(count for status, count in found.status.items() if status >= 500)
    checks = {
        f"{found.foreign_bytes} bytes of other provinces were seen": found.foreign_bytes > 0,
        f"{errors} server errors": errors > 0,
        f"only {len(found.doors)} of {len(doors)} operations were asked": len(found.doors) < len(doors),
        f"only {len(found.users_with_own)} of {users} users saw their own words": len(found.users_with_own) < users,
        f"headquarters saw the words of {len(found.watched)} of {provinces} provinces": len(found.watched) < provinces,
        f"only {found.served:.0%} of the answers let anybody in": found.served < LEAST_SERVED,
    }
    return [words for words, failed in checks.items() if failed]


def main(words: list[str]) -> int:
    """0 when nothing of a neighbour was seen and the run has looked at enough."""
    parser = argparse.ArgumentParser(prog="peyvand isolation")
    parser.add_argument("--full", action="store_true", help=f"{FULL} requests instead of {USUAL}")
    parser.add_argument("--requests", type=int, default=None, help="this many requests")
    parser.add_argument("--seed", type=int, default=None, help="repeat a run")
    parser.add_argument("--json", type=caller_path, default=None, help="write the findings to this file")
    chosen = parser.parse_args(words)
    seed = chosen.seed if chosen.seed is not None else random.randrange(1_000_000)
    requests = chosen.requests or (FULL if chosen.full else USUAL)
    say(f"{requests} requests, seed {seed}")
    try:
        with (
            tempfile.TemporaryDirectory(prefix="peyvand-isolation-") as folder,
            stack(Path(folder) / "state", options=("--bare", "--quiet")) as running,
        ):
            world, doors = settle(running), all_doors()
            found = run(urls_of(running), world, doors, requests=requests, seed=seed, tell=say)
    except (StackFailed, Refusal) as error:
        print(f"peyvand: the run could not be set up: {error}", file=sys.stderr)
        return 1
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(found.wire(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return report(found, objections(found, world, doors))


def report(found: Findings, wrong: Sequence[str]) -> int:
    """Say what was seen; returns the exit code."""
    wire = found.wire()
    for leak in wire["leaks"]:
        say(f"LEAK {leak['province']} → {leak['user']} ({leak['role']}): {leak['door']} {leak['target']}")
    for fault in wire["faults"]:
        say(f"FAULT {fault}")
    say(", ".join(f"{name} {wire[name]}" for name in wire if name not in ("leaks", "faults", "status")))
    say("status " + ", ".join(f"{code}: {count}" for code, count in wire["status"].items()))
    for words in wrong:
        say(f"FAILED: {words}")
    say(f"{found.foreign_bytes} foreign bytes in {found.requests} requests")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
