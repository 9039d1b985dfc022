"""The whole demo stack: from the command to healthy when everything is there already, and what it holds idle."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tools.bench.measure import Finding, Row
from tools.bench.processes import pss_mb
from tools.bench.servers import Bench, wait_for
from tools.demo.children import die_with_parent
from tools.demo.site import ROOT
from tools.demo.state import LOOPBACK, free_port

MEMORY_MB, START_S = 1200, 30
SETTLE_S = 5.0
READY = ("registry/readyz", "reporting/readyz", "notifications/readyz", "mailbox/readyz")
ROWS = (
    Row("whole demo stack idle: memory (PSS)", "1.2 GB", 1, True),
    Row("start to healthy, warm", "30 s", 1, True),
)


def run(bench: Bench) -> list[Finding]:
    """The first start makes databases and is thrown away; each later one is timed and, once idle, weighed."""
    memory: list[float] = []
    starts: list[float] = []
    with tempfile.TemporaryDirectory(prefix="peyvand-bench-demo-") as folder:
        Path(folder).chmod(0o755)
        port = free_port(set())
        for number in range(min(bench.rounds, 3) + 1):
            with demo(Path(folder) / "state", port, cold=number == 0) as (seconds, pid):
                if number:
                    starts.append(seconds / START_S)
                    time.sleep(SETTLE_S)
                    memory.append(pss_mb(pid) / MEMORY_MB)
    notes = {"mb": [round(each * MEMORY_MB) for each in memory], "s": [round(each * START_S, 1) for each in starts]}
    return [Finding(ROWS[0], memory, notes), Finding(ROWS[1], starts)]


@contextmanager
def demo(state: Path, port: int, *, cold: bool) -> Iterator[tuple[float, int]]:
    """A running demo without the story's data: seconds until every door is healthy, and its first process."""
    words = ["-m", "tools.main", "demo", "--bare", "--state", str(state), "--port", str(port)]
    given = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    begin = time.monotonic()
    with (state.parent / "demo.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env={**given, "PYTHONPATH": str(ROOT)},
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
    try:
        wait_for(lambda: process.poll() is not None or healthy(port), 240 if cold else 120, "the demo")
        if process.poll() is not None:
            raise TimeoutError((state.parent / "demo.log").read_text()[-1000:])
        yield time.monotonic() - begin, process.pid
    finally:
        process.terminate()
        process.wait(60)


def healthy(port: int) -> bool:
    """Whether every service answers through the one door."""
    try:
        with httpx2.Client(timeout=3.0) as client:
            return all(client.get(f"http://{LOOPBACK}:{port}/{path}").status_code == 200 for path in READY)
    except httpx2.HTTPError:
        return False
