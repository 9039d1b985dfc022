"""What every service's entry point shares: engines for background work, readers of sources, the bus."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import httpx2
import redis
from sqlalchemy.orm import Session, sessionmaker

from shared.kernel.bus import Consumer, Subscriber
from shared.kernel.db import new_engine, new_sessions
from shared.kernel.dead_letters import retry
from shared.kernel.failpoints import use_failpoints
from shared.kernel.feed import HttpFeed, LocalFeed
from shared.kernel.metrics import watch_pool
from shared.kernel.relay import Relay
from shared.kernel.settings import CommonSettings
from shared.kernel.work import Loop

LISTENER_TIMEOUT_MS = 60_000


class RedisPolicyWrong(RuntimeError):
    """Redis may evict keys: set maxmemory-policy noeviction."""


def new_bus(url: str, *, block_ms: int = 1000) -> redis.Redis:
    """A client of the bus whose socket waits longer than it blocks; never used inside a request."""
    return redis.Redis.from_url(
        url,
        protocol=2,
        socket_timeout=block_ms / 1000 + 4,
        socket_connect_timeout=2,
        socket_keepalive=True,
        health_check_interval=15,
    )


def check_policy(bus: redis.Redis) -> None:
    """Refuse to start on a Redis that may evict; a Redis that is away is waited for instead."""
    try:
        policy = bus.info("memory").get("maxmemory_policy")
    except redis.RedisError:
        return
    if policy != "noeviction":
        raise RedisPolicyWrong(
            f"maxmemory-policy is {policy}, so queued work could be forgotten. Set it: `CONFIG SET maxmemory-policy "
            "noeviction`, and write the same into the server's configuration."
        )


@dataclass
class Background:
    """The background side of one service: sessions, relay, readers."""

    service: str
    settings: CommonSettings

    def __post_init__(self) -> None:
        """Every background process passes here, so failpoints are refused here too."""
        use_failpoints(self.settings.failpoints, environment=self.settings.environment)

    @cached_property
    def sessions(self) -> sessionmaker[Session]:
        """Sessions with the patience of a listener."""
        engine = new_engine(
            self.settings.database, pool_size=5, statement_timeout_ms=LISTENER_TIMEOUT_MS, name=f"{self.service}-work"
        )
        watch_pool(engine, f"{self.service}-work")
        return new_sessions(engine)

    @cached_property
    def relay_sessions(self) -> sessionmaker[Session]:
        """Sessions of the relay's own role."""
        engine = new_engine(self.settings.relay_database, pool_size=2, name=f"{self.service}-relay")
        watch_pool(engine, f"{self.service}-relay")
        return new_sessions(engine)

    @property
    def name(self) -> str:
        """This speaker's name: the service's, or its own when several registries feed one headquarters."""
        return self.settings.name or self.service

    def bus(self) -> redis.Redis | None:
        """A fresh client, or None where no Redis is configured. Each loop has its own."""
        if self.settings.redis is None:
            return None
        bus = new_bus(self.settings.redis)
        check_policy(bus)
        return bus

    def relay_loop(self) -> Loop:
        """The loop that numbers and publishes."""
        relay = Relay(self.relay_sessions, source=self.service, name=self.name, bus=self.bus())
        return Loop("relay", relay.step, idle_s=0.02, idle_most_s=0.1 if self.settings.demo_clock else 0.25)

    def consumers(self, subscriber: Subscriber, *, with_bus: bool = True) -> list[Consumer]:
        """One reader per configured source."""
        token = self.settings.service_token.get_secret_value() if self.settings.service_token else ""
        client = httpx2.Client(timeout=10)
        return [
            Consumer(
                subscriber,
                self.sessions,
                source=source.name,
                stream=source.stream,
                feed=HttpFeed(source.feed_url, source.stream, token, client),
                bus=self.bus() if with_bus else None,
            )
            for source in self.settings.sources
        ]

    def local_consumer(self, subscriber: Subscriber, stream: str, *, with_bus: bool = True) -> Consumer:
        """A reader of the service's own stream, straight from its own journal."""
        return Consumer(
            subscriber,
            self.sessions,
            source=self.name,
            stream=stream,
            feed=LocalFeed(self.sessions, stream, self.name),
            bus=self.bus() if with_bus else None,
        )


def reader_loops(consumers: list[Consumer]) -> list[Loop]:
    """A loop per reader; one with a bus blocks there, one without polls."""
    loops = []
    for each in consumers:
        idle = 0.02 if each.bus is not None else 0.1
        loop = Loop(f"read {each.source} {each.stream}", _retrying_first(each), idle_s=idle)
        each.take_time = loop.take_time
        loops.append(loop)
    return loops


def _retrying_first(consumer: Consumer) -> Callable[[], int]:
    """The reader's step, which begins with what is parked: a new release may have mended the cause."""
    waiting = [retry]

    def step() -> int:
        if waiting:
            waiting[0](consumer)
            waiting.clear()
        return consumer.step()

    return step


def total_lag(consumers: list[Consumer]) -> int:
    """Events between the feeds' heads and these readers; a source that cannot be asked counts as one."""
    waiting = 0
    for consumer in consumers:
        try:
            waiting += consumer.lag()
        except (httpx2.HTTPError, OSError):
            waiting += 1
    return waiting
