"""python -m tools.bench.table FILE: the figures of a run as the table of the README."""

import json
import sys
from pathlib import Path
from typing import Any


def table(report: dict[str, Any]) -> str:
    """Markdown with the date and the size of the machine."""
    machine = report["machine"]
    lines = [
        f"Measured on {report['date']} with {machine['cpus']} processors and {machine['memory_gib']} GiB "
        f"({report['mode']} run, {report['seconds']} s; load at the end {report['load'][0]}).",
        "",
        "| case | against | measured (min–max) | goal | |",
        "|---|---|---|---|---|",
        *(row(case) for case in report["cases"]),
    ]
    return "\n".join(lines)


def row(case: dict[str, Any]) -> str:
    """One case."""
    goal = f"{'≤' if case['lower_is_better'] else '≥'} {case['goal']:g}"
    if case["ratio"] is None:
        return f"| {case['name']} | {case['against']} | not measured | {goal} | broken |"
    verdict = "fails" if case["failed"] else "misses" if case["missed"] else "holds"
    seen = f"{case['ratio']:.2f} ({case['min']:.2f}–{case['max']:.2f})"
    return f"| {case['name']} | {case['against']} | {seen} | {goal} | {verdict} |"


if __name__ == "__main__":
    print(table(json.loads(Path(sys.argv[1]).read_text())))
