"""Faults between parts: half-open, one-way, reset, refused, slow, in slices (C9, C10); on every proxied way."""

import random
from collections.abc import Callable

from tools.chaos.faults.bench import Bench, Fault

Run = Callable[[Bench, random.Random], bool]


def wire(do: str, *, least: float = 1.0, most: float = 5.0, **more: object) -> Run:
    """Give one way an order for a while; injected when a connection was met or it lasted."""

    def run(bench: Bench, dice: random.Random) -> bool:
        link = dice.choice(bench.world.links)
        with bench.alone(f"link {link}") as mine:
            if not mine:
                return False
            given = {key: dice.choice(value) if isinstance(value, tuple) else value for key, value in more.items()}
            met = bench.world.order(link, do, **given)
            if do == "reset":
                return met > 0
            bench.hold(dice.uniform(least, most))
            if do == "hold" and dice.random() < 0.5:
                bench.world.order(link, "reset")  # the far end has forgotten the connection
            bench.world.order(link, "clear")
            return met > 0 or do != "reset"

    return run


FAULTS = (
    Fault("C9", "half-open both ways", 35, wire("hold", way="both", most=6.0)),
    Fault("C9", "half-open one way", 30, wire("hold", way=("up", "down"), most=6.0)),
    Fault("C9", "refused", 25, wire("refuse")),
    Fault("C10", "reset mid-frame", 40, wire("reset")),
    Fault("C10", "slow", 12, wire("latency", seconds=(0.1, 0.3))),
    Fault("C10", "in slices", 10, wire("slice", bytes=(7, 60))),
)
