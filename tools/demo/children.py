"""Child processes that die with their parent, and the watch that starts a dead one again."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
SETTLED_AFTER = 20.0  # seconds of life after which a child's next death counts as its first
LOG_LIMIT = 5_000_000
_libc = ctypes.CDLL(None, use_errno=True)


class ChildFailed(Exception):
    """A one-off child ended with an error."""


@dataclass(frozen=True)
class Recipe:
    """How one process is started. `death` is the signal the kernel sends it when the supervisor is gone."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    directory: Path
    ready: Callable[[], bool]
    stop: signal.Signals = signal.SIGTERM
    death: signal.Signals = signal.SIGKILL
    patience: float = 10.0  # seconds between the polite signal and SIGKILL


@dataclass
class Child:
    """A running process of a recipe and the history its backoff needs."""

    recipe: Recipe
    process: subprocess.Popen[bytes]
    started: float
    deaths: int = 0
    restarts: int = 0
    wait_until: float = field(default=0.0)


def die_with_parent(sig: signal.Signals) -> Callable[[], None]:
    """A function to run in the new process before exec. Works only when the spawning thread outlives the child."""
    parent = os.getpid()

    def prepare() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(sig), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def spawn(recipe: Recipe, log: Path) -> subprocess.Popen[bytes]:
    """Start a recipe in its own session, with its output in `log`."""
    fresh = not log.exists() or log.stat().st_size > LOG_LIMIT
    with log.open("wb" if fresh else "ab") as output:
        return subprocess.Popen(
            list(recipe.command),
            env=dict(recipe.environment),
            cwd=recipe.directory,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent(recipe.death),
        )


def run_all(commands: Mapping[str, Sequence[str]], environments: Mapping[str, Mapping[str, str]], root: Path) -> str:
    """Run one-off commands side by side; returns their output; raises ChildFailed with that of a failure."""
    running = {
        name: subprocess.Popen(
            list(command),
            env=dict(environments[name]),
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )
        for name, command in commands.items()
    }
    outputs = {name: process.communicate()[0].decode(errors="replace") for name, process in running.items()}
    for name, process in running.items():
        if process.returncode != 0:
            raise ChildFailed(f"{' '.join(commands[name])} ended with {process.returncode}:\n{outputs[name][-4000:]}")
    return "".join(outputs.values())


class Watch:
    """Keeps children alive: a dead one starts again after a pause that grows from 0.2 to 10 seconds."""

    def __init__(self, logs: Path, changed: Callable[[], None], say: Callable[[str], None]) -> None:
        self.logs = logs
        self.children: dict[str, Child] = {}
        self._changed = changed
        self._say = say

    def start(self, recipe: Recipe) -> None:
        """Start a child and watch it from now on."""
        self.logs.mkdir(parents=True, exist_ok=True)
        process = spawn(recipe, self.logs / f"{recipe.name}.log")
        self.children[recipe.name] = Child(recipe, process, time.monotonic())
        self._changed()

    def turn(self) -> None:
        """Look at each child once; never blocks."""
        now = time.monotonic()
        for child in self.children.values():
            if child.process.poll() is None:
                if child.deaths and now - child.started > SETTLED_AFTER:
                    child.deaths = 0
            elif child.wait_until == 0.0:
                pause = min(10.0, 0.2 * 2**child.deaths)
                child.deaths += 1
                child.wait_until = now + pause
                reason = child.process.returncode
                self._say(f"{child.recipe.name} ended ({reason}); it starts again in {pause:.1f} s")
            elif now >= child.wait_until:
                child.process = spawn(child.recipe, self.logs / f"{child.recipe.name}.log")
                child.started, child.wait_until = now, 0.0
                child.restarts += 1
                self._changed()

    def last_words(self, name: str, size: int = 2000) -> str:
        """The end of a child's log, for a message."""
        try:
            return (self.logs / f"{name}.log").read_bytes()[-size:].decode(errors="replace")
        except FileNotFoundError:
            return ""

    def stop(self, names: Sequence[str]) -> None:
        """Stop these children together: the polite signal, then SIGKILL to their whole session."""
        chosen = [self.children.pop(name) for name in names if name in self.children]
        for child in chosen:
            if child.process.poll() is None:
                child.process.send_signal(child.recipe.stop)
        for child in chosen:
            try:
                child.process.wait(child.recipe.patience)
            except subprocess.TimeoutExpired:
                self._say(f"{child.recipe.name} did not stop within {child.recipe.patience:.0f} s and was killed")
                kill_session(child.process.pid)
                child.process.wait()
        self._changed()


def kill_session(pid: int) -> None:
    """SIGKILL to a child and whatever it started in its process group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
