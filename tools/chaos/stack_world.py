"""The shipped stack in containers as a campaign sees it: tier T2 of the fault plan."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tools.chaos.world import ROOT, World
from tools.compose.stack import ComposeStack, StackFailed, the_stack
from tools.demo.state import free_port
from tools.operate.compose import StackKeeper

DOUBLED = ("registry-relay", "reporting-listener", "notifications-listener", "notifications-worker")
"""Run twice, as an operator may: one of each waits for, or shares with, the other."""


class StackWorld(World):
    """See World: through the gateway, databases as their administrator; parts are containers, nothing is proxied."""

    def __init__(self, stack: ComposeStack) -> None:
        self.compose = stack
        self.folder = stack.state.folder
        self.secrets = {"account": stack.state.secret("account")}

    def dsn(self, service: str) -> str:
        """See World."""
        return StackKeeper(self.compose).admin_url(f"peyvand_{service}")

    def url(self, service: str) -> str:
        """See World."""
        return f"{self.compose.url}/{service}"

    @property
    def links(self) -> list[str]:
        """None: containers speak to each other directly."""
        return []

    def kept_mail(self) -> Path:
        """A copy of what the mailbox in its container has kept so far."""
        return self.received(self.folder / "mailbox")

    def received(self, to: Path) -> Path:
        """The same, copied to a folder of the caller's."""
        to.mkdir(exist_ok=True)
        docker("cp", "-q", f"{self.containers('mailbox')[0]}:/var/lib/mailbox/.", str(to))
        return to

    def keep_logs(self, to: Path) -> None:
        """What every container wrote, in one file."""
        to.mkdir(parents=True, exist_ok=True)
        (to / "stack.log").write_text(self.compose.compose("logs", "--no-color", "--timestamps", capture=True))

    def containers(self, service: str) -> list[str]:
        """The names of the running containers of a service."""
        project = f"label=com.docker.compose.project={self.compose.project}"
        named = docker("ps", "--format", "{{.Names}}", "--filter", project, "--filter", label_of(service))
        return sorted(named.split())

    def pid(self, part: str) -> int | None:
        """The first process of the first running container of a service, as this machine numbers it."""
        found = self.containers(part)
        pid = int(docker("inspect", "-f", "{{.State.Pid}}", found[0])) if found else 0
        return pid or None

    def networks(self, container: str) -> dict[str, Any]:
        """The networks a container is on, with its names there."""
        found: dict[str, Any] = json.loads(docker("inspect", "-f", "{{json .NetworkSettings.Networks}}", container))
        return found


def label_of(service: str) -> str:
    """The engine's filter for a service's containers."""
    return f"label=com.docker.compose.service={service}"


def docker(*words: str) -> str:
    """The output of one order to the engine. Raises OSError when it refuses."""
    try:
        done = subprocess.run(["docker", *words], capture_output=True, text=True, check=False, timeout=120)
    except subprocess.TimeoutExpired as error:
        raise OSError(str(error)) from error
    if done.returncode != 0:
        raise OSError(done.stderr.strip()[-300:])
    return done.stdout


def peyvand(*words: str, within: float = 900.0) -> None:
    """One command of the operator. Raises StackFailed."""
    command = [sys.executable, "-m", "tools.main", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=within)
    if done.returncode != 0:
        raise StackFailed(done.stderr.strip()[-1500:])


@contextmanager
def stack_world(doubled: Sequence[str] = DOUBLED) -> Iterator[StackWorld]:
    """A stack of its own name, port and folder, removed at the end."""
    place = Path(tempfile.mkdtemp(prefix="peyvand-chaos-"))
    state = ("--state", str(place / "state"))
    try:
        peyvand("up", "--demo", *state, "--project", f"peyvand-chaos-{os.getpid()}", "--port", str(free_port(set())))
        peyvand("scale", *state, *(f"{name}=2" for name in doubled))
        yield StackWorld(the_stack(place / "state"))
    finally:
        peyvand("down", "--volumes", *state)
        shutil.rmtree(place, ignore_errors=True)
