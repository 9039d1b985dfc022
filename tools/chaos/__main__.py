"""`./peyvand chaos --faults N --seed S --json FILE`: a campaign on a bench of its own; 0 when nothing deviates."""

import argparse
import json
import logging
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from tools.chaos.campaign import Campaign, Result, logs_of
from tools.chaos.faults import containers, deck
from tools.chaos.faults.bench import Fault
from tools.chaos.stack_world import stack_world
from tools.chaos.world import ROOT, World, world
from tools.demo.supervisor import Stopped, stop_signals
from tools.main import caller_path

TIERS: Mapping[str, tuple[Callable[[], AbstractContextManager[World]], Sequence[Fault]]] = {
    "T1": (world, deck.FAULTS),
    "T2": (stack_world, containers.FAULTS),
}
"""What is broken, and the kinds of faults that break it."""


def main(words: list[str]) -> int:
    """Run one campaign and say what it found."""
    parser = argparse.ArgumentParser(prog="peyvand chaos")
    parser.add_argument("--faults", type=int, default=150, help="how many faults are injected (default 150)")
    parser.add_argument(
        "--seed", type=int, default=None, help="which faults in which order (default: a new one, printed)"
    )
    parser.add_argument(
        "--tier",
        choices=TIERS,
        default="T1",
        help="T1: every process on a bench (default); T2: the stack in containers",
    )
    parser.add_argument("--json", type=caller_path, default=None, help="where the result is written")
    parser.add_argument("--rate", type=float, default=8.0, help="writes per second of the load (default 8)")
    parser.add_argument("--record", type=caller_path, default=None, help="append one line to this campaign.jsonl")
    parser.add_argument(
        "--keep", type=caller_path, default=None, help="copy logs and journal here when it is not green"
    )
    chosen = parser.parse_args(words)
    logging.getLogger("psycopg").setLevel(logging.ERROR)  # sessions are ended on purpose here
    seed = secrets.randbelow(1_000_000) if chosen.seed is None else chosen.seed
    print(f"chaos: {chosen.tier}, {chosen.faults} faults, seed {seed}", flush=True)
    place, kinds = TIERS[chosen.tier]
    began = time.monotonic()

    def say(line: str) -> None:
        print(f"[{time.monotonic() - began:6.1f} s] {line}", flush=True)

    try:
        with stop_signals(), place() as bench:
            say("the bench is up")
            result = Campaign(bench, faults=chosen.faults, seed=seed, rate=chosen.rate, say=say, kinds=kinds).run()
            if chosen.keep and not result.good:
                logs_of(bench, chosen.keep)
    except Stopped:
        return 130
    report(result, chosen.tier, chosen.json, chosen.record)
    return 0 if result.good else 1


def report(result: Result, tier: str, to: Path | None, record: Path | None) -> None:
    """Write and print what was found."""
    wire = result.wire()
    text = json.dumps(wire, ensure_ascii=False, indent=1)
    if to is not None:
        to.write_text(text + "\n")
    if record is not None:
        record.parent.mkdir(parents=True, exist_ok=True)
        with record.open("a") as file:
            file.write(json.dumps({"git": git_sha(), "tier": tier, **wire}, ensure_ascii=False) + "\n")
    for line in result.wire()["lines"]:  # type: ignore[attr-defined]
        print(f"  {line}")
    named = ("faults", "events", "lost", "duplicates", "wrong_cells", "unknown", "heal_p99_s", "seed")
    print(", ".join(f"{name} {wire[name]}" for name in named), flush=True)


def git_sha() -> str:
    """The commit that ran."""
    done = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
