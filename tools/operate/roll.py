"""./peyvand roll: each container is renewed by a younger twin, so that nobody notices (delivery promises, 3.10).

Compose itself stops first and starts afterwards. Here one more is started, has to be healthy, and only then the oldest
is asked to leave: it is not ready any more, the gateway turns away from it, it drains and ends with 0.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tools.operate.place import CALLER, Unfit, stack_of

HEALTHY_WITHIN_S = 120.0
LEAVE_WITHIN_S = 45
Say = Callable[[str], None]


class RollStopped(Exception):
    """A service could not be renewed; everything that ran before still runs. The message says what to look at."""


class Stack(Protocol):
    """A compose project."""

    project: str

    def compose(self, *words: str) -> str:
        """Run `docker compose …` for this project; its output. Raises subprocess.CalledProcessError."""
        ...

    def rollable(self) -> Sequence[str]:
        """The services of ours in the order of a roll-out: readers before the feeds they read, web processes last."""
        ...


@dataclass(frozen=True)
class Container:
    """One container of a service."""

    id: str
    name: str
    created: str
    running: bool
    health: str


def docker(*words: str) -> str:
    """The output of one docker command."""
    return subprocess.run(["docker", *words], check=True, capture_output=True, text=True).stdout


def containers(project: str, service: str) -> list[Container]:
    """The running containers of a service, the oldest first."""
    labels = [f"label=com.docker.compose.project={project}", f"label=com.docker.compose.service={service}"]
    ids = docker("ps", "-q", "--no-trunc", *(word for label in labels for word in ("--filter", label))).split()
    found: list[dict[str, Any]] = json.loads(docker("inspect", *ids)) if ids else []
    listed = [
        Container(
            each["Id"],
            each["Name"].lstrip("/"),
            each["Created"],
            bool(each["State"]["Running"]),
            str(each["State"].get("Health", {}).get("Status", "none")),
        )
        for each in found
    ]
    return sorted(listed, key=lambda each: each.created)


def roll(stack: Stack, services: Sequence[str], *, say: Say = print) -> None:
    """Renew every container of these services, one after the other; raises RollStopped."""
    for service in services:
        began, olds = time.monotonic(), containers(stack.project, service)
        if not olds:
            raise RollStopped(f"{service} does not run; start it with ./peyvand up")
        for old in olds:
            _renew(stack, service, old, count=len(olds))
        say(f"{service}: {len(olds)} renewed in {time.monotonic() - began:.1f} s")


def _renew(stack: Stack, service: str, old: Container, *, count: int) -> None:
    known = {each.id for each in containers(stack.project, service)}
    stack.compose("up", "-d", "--no-deps", "--no-recreate", "--scale", f"{service}={count + 1}", service)
    fresh = next((each for each in containers(stack.project, service) if each.id not in known), None)
    if fresh is None:
        raise RollStopped(f"no younger {service} was started; look at ./peyvand logs {service}")
    if not _becomes_healthy(stack.project, service, fresh.id):
        docker("rm", "-f", fresh.id)
        raise RollStopped(
            f"the younger {service} did not become healthy within {HEALTHY_WITHIN_S:.0f} s and was taken away; "
            f"the old one goes on. Look at its image and settings, then roll again"
        )
    docker("stop", "-t", str(LEAVE_WITHIN_S), old.id)
    code = int(docker("inspect", "-f", "{{.State.ExitCode}}", old.id))
    if code != 0:
        raise RollStopped(f"{old.name} ended with {code} instead of 0; its last words: docker logs {old.name}")
    docker("rm", old.id)


def _becomes_healthy(project: str, service: str, wanted: str) -> bool:
    until = time.monotonic() + HEALTHY_WITHIN_S
    while time.monotonic() < until:
        state = next((each for each in containers(project, service) if each.id == wanted), None)
        if state is not None and state.health in ("healthy", "none"):
            return True
        time.sleep(0.5)
    return False


def main(words: list[str]) -> int:
    """Renew what was named, or everything of ours."""
    parser = argparse.ArgumentParser(prog="peyvand roll")
    parser.add_argument("services", nargs="*", help="services to renew (default: all of ours)")
    parser.add_argument("--state", type=lambda word: CALLER / word, default=None, help="state folder of up")
    chosen = parser.parse_args(words)
    try:
        stack = stack_of(chosen.state)
        unknown = sorted(set(chosen.services) - set(stack.rollable()))
        if unknown:
            raise Unfit(f"no such service: {unknown[0]}; there are {', '.join(stack.rollable())}")
        roll(stack, chosen.services or stack.rollable())
    except (Unfit, RollStopped) as error:
        print(f"peyvand: {error}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        said = (error.stderr or "").strip().splitlines()
        print(f"peyvand: {said[-1] if said else error}", file=sys.stderr)
        return 1
    return 0
