"""Runs schemathesis against a served application and reads what it has seen."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = Path(sys.executable).with_name("st")
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "missing_required_header", "unsupported_method", "ignored_auth",
)  # fmt: skip
"""Not among them: `positive_data_acceptance` (no schema says that a meeting ends after it begins) and
`negative_data_rejection` (we listen tolerantly: "5" is a number to us, and a day may be typed in two calendars)."""
CONFIG = """
[checks.missing_required_header]
expected-statuses = [400, 401, 403, 404, 409, 411, 415, 422, 428, 429]
"""
CLOCK = "/operator/v1/clock"
ELSEWHERE = {400, 401, 403, 404, 422, 428}
"""`GET /v1/schools/batch` is the question for a school called batch: refused, but not with 405."""


@dataclass
class Volley:
    """What came of one run: answers by status, failed checks in words, operations by what they ever answered.

    `opened` let something in; `found` answered anything but 404 to a well-formed request.
    """

    cases: int = 0
    status: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)
    found: set[str] = field(default_factory=set)

    def join(self, other: "Volley") -> None:
        """Add what another run has seen."""
        self.cases += other.cases
        self.status += other.status
        self.failures += other.failures
        for mine, theirs in ((self.asked, other.asked), (self.opened, other.opened), (self.found, other.found)):
            mine |= theirs

    @property
    def served(self) -> float:
        """The share of answers that let the request in."""
        return sum(n for status, n in self.status.items() if 200 <= status < 300) / max(1, self.cases)


def fire(
    url: str, folder: Path, *, who: str, token: str | None, known: Mapping[str, Sequence[str]], words: Sequence[str]
) -> Volley:
    """One run over the whole document, or over what `words` select."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "schemathesis.toml").write_text(CONFIG)
    report = folder / "report.ndjson"
    options = ["--checks", ",".join(CHECKS), "--no-shrink", "--continue-on-failure", "--seed", "1399", "--no-color"]
    options += ["--generation-database", "none", "--suppress-health-check", "all", "--output-sanitize", "false"]
    options += ["--report", "ndjson", "--report-ndjson-path", str(report), "--request-timeout", "30"]
    if token:
        options += ["-H", f"Authorization: Bearer {token}"]
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.security.fuzz.hooks",
        "PEYVAND_FUZZ_KNOWN": json.dumps(known),
    }  # fmt: skip
    command = [str(PROGRAM), "run", f"{url}/openapi.json", *options, *words]
    with (folder / "out.txt").open("wb") as out:
        subprocess.run(command, cwd=folder, env=environment, stdout=out, stderr=subprocess.STDOUT, check=False)
    if not report.exists():
        raise AssertionError((folder / "out.txt").read_text()[-3000:])
    volley = Volley()
    for line in report.read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        if "ScenarioFinished" in event:
            _read(event["ScenarioFinished"]["recorder"], volley, who)
    return volley


def _read(recorder: dict[str, Any], volley: Volley, who: str) -> None:
    """Every answer of one scenario, and every check that was not content."""
    label = recorder["label"]
    for case, seen in recorder.get("interactions", {}).items():
        status = (seen.get("response") or {}).get("status_code") or 599
        volley.cases += 1
        volley.status[status] += 1
        volley.asked.add(label)
        request = f"{seen['request']['method']} {seen['request']['uri'][:160]}"
        if 200 <= status < 300:
            volley.opened.add(label)
        if status in (200, 201, 202, 204, 409, 412):
            volley.found.add(label)
        if status >= 500:
            volley.failures.append(f"{who}: {status} {request}")
        for check in recorder.get("checks", {}).get(case, []):
            name = check["name"]
            excused = name == "unsupported_method" and status in ELSEWHERE
            if check["status"] != "success" and not excused:
                volley.failures.append(f"{who}: {name} {status} {request}")
