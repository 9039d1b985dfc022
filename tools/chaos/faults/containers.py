"""Faults of the shipped stack: killed, frozen, cut off, taken away; restart policies bring ours back (T2)."""

import os
import random
import signal
from collections.abc import Callable
from typing import cast

from tools.chaos.faults import database
from tools.chaos.faults.bench import Bench, Fault, age, gone
from tools.chaos.stack_world import StackWorld
from tools.chaos.world import wait_for
from tools.operate.roll import containers, docker

Run = Callable[[Bench, random.Random], bool]
LIVED_S = 3.0
BACK_WITHIN_S = 60.0
READERS = ("reporting-listener", "notifications-listener", "registry-listener")
SENDERS = ("notifications-worker", "notifications-sweeper")
RELAYS = ("registry-relay", "notifications-relay", "reporting-relay")
WEBS = ("registry-api", "reporting-api", "notifications-api")


def world_of(bench: Bench) -> StackWorld:
    """The stack of a bench."""
    return cast(StackWorld, bench.world)


def chosen(bench: Bench, dice: random.Random, parts: tuple[str, ...]) -> tuple[str, int] | None:
    """A container of one of these services and its first process, when it has lived long enough to do something."""
    names = world_of(bench).containers(dice.choice(parts))
    if not names:
        return None
    name = dice.choice(names)
    pid = int(docker("inspect", "-f", "{{.State.Pid}}", name))
    return (name, pid) if pid and age(pid) > LIVED_S else None


def kill(*parts: str) -> Run:
    """kill -9 of a container's first process: its restart policy has to bring it back."""

    def run(bench: Bench, dice: random.Random) -> bool:
        found = chosen(bench, dice, parts)
        if found is None:
            return False
        os.kill(found[1], signal.SIGKILL)
        return gone(found[1])

    return run


def freeze(*parts: str, least: float, most: float) -> Run:
    """All processes of a container stand still for a while."""

    def run(bench: Bench, dice: random.Random) -> bool:
        found = chosen(bench, dice, parts)
        if found is None:
            return False
        docker("pause", found[0])
        try:
            bench.hold(dice.uniform(least, most))
        finally:
            docker("unpause", found[0])
        return True

    return run


def cut_off(*parts: str) -> Run:
    """A container loses one of its networks for a while: what it asks is not answered, and nobody is told."""

    def run(bench: Bench, dice: random.Random) -> bool:
        found = chosen(bench, dice, parts)
        if found is None:
            return False
        name, _pid = found
        networks = world_of(bench).networks(name)
        network = dice.choice(sorted(networks))
        aliases = [word for alias in networks[network]["Aliases"] or () for word in ("--alias", alias)]
        docker("network", "disconnect", network, name)
        try:
            bench.hold(dice.uniform(3, 9))
        finally:
            docker("network", "connect", *aliases, network, name)
        return True

    return run


def renew(*parts: str) -> Run:
    """The polite end: a container is asked to leave, must end with 0 within its grace, and is started again."""

    def run(bench: Bench, dice: random.Random) -> bool:
        found = chosen(bench, dice, parts)
        if found is None:
            return False
        docker("stop", "-t", "45", found[0])
        left_well = docker("inspect", "-f", "{{.State.ExitCode}}", found[0]).strip() == "0"
        docker("start", found[0])
        return left_well

    return run


def take_away(bench: Bench, dice: random.Random) -> bool:
    """Redis is removed with all it held; after a while there is another one."""
    stack = world_of(bench).compose
    service = dice.choice(("redis", "queue"))
    stack.compose("rm", "--stop", "--force", service, capture=True)
    bench.hold(dice.uniform(5, 12))
    stack.compose("up", "--detach", "--no-build", "--no-deps", "--no-recreate", service, capture=True)
    return True


def back(fault: Run, service: str) -> Run:
    """A fault of a server, over only when the server answers health questions again."""

    def run(bench: Bench, dice: random.Random) -> bool:
        world = world_of(bench)
        return fault(bench, dice) and wait_for(lambda: _healthy(world, service), BACK_WITHIN_S, every=1.0)

    return run


def _healthy(world: StackWorld, service: str) -> bool:
    return [each.health for each in containers(world.compose.project, service)] == ["healthy"]


FAULTS = (
    Fault("C1", "kill registry-api", 6, kill("registry-api"), "registry-api"),
    Fault("C1", "kill web of reporting or notifications", 3, kill(*WEBS[1:])),
    Fault("C2", "kill relay", 8, kill(*RELAYS)),
    Fault("C3", "kill reader", 10, kill(*READERS)),
    Fault("C4", "kill sender", 8, kill(*SENDERS)),
    Fault("C5", "kill Redis", 4, back(kill("redis"), "redis"), "redis"),
    Fault("C5", "kill the queue", 2, back(kill("queue"), "queue"), "queue"),
    Fault("C5", "freeze Redis", 3, freeze("redis", least=2, most=8), "redis"),
    Fault("C7", "Redis taken away", 3, take_away, "redis"),
    Fault("C8", "kill PostgreSQL", 2, back(kill("postgres"), "postgres"), "postgres"),
    Fault("C8", "end all sessions of a database", 6, database.end_sessions),
    Fault("C9", "cut off", 6, cut_off(*RELAYS, *READERS, *SENDERS)),
    Fault("C18", "poison in the journal", 3, database.poison),
    Fault("C20", "polite end", 5, renew(*RELAYS, *READERS, *SENDERS)),
    Fault("C21", "freeze", 8, freeze(*RELAYS, *READERS, *SENDERS, least=2, most=8)),
    Fault("C21", "freeze a sender past its lease", 1, freeze(*SENDERS, least=45, most=50), "long freeze"),
    Fault("C22", "long transaction", 2, database.long_transaction, "long transaction"),
    Fault("C24", "kill scheduler", 3, kill("registry-clock")),
)
