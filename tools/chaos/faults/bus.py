"""Faults of Redis: killed, frozen, emptied, shuffled, doubled, with a wrong policy, gone (C5, C6, C7, C16, C17)."""

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable
from typing import Any

import redis

from tools.chaos.faults.bench import Bench, Fault
from tools.chaos.faults.processes import freeze
from tools.chaos.world import wait_for

STREAMS = "peyvand.*"
REFUSAL = "maxmemory-policy is allkeys-lru"
"""What a process says that refuses to start on such a Redis."""


def kill(bench: Bench, dice: random.Random) -> bool:
    """kill -9, or the polite end; it comes back empty."""
    return bench.kill("valkey", dice.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM)))


def empty(bench: Bench, _dice: random.Random) -> bool:
    """FLUSHALL."""
    try:
        with bench.world.bus() as bus:
            return bool(bus.flushall())
    except redis.RedisError:
        return False


def delete(bench: Bench, dice: random.Random) -> bool:
    """DEL one stream."""
    try:
        with bench.world.bus() as bus:
            keys = _streams(bus)
            return bool(keys) and bus.delete(dice.choice(keys)) == 1
    except redis.RedisError:
        return False


def trim(bench: Bench, dice: random.Random) -> bool:
    """Trim one stream to nothing; its last id stays."""
    try:
        with bench.world.bus() as bus:
            keys = [key for key in _streams(bus) if bus.xlen(key)]
            return bool(keys) and bus.xtrim(dice.choice(keys), maxlen=0, approximate=False) > 0
    except redis.RedisError:
        return False


Mix = Callable[[list[Any], random.Random], list[Any]]


def rewrite(mix: Mix) -> Callable[[Bench, random.Random], bool]:
    """Readers sleep while the newest fifty entries of every stream are written anew, mixed."""

    def run(bench: Bench, dice: random.Random) -> bool:
        pids = [pid for part in ("reporting-listener", "notifications-listener") if (pid := bench.victim(part))]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            bench.hold(1.5)
            with bench.world.bus() as bus:
                changed = [_write_anew(bus, key, mix, dice) for key in _streams(bus)]
            return bool(pids) and any(changed)
        except redis.RedisError:
            return False
        finally:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    return run


def repeat(entries: list[Any], dice: random.Random) -> list[Any]:
    """Every entry one to five times, in order."""
    return [fields for fields in entries for _ in range(dice.randint(1, 5))]


def shuffle(entries: list[Any], dice: random.Random) -> list[Any]:
    """5 % dropped, the rest in a random order."""
    mixed = [fields for fields in entries if dice.random() > 0.05]
    dice.shuffle(mixed)
    return mixed


def _write_anew(bus: redis.Redis, key: bytes, mix: Mix, dice: random.Random) -> int:
    """Put mixed entries in the place of the newest ones; their ids stay below the head's next one."""
    entries: Any = bus.xrevrange(key, count=50)
    if len(entries) < 2:
        return 0
    base = int(entries[-1][0].split(b"-")[0])
    head = int(entries[0][0].split(b"-")[0])
    mixed = mix([fields for _id, fields in reversed(entries)], dice)
    pipe = bus.pipeline()
    pipe.delete(key)
    for place, fields in enumerate(mixed):
        number = base + place * (head - base) // max(len(mixed), 1)
        pipe.xadd(key, fields, id=f"{number}-{place + 1}")
    pipe.execute()
    return len(mixed)


def _streams(bus: redis.Redis) -> list[bytes]:
    found: Any = bus.scan_iter(match=STREAMS, count=100)
    return sorted(found)


def garbage(bench: Bench, dice: random.Random) -> bool:
    """An entry nobody can read, under the number of the next event: readers fetch that one from the feed."""
    try:
        with bench.world.bus() as bus:
            keys = _streams(bus)
            if not keys:
                return False
            key = dice.choice(keys)
            newest: Any = bus.xrevrange(key, count=1)
            if not newest:
                return False
            number = int(newest[0][0].split(b"-")[0]) + 1
            bus.xadd(key, {"type": "?", "event": b"\x00{\xff not json"}, id=f"{number}-0")
            return True
    except redis.RedisError:
        return False


def policy(bench: Bench, _dice: random.Random) -> bool:
    """A Redis that may evict: a reader that starts now refuses to, until the policy is put right."""
    world = bench.world
    log = world.folder / "logs" / "reporting-listener.log"
    try:
        with world.bus() as bus:
            bus.config_set("maxmemory-policy", "allkeys-lru")
            try:
                before = log.read_text(errors="replace").count(REFUSAL)
                if not bench.kill("reporting-listener"):
                    return False
                return wait_for(lambda: log.read_text(errors="replace").count(REFUSAL) > before, 20, every=0.2)
            finally:
                bus.config_set("maxmemory-policy", "noeviction")
    except redis.RedisError:
        return False


def away(bench: Bench, dice: random.Random) -> bool:
    """Redis is not there for anybody, for 8 to 15 seconds."""
    links = [link for link in bench.world.links if link.endswith("-redis")]
    for link in links:
        bench.world.order(link, "refuse")
    began = time.monotonic()
    bench.hold(dice.uniform(8, 15))
    for link in links:
        bench.world.order(link, "clear")
    return time.monotonic() - began > 1


FAULTS = (
    Fault("C5", "kill Redis", 25, kill, "valkey"),
    Fault("C5", "freeze Redis", 14, freeze("valkey", least=1, most=6), "valkey"),
    Fault("C6", "FLUSHALL", 60, empty),
    Fault("C6", "DEL stream", 45, delete),
    Fault("C6", "trim stream to nothing", 45, trim),
    Fault("C6", "wrong maxmemory-policy", 3, policy, "valkey"),
    Fault("C7", "Redis away", 5, away, "redis links"),
    Fault("C16", "repeat entries", 18, rewrite(repeat), "rewrite"),
    Fault("C17", "shuffle and drop entries", 18, rewrite(shuffle), "rewrite"),
    Fault("C18", "garbage on the bus", 14, garbage),
)
