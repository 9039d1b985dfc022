"""A whole demo in a folder of its own, for tests and for the story: start, look inside, kill a part, stop."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from tools.demo.accounts import Account
from tools.demo.children import die_with_parent

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "tools.demo")


class StackFailed(Exception):
    """The demo did not come up, or a part did not come back."""


class Stack:
    """A running demo seen from outside: what `running.json` in its state folder says."""

    def __init__(self, state_dir: Path, process: "subprocess.Popen[bytes]") -> None:
        self.state_dir = state_dir
        self.process = process

    def _running(self) -> dict[str, Any]:
        try:
            return cast(dict[str, Any], json.loads((self.state_dir / "running.json").read_text()))
        except FileNotFoundError:
            return {}

    @property
    def url(self) -> str:
        """The one URL, without a slash at its end."""
        return str(self._running()["url"])

    @property
    def urls(self) -> dict[str, str]:
        """Each service's public address by name, and `mailbox`."""
        return {name: f"{self.url}/{name}" for name in ("registry", "reporting", "notifications", "mailbox")}

    @property
    def mailbox(self) -> str:
        """The address of the mailbox."""
        return f"{self.url}/mailbox"

    @property
    def accounts(self) -> list[Account]:
        """Who can sign in; the first one may do everything at headquarters."""
        return [Account(**entry) for entry in self._running()["accounts"]]

    @property
    def pids(self) -> dict[str, int]:
        """The process id of each part by its name: postgres, valkey, registry-web, registry-work, …"""
        return {name: child["pid"] for name, child in self._running().get("children", {}).items()}

    @property
    def ports(self) -> dict[str, int]:
        """The loopback ports of the services themselves, behind the proxy."""
        return dict(self._running()["ports"])

    @property
    def ready(self) -> bool:
        """Whether everything is up."""
        return bool(self._running().get("ready"))

    def kill(self, name: str, sig: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal to a part; returns its process id."""
        pid = self.pids[name]
        os.kill(pid, sig)
        return pid

    def restart(self, name: str, within: float = 60.0) -> None:
        """kill -9 a part and wait until the supervisor has started it again."""
        old = self.kill(name)
        self.wait_for(lambda: self.pids.get(name, old) != old, f"{name} to come back", within)

    def wait_for(self, question: Callable[[], bool], what: str, within: float) -> None:
        """Until the question is answered with yes; raises StackFailed after `within` seconds."""
        until = time.monotonic() + within
        while not question():
            if time.monotonic() > until:
                raise StackFailed(f"waited {within:.0f} s for {what}")
            if self.process.poll() is not None:
                raise StackFailed(f"the demo ended ({self.process.returncode}) while waiting for {what}")
            time.sleep(0.05)

    def stop(self) -> int:
        """Ask the supervisor to end; returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@contextmanager
def stack(
    state_dir: Path, *, command: Sequence[str] = COMMAND, options: Sequence[str] = ("--bare",), within: float = 180.0
) -> Iterator[Stack]:
    """Start a demo on this state folder and stop it at the end. The progress goes to this process's stderr unless the
    options say --quiet. Call it from a thread that lives as long as the demo: the demo dies with it."""
    process = subprocess.Popen(
        [*command, "--state", str(state_dir), *options],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )
    running = Stack(state_dir, process)
    try:
        running.wait_for(lambda: running.ready, "the demo to be ready", within)
        yield running
    finally:
        running.stop()
