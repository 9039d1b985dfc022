"""Faults on the shipped stack with two of everything, under load: figures and messages end right without help."""

import subprocess
import time
from pathlib import Path

import psycopg
import pytest

from tests.support.own_stack import StackWorld, peyvand
from tests.support.wait import eventually
from tools.chaos.journal import Journal
from tools.chaos.oracles import o1_writes, o3_figures, o4_messages
from tools.chaos.oracles.o4_messages import Sink
from tools.chaos.workload import Load
from tools.compose.commands import is_well
from tools.operate.compose import Running

HEALS_S = 120.0
"""The minute of healing, and a minute for containers that start again on a busy machine."""
pytestmark = [pytest.mark.drill, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def doubled(operated: StackWorld) -> StackWorld:
    """Two of every process of ours, all healthy."""
    ours = Running(operated.compose).rollable()
    done = peyvand("scale", "--state", str(operated.folder), *(f"{name}=2" for name in ours))
    assert done.returncode == 0, done.stderr
    eventually(lambda: all(is_well(each) for each in operated.compose.containers()), within=240, every=2)
    seen = [each["Service"] for each in operated.compose.containers()]
    assert {name: seen.count(name) for name in ours} == dict.fromkeys(ours, 2)
    return operated


@pytest.fixture(scope="module")
def load(doubled: StackWorld) -> Load:
    """Fifteen writes a second by four hands, for as long as this file's tests run."""
    load = Load(doubled, Journal(doubled.folder / "faults.jsonl"), 21, rate=15.0)
    load.start()
    eventually(lambda: load.writes > 40, within=90)
    return load


def docker(*words: str) -> None:
    """An order to the engine."""
    subprocess.run(["docker", *words], check=True, capture_output=True, timeout=120)


def of(world: StackWorld, service: str) -> list[str]:
    """The containers of a service."""
    return [str(each["Name"]) for each in world.compose.containers() if each["Service"] == service]


def more(load: Load, writes: int) -> None:
    """Let the load go on for some writes; it must not stand still."""
    sofar = load.writes
    eventually(lambda: load.writes >= sofar + writes, within=120)


def deviations(world: StackWorld, load: Load, folder: Path) -> list[str]:
    """What the oracles still miss; nothing when all is well."""
    try:
        writes, _ = o1_writes.read_journal(load.journal.path)
        found = [
            o1_writes.judge(load.journal.path, world.dsn("registry")),
            o3_figures.judge(world.dsns),
            o4_messages.judge(writes.values(), Sink(world.received(folder)), world.dsns),
        ]
    except psycopg.OperationalError as error:
        return [str(error)]
    return [line for each in found for line in each.lines] + ["waiting" for each in found if each.waiting]


def test_redis_killed_restarted_empty_and_taken_away(doubled: StackWorld, load: Load) -> None:
    (bus,) = of(doubled, "redis")
    docker("kill", bus)
    more(load, 30)
    docker("start", bus)  # keeps nothing: it comes back empty
    more(load, 30)
    docker("restart", "--time", "1", bus)
    more(load, 30)
    doubled.compose.compose("rm", "--stop", "--force", "redis", "queue", capture=True)
    more(load, 45)
    doubled.compose.compose("up", "--detach", "--no-build", "--no-recreate", "redis", "queue", capture=True)
    more(load, 30)


def test_senders_killed_in_the_middle_of_sending(doubled: StackWorld, load: Load) -> None:
    for service in ("notifications-worker", "notifications-sweeper", "notifications-listener", "reporting-listener"):
        both = of(doubled, service)
        for name in both:
            more(load, 8)
            docker("kill", name)
        docker("start", *both)  # by name: `up` without --scale would take the second of everything away


@pytest.mark.requirement("R-169")
def test_figures_and_messages_are_right_in_the_end(doubled: StackWorld, load: Load, tmp_path: Path) -> None:
    load.stop()
    ended = time.monotonic()
    left: list[str] = ["not looked yet"]
    while left and time.monotonic() - ended < HEALS_S:
        left = deviations(doubled, load, tmp_path)
    print(f"{load.writes} writes, {load.journal.answers}; right after {time.monotonic() - ended:.0f} s")
    assert left == []
    for service in Running(doubled.compose).rollable():
        assert len(of(doubled, service)) == 2
    back = [f"{name}=1" for name in Running(doubled.compose).rollable()]
    assert peyvand("scale", "--state", str(doubled.folder), *back).returncode == 0
