"""A Redis of a test's own, configured as the test wants it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.wait import eventually
from tools.demo.state import LOOPBACK, free_port
from tools.demo.valkey import answers, server

PASSWORD = "only-for-tests"


@contextmanager
def own_valkey(folder: Path, *, policy: str = "noeviction", port: int = 0) -> Iterator[str]:
    """A running server; its address. `port`: of one that ran before, to come back in its place."""
    port = port or free_port(set())
    words = ["--port", str(port), "--bind", LOOPBACK, "--requirepass", PASSWORD, "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(
        [server(), *words, "--maxmemory", "64mb", "--maxmemory-policy", policy],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"redis://:{PASSWORD}@{LOOPBACK}:{port}/0"
    try:
        eventually(lambda: answers(url), within=10)
        yield url
    finally:
        process.terminate()
        process.wait(10)
