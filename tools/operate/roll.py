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

from tools.compose.stack import StackFailed
from tools.operate.errors import Unfit
from tools.operate.place import CALLER, stack_of

HEALTHY_WITHIN_S = 120.0
LEAVE_WITHIN_S = 45
Say = Callable[[str], None]


class RollStopped(Exception):
    """A service could not be renewed; everything that ran before still runs. The message says what to look at."""


class Stack(Protocol):
    """A compose project."""

    project: str

    def compose(self, *words: str) -> str:
        """Run `docker compose …` for this project; its output. Raises StackFailed."""
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
    return sorted(looked_at(ids), key=lambda each: each.created)


def looked_at(ids: Sequence[str]) -> list[Container]:
    """These containers as they are now."""
    found: list[dict[str, Any]] = json.loads(docker("inspect", *ids)) if ids else []
    return [
        Container(
            each["Id"],
            each["Name"].lstrip("/"),
            each["Created"],
            bool(each["State"]["Running"]),
            str(each["State"].get("Health", {}).get("Status", "none")),
        )
        for each in found
    ]


def stages(services: Sequence[str]) -> list[list[str]]:
    """What is renewed together: the background parts of one service at once, web processes one by one."""
    found: list[list[str]] = []
    for service in services:
        family = service.split("-")[0]
        together = not service.endswith("-api") and found and found[-1][0].split("-")[0] == family
        if together and not found[-1][0].endswith("-api"):
            found[-1].append(service)
        else:
            found.append([service])
    return found


def roll(stack: Stack, services: Sequence[str], *, patience_s: float = HEALTHY_WITHIN_S, say: Say = print) -> None:
    """Renew every container of these services, the oldest of each first; raises RollStopped."""
    for stage in stages(services):
        began = time.monotonic()
        olds = {service: containers(stack.project, service) for service in stage}
        down = [service for service, found in olds.items() if not found]
        if down:
            raise RollStopped(f"{down[0]} does not run; start it with ./peyvand up")
        for turn in range(max(len(found) for found in olds.values())):
            _renew(stack, {service: found for service, found in olds.items() if turn < len(found)}, turn, patience_s)
        say(f"{', '.join(stage)}: renewed in {time.monotonic() - began:.1f} s")


def _renew(stack: Stack, olds: dict[str, list[Container]], turn: int, patience_s: float) -> None:
    """One younger twin for the oldest container left of each service, then the old ones leave together."""
    known = {each.id for service in olds for each in containers(stack.project, service)}
    scaled = [word for service, found in olds.items() for word in ("--scale", f"{service}={len(found) + 1}")]
    stack.compose("up", "--detach", "--no-build", "--no-deps", "--no-recreate", *scaled, *olds)
    fresh = {
        each.id: service for service in olds for each in containers(stack.project, service) if each.id not in known
    }
    sick = _not_healthy(list(fresh), patience_s)
    if sick or len(fresh) < len(olds):
        if fresh:
            docker("rm", "-f", *fresh)
        name = fresh[sick[0]] if sick else next(service for service in olds if service not in fresh.values())
        raise RollStopped(
            f"the younger {name} did not become healthy within {patience_s:.0f} s and was taken away; "
            f"the old one goes on. Look at its image and settings (docker logs), then roll again"
        )
    leaving = [found[turn] for found in olds.values()]
    docker("stop", "-t", str(LEAVE_WITHIN_S), *(each.id for each in leaving))
    for each in leaving:
        code = int(docker("inspect", "-f", "{{.State.ExitCode}}", each.id))
        if code != 0:
            raise RollStopped(f"{each.name} ended with {code} instead of 0; its last words: docker logs {each.name}")
    docker("rm", *(each.id for each in leaving))


def _not_healthy(fresh: list[str], patience_s: float) -> list[str]:
    """Ids of those that are not healthy when the time is over."""
    until = time.monotonic() + patience_s
    while True:
        well = {each.id for each in looked_at(fresh) if each.running and each.health in ("healthy", "none")}
        if well >= set(fresh) or time.monotonic() > until:
            return [each for each in fresh if each not in well]
        time.sleep(0.5)


def main(words: list[str]) -> int:
    """Renew what was named, or everything of ours."""
    parser = argparse.ArgumentParser(prog="peyvand roll")
    parser.add_argument("services", nargs="*", help="services to renew (default: all of ours)")
    parser.add_argument("--state", type=lambda word: CALLER / word, default=None, help="state folder of up")
    parser.add_argument("--patience", type=float, default=HEALTHY_WITHIN_S, help="seconds a twin has to become healthy")
    chosen = parser.parse_args(words)
    try:
        stack = stack_of(chosen.state)
        unknown = sorted(set(chosen.services) - set(stack.rollable()))
        if unknown:
            raise Unfit(f"no such service: {unknown[0]}; there are {', '.join(stack.rollable())}")
        roll(stack, chosen.services or stack.rollable(), patience_s=chosen.patience)
    except (Unfit, RollStopped, StackFailed) as error:
        print(f"peyvand: {error}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        said = (error.stderr or "").strip().splitlines()
        print(f"peyvand: {said[-1] if said else error}", file=sys.stderr)
        return 1
    return 0
