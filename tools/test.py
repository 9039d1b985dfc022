"""./peyvand test: servers of its own, the linters, then every test in one pytest run whose summary is the last word."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tools.demo.children import Watch
from tools.demo.postgres import Postgres, PostgresUnavailable
from tools.demo.state import free_port
from tools.demo.supervisor import Stopped, stop_signals
from tools.demo.valkey import Valkey, ValkeyUnavailable
from tools.lint import ROOT, run_stages

QUICK = ("architecture", "unit", "contract", "integration")
SLOW = ("containers", "security", "e2e", "browser", "chaos")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PASSWORD = "only-for-tests"
NO_TESTS = 5  # pytest's exit code when a folder is empty


class BrowserMissing(Exception):
    """No browser here; the message says how to get one."""


def find_browser() -> str:
    """A Chromium on this machine; installs Debian's when we may. Raises BrowserMissing."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found:
        return found
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise BrowserMissing("the browser tests need Chromium; on Debian: sudo apt-get install chromium")
    print("installing Chromium from the system's packages", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"]
    for command in (["apt-get", "update", "-qq"], install):
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, env=environment)
    found = shutil.which("chromium")
    if not found:
        raise BrowserMissing("Chromium could not be installed; try: apt-get install chromium")
    return found


@contextmanager
def servers() -> Iterator[Mapping[str, str]]:
    """PostgreSQL and Valkey for one test run, as the environment tests/support reads; nothing of them is left behind.
    Where PEYVAND_TEST_ADMIN_URL and PEYVAND_TEST_REDIS_URL are set, those servers are used."""
    given = {
        name: os.environ[name] for name in ("PEYVAND_TEST_ADMIN_URL", "PEYVAND_TEST_REDIS_URL") if name in os.environ
    }
    if len(given) == 2:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="peyvand-test-"))
    postgres = Postgres(folder / "postgres", free_port(set()), PASSWORD, hasty=True)
    valkey = Valkey(folder / "valkey", free_port({postgres.port}), PASSWORD)
    watch = Watch(folder / "logs", lambda: None, lambda line: print(line, flush=True))
    try:
        postgres.prepare()
        recipes = [postgres.recipe(), valkey.recipe()]
        for recipe in recipes:
            watch.start(recipe)
        until = time.monotonic() + 60
        while not all(recipe.ready() for recipe in recipes):
            if time.monotonic() > until:
                raise PostgresUnavailable(watch.last_words("postgres") + watch.last_words("valkey"))
            time.sleep(0.1)
        yield {"PEYVAND_TEST_ADMIN_URL": postgres.url, "PEYVAND_TEST_REDIS_URL": valkey.url(0)}
    finally:
        watch.stop(list(watch.children))
        shutil.rmtree(folder, ignore_errors=True)


def run_pytest(folders: list[str], environment: Mapping[str, str], words: list[str]) -> int:
    """All folders in one run."""
    paths = [f"tests/{name}" for name in folders if any((ROOT / "tests" / name).rglob("test_*.py"))]
    spread = ["-n", os.environ.get("PEYVAND_TEST_WORKERS", "2"), "--dist", "load", "-p", "tools.pytest_groups"]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--import-mode=importlib",
        "-q",
        "--durations=5",
        *spread,
        *words,
        *paths,
    ]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})
    try:
        return process.wait()
    finally:
        process.terminate()
        process.wait()


def run(*, quick: bool, drills: bool, words: list[str]) -> int:
    """The linters, then the tests; what failed before the tests is said before them."""
    environment = {} if quick else {"PEYVAND_CHROMIUM": find_browser()}
    with preparing(quick=quick), servers() as addresses:
        failed = run_stages()
        if failed:
            print(f"failed before the tests: {', '.join(failed)}", flush=True)
        chosen = [*words, *(() if drills else ("-m", "not drill"))]
        code = run_pytest([*QUICK, *(() if quick else SLOW)], {**environment, **addresses}, chosen)
    return code or (1 if failed else 0)


@contextmanager
def preparing(*, quick: bool) -> Iterator[None]:
    """Container engine and images are made ready beside the linters and the first tests; who needs them waits."""
    if quick:
        yield
        return
    process = subprocess.Popen([sys.executable, "-m", "tools.compose.prepare"], cwd=ROOT)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def main(words: list[str]) -> int:
    """`words` that are not ours go to pytest."""
    parser = argparse.ArgumentParser(prog="peyvand test")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--drills", action="store_true", help="the operators' long exercises as well")
    chosen, rest = parser.parse_known_args(words)
    try:
        with stop_signals():
            return run(quick=chosen.quick, drills=chosen.drills, words=rest)
    except Stopped:
        return 130
    except (BrowserMissing, PostgresUnavailable, ValkeyUnavailable) as error:
        print(f"peyvand: {error}", file=sys.stderr)
        return 1
