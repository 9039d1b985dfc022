"""A stack in containers of a test's own, and the same stack as the load of the fault bench sees a bench."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from testcontainers.compose import DockerCompose

from tools.chaos import stack_world
from tools.chaos.stage import AUDIT
from tools.compose.commands import complain, introduce, make_ready
from tools.compose.stack import FILE, ComposeStack, the_stack
from tools.demo.state import free_port

ROOT = Path(__file__).resolve().parents[2]


def peyvand(
    *words: str, passphrase: str = "", given: Mapping[str, str] | None = None, within: float = 600.0
) -> "subprocess.CompletedProcess[str]":
    """One command of the operator, with what is `given` in the environment besides."""
    environment = {**os.environ, **(given or {}), **({"PEYVAND_BACKUP_PASSPHRASE": passphrase} if passphrase else {})}
    command = [sys.executable, "-m", "tools.main", *words]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=within
    )


@contextmanager
def own_stack(folder: Path, project: str) -> Iterator[ComposeStack]:
    """The shipped compose file under a name of its own, with the demo's clock and mailbox; gone afterwards.

    What `./peyvand up` prepares, testcontainers starts: each part has to be healthy by its own check.
    """
    stack = the_stack(folder)
    make_ready(stack, profile="all", demo=True, port=free_port(set()), project=project)
    given = folder / "compose.env"
    given.write_text("".join(f"{name}='{value}'\n" for name, value in stack.environment().items()))
    compose = DockerCompose(FILE.parent, FILE.name, pull=False, build=False, wait=True, env_file=str(given))
    try:
        try:
            compose.start()
        except subprocess.CalledProcessError:
            complain(stack)
        introduce(stack, profile="all")
        yield stack
    finally:
        compose.stop()


@contextmanager
def operators_stack(
    folder: Path, project: str, *more: str, given: Mapping[str, str] | None = None
) -> Iterator[ComposeStack]:
    """The same by the operator's own hand: `./peyvand up --demo` and `./peyvand down --volumes`."""
    words = ("--state", str(folder), "--project", project, "--port", str(free_port(set())))
    done = peyvand("up", "--demo", *words, *more, given=given)
    try:
        assert done.returncode == 0, done.stderr
        yield the_stack(folder)
    finally:
        peyvand("down", "--volumes", "--state", str(folder))


class StackWorld(stack_world.StackWorld):
    """The stack of a test, without the bench's audit: its tables belong to nobody a migration knows."""

    def sql(self, service: str, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """See World."""
        return [] if statement == AUDIT else super().sql(service, statement, *values)
