"""Runs the cases one after another, prints their table, writes the JSON file, and says by exit code what fails."""

import argparse
import json
import logging
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import structlog

from tools.bench import cases
from tools.bench.machine import describe, load
from tools.bench.measure import CountWrong, Finding
from tools.bench.servers import Bench, ServerDied, world
from tools.demo.postgres import PostgresUnavailable
from tools.demo.supervisor import Stopped, stop_signals
from tools.demo.valkey import ValkeyUnavailable


def line(finding: Finding) -> str:
    """A finding in one line."""
    row, sign = finding.row, "<=" if finding.row.lower_is_better else ">="
    verdict = "FAILS" if finding.failed else "misses" if finding.missed else "ok"
    span = f"{min(finding.ratios):.2f}-{max(finding.ratios):.2f}"
    return f"{verdict:6} {finding.ratio:8.2f} ({span}) goal {sign} {row.goal:g}  {row.name} / {row.against}"


def run_case(name: str, case: ModuleType, bench: Bench) -> tuple[list[dict[str, Any]], bool]:
    """Measure one case; returns its rows for the file and whether it failed."""
    begin, before = time.monotonic(), load()
    try:
        findings: list[Finding] = case.run(bench)
        bench.alive()
    except (CountWrong, ServerDied, TimeoutError) as error:
        print(f"BROKEN {name}: {error}", flush=True)
        return [{"name": row.name, "against": row.against, "goal": row.goal, "error": str(error)[:500],
                 "lower_is_better": row.lower_is_better, "ratio": None, "min": None, "max": None}
                for row in case.ROWS], True  # fmt: skip
    took = round(time.monotonic() - begin, 1)
    for finding in findings:
        print(f"{line(finding)}  [{took} s, load {before[0]}-{load()[0]}] {finding.notes}", flush=True)
    more = {"case": name, "seconds": took, "load": [before, load()]}
    return [{**finding.wire(), **more} for finding in findings], any(finding.failed for finding in findings)


def run(*, quick: bool, only: str, file: Path | None) -> int:
    """All cases, or one; returns 1 when one fails or is broken."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))  # rows, not the log
    chosen, rows, worst = cases.find(only), [], 0
    begin = time.monotonic()
    with world(quick=quick) as bench:
        about = describe(bench)
        for name, case in chosen.items():
            found, failed = run_case(name, case, bench)
            rows += found
            worst = max(worst, int(failed))
    report = {
        "cases": rows,
        "machine": about,
        "mode": "quick" if quick else "full",
        "date": datetime.now(UTC).date().isoformat(),
        "seconds": round(time.monotonic() - begin),
        "load": load(),
    }
    if file is not None:
        file.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    print(f"{len(rows)} rows in {report['seconds']} s", flush=True)
    return worst


def main(words: list[str], where: Path | None = None) -> int:
    """The command; `where` is the caller's folder, against which FILE is read."""
    from tools.main import caller_path

    where = where or caller_path("")
    parser = argparse.ArgumentParser(prog="peyvand bench")
    parser.add_argument("--quick", action="store_true", help="three short rounds instead of five")
    parser.add_argument("--only", default="", metavar="CASE", help=f"one of: {', '.join(cases.NAMES)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    given = parser.parse_args(words)
    try:
        with stop_signals():
            return run(quick=given.quick, only=given.only, file=where / given.json if given.json else None)
    except Stopped:
        return 130
    except (PostgresUnavailable, ValkeyUnavailable, LookupError) as error:
        print(f"peyvand: {error}", file=sys.stderr)
        return 1
