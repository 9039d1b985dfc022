"""The shipped stack in containers as a campaign sees it: tier T2 of the fault plan."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tools.chaos.world import World
from tools.compose.commands import bring_up, introduce, make_ready, scale_words
from tools.compose.stack import ComposeStack, the_stack
from tools.demo.state import free_port
from tools.operate.compose import StackKeeper
from tools.operate.roll import containers, docker

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
        return sorted(each.name for each in containers(self.compose.project, service))

    def pid(self, part: str) -> int | None:
        """The first process of the first running container of a service, as this machine numbers it."""
        found = self.containers(part)
        pid = int(docker("inspect", "-f", "{{.State.Pid}}", found[0])) if found else 0
        return pid or None

    def networks(self, container: str) -> dict[str, Any]:
        """The networks a container is on, with its names there."""
        found: dict[str, Any] = json.loads(docker("inspect", "-f", "{{json .NetworkSettings.Networks}}", container))
        return found


@contextmanager
def stack_world(doubled: Sequence[str] = DOUBLED) -> Iterator[StackWorld]:
    """A stack of its own name, port and folder, removed at the end."""
    place = Path(tempfile.mkdtemp(prefix="peyvand-chaos-"))
    stack = the_stack(place / "state")
    try:
        make_ready(stack, profile="all", demo=True, port=free_port(set()), project=f"peyvand-chaos-{os.getpid()}")
        bring_up(stack, *scale_words(dict.fromkeys(doubled, 2)))
        introduce(stack, profile="all")
        yield StackWorld(stack)
    finally:
        stack.compose("down", "--volumes", capture=True, check=False)
        shutil.rmtree(place, ignore_errors=True)
