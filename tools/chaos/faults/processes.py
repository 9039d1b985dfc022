"""Faults of processes: kills at random instants and at named ones, freezes, twins (C1 to C4, C21, C24)."""

import os
import random
import signal
import time
from collections.abc import Callable

from tools.chaos.faults.bench import Bench, Fault, gone
from tools.chaos.world import is_alive, wait_for

Run = Callable[[Bench, random.Random], bool]
ARMED_S = 6.0
WITHIN_DATA = "SELECT 1 FROM deliveries WHERE state = 'data' LIMIT 1"


def kill(*parts: str) -> Run:
    """kill -9 one of these parts."""
    return lambda bench, dice: bench.kill(dice.choice(parts))


def at_point(point: str, what: str = "kill") -> Run:
    """Let whoever reaches a named instant die there (or pause); not injected when nobody comes by."""

    def run(bench: Bench, _dice: random.Random) -> bool:
        armed = bench.world.arm(point, what)
        taken = wait_for(lambda: not armed.exists(), ARMED_S)
        if not taken:
            armed.unlink(missing_ok=True)
            return False
        if what != "kill":
            return True
        for mark in armed.parent.glob(f"{point}.*"):
            met = gone(int(mark.suffix[1:]))
            mark.unlink(missing_ok=True)
            return met
        return False

    return run


def freeze(*parts: str, least: float, most: float) -> Run:
    """SIGSTOP a part, and SIGCONT after a while: a long pause of garbage collection, a swapped machine."""

    def run(bench: Bench, dice: random.Random) -> bool:
        pid = bench.victim(dice.choice(parts))
        if pid is None:
            return False
        os.kill(pid, signal.SIGSTOP)
        try:
            bench.hold(dice.uniform(least, most))
        finally:
            alive = is_alive(pid)
            if alive:
                os.kill(pid, signal.SIGCONT)
        return True

    return run


def twin(*parts: str) -> Run:
    """A second process of a part beside the first, for a while."""

    def run(bench: Bench, dice: random.Random) -> bool:
        process = bench.world.twin(dice.choice(parts))
        try:
            bench.hold(dice.uniform(6, 12))
            met = process.poll() is None
        finally:
            process.send_signal(dice.choice((signal.SIGKILL, signal.SIGTERM)))
            if not wait_for(lambda: process.poll() is not None, 15):
                process.kill()
            process.wait()
        return met

    return run


def in_data(bench: Bench, _dice: random.Random) -> bool:
    """Kill the senders while the mail server has a message whose answer has not come back."""
    world = bench.world
    world.order("notifications-smtp", "hold", way="down")
    try:
        if not wait_for(lambda: bool(world.sql("notifications", WITHIN_DATA)), ARMED_S, every=0.1):
            return False
        killed = [bench.kill("notifications-sweeper"), bench.kill("notifications-worker")]
        return any(killed)
    finally:
        world.order("notifications-smtp", "clear")


def term(*parts: str) -> Run:
    """The polite end of a part: it must end by itself within the grace of 45 s."""

    def run(bench: Bench, dice: random.Random) -> bool:
        pid = bench.victim(dice.choice(parts))
        if pid is None:
            return False
        os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + 45
        while is_alive(pid) and time.monotonic() < until:
            time.sleep(0.05)
        return not is_alive(pid)

    return run


READERS = ("reporting-listener", "notifications-listener", "registry-listener")
SENDERS = ("notifications-sweeper", "notifications-worker")
FAULTS = (
    Fault("C1", "kill registry web", 35, kill("registry-web")),
    Fault("C1", "kill registry web after its commit", 18, at_point("request.committed"), "request.committed"),
    Fault("C1", "kill registry web before its commit", 10, at_point("request.before_commit"), "request.before_commit"),
    Fault("C2", "kill relay", 45, kill("registry-relay", "notifications-relay")),
    Fault("C2", "kill relay between number and XADD", 25, at_point("registry-relay.numbered"), "relay.numbered"),
    Fault("C2", "kill relay after XADD", 10, at_point("registry-relay.published"), "relay.published"),
    Fault("C3", "kill reader", 60, kill(*READERS)),
    Fault("C3", "kill projector before commit", 18, at_point("reporting-reader.before_commit"), "p.before"),
    Fault("C3", "kill projector after commit", 12, at_point("reporting-reader.committed"), "p.after"),
    Fault("C3", "kill planner before commit", 18, at_point("notifications-reader.before_commit"), "n.before"),
    Fault("C3", "kill planner after commit", 12, at_point("notifications-reader.committed"), "n.after"),
    Fault("C4", "kill sender", 30, kill(*SENDERS)),
    Fault("C4", "kill sender at claim", 10, at_point("delivery.claimed"), "d.claimed"),
    Fault("C4", "kill sender before its mark", 6, at_point("delivery.before_mark"), "d.unmarked"),
    Fault("C4", "kill sender at mark", 10, at_point("delivery.marked"), "d.marked"),
    Fault("C4", "kill sender in DATA", 6, in_data, "notifications-smtp"),
    Fault("C4", "kill sender at 250", 10, at_point("delivery.handed_over"), "d.handed"),
    Fault("C4", "kill sender before its update commits", 10, at_point("delivery.before_settled"), "d.before"),
    Fault("C4", "kill sender after its update", 8, at_point("delivery.settled"), "d.settled"),
    Fault("C1", "kill web of reporting or notifications", 12, kill("reporting-web", "notifications-web")),
    Fault("C21", "freeze", 40, freeze("registry-relay", *READERS, *SENDERS, least=1, most=5)),
    Fault("C21", "freeze a sender past its lease", 2, freeze(*SENDERS, least=45, most=50), "long freeze"),
    Fault("C22", "slow commit", 30, at_point("request.before_commit", "pause 2.5"), "request.before_commit"),
    Fault("C24", "twin", 14, twin("registry-relay", "reporting-listener", "notifications-listener",
                                  "notifications-sweeper", "registry-clock"), "twin"),
    Fault("C20", "polite end", 8, term("registry-relay", "reporting-listener", "notifications-listener",
                                       "notifications-sweeper")),
)  # fmt: skip
