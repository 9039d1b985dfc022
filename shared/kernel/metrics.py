"""The numbers of one process, in one registry: cheap to move, bounded in labels, free of ids and personal data.

Web apps answer with them at /metrics beside what their database says (`health`); every other process serves them on
a port of its own (ADR 0030). Services add theirs to the same registry, next to the code that moves them.
"""

import shutil
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, start_http_server
from sqlalchemy import Engine, QueuePool

log = structlog.get_logger()
METRICS = CollectorRegistry()
QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Seconds in which a request or a batch should be over."""
SLOW = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 600.0)
"""Seconds a provider or a job may take."""
SIZES = (1, 2, 5, 10, 25, 50, 100, 250, 500)
READER = ("reader", "source", "stream")

ProcessCollector(namespace="peyvand", registry=METRICS)

REQUESTS = Counter(
    "peyvand_http_requests", "Requests by route template", ["method", "route", "status"], registry=METRICS
)
REQUEST_SECONDS = Histogram(
    "peyvand_http_request_seconds", "Time to the answer", ["method", "route"], buckets=QUICK, registry=METRICS
)
LOOP_TURNS = Counter("peyvand_loop_turns", "Turns of a background loop", ["loop"], registry=METRICS)
LOOP_WAITS = Counter("peyvand_loop_waits", "Turns in which a neighbour was away", ["loop"], registry=METRICS)
LOOP_SECONDS = Counter("peyvand_loop_seconds", "Time spent in a loop's turns", ["loop"], registry=METRICS)
LOOP_AGE = Gauge("peyvand_loop_age_seconds", "Time since a loop last ended a turn", ["loop"], registry=METRICS)
READ_EVENTS = Counter("peyvand_reader_events", "Events a reader passed", [*READER, "way"], registry=METRICS)
BATCH_EVENTS = Histogram(
    "peyvand_reader_batch_events", "Events in one transaction", READER, buckets=SIZES, registry=METRICS
)
APPLY_SECONDS = Histogram(
    "peyvand_reader_apply_seconds", "Time to apply and commit a batch", READER, buckets=QUICK, registry=METRICS
)
NUMBERED = Counter("peyvand_relay_numbered", "Events given their number", ["stream"], registry=METRICS)
PUBLISHED = Counter("peyvand_relay_published", "Events put on the bus", ["stream"], registry=METRICS)
BUS_DOWN = Gauge("peyvand_relay_bus_down", "1 while the relay cannot reach Redis", registry=METRICS)
REDIS_USED = Gauge("peyvand_redis_used_bytes", "Memory Redis uses", registry=METRICS)
REDIS_MOST = Gauge("peyvand_redis_most_bytes", "Memory Redis may use; 0: no limit set", registry=METRICS)
REDIS_EVICTS = Gauge("peyvand_redis_may_evict", "1 when the policy is not noeviction", registry=METRICS)
CLOCK_HANDLED = Counter("peyvand_clock_handled", "Due rows handled", ["due"], registry=METRICS)
CLOCK_FAILED = Counter("peyvand_clock_failed", "Due rows that could not be handled", ["due"], registry=METRICS)
TASK_SECONDS = Histogram("peyvand_task_seconds", "Time of a task", ["task"], buckets=SLOW, registry=METRICS)
POOL_SIZE = Gauge("peyvand_pool_connections_most", "Connections a pool may open", ["pool"], registry=METRICS)
POOL_USED = Gauge("peyvand_pool_connections_used", "Connections in use", ["pool"], registry=METRICS)
DISK_FREE = Gauge("peyvand_disk_free_bytes", "Free space where this process lives", registry=METRICS)
DISK_SIZE = Gauge("peyvand_disk_size_bytes", "Size of that file system", registry=METRICS)
DISK_FREE.set_function(lambda: shutil.disk_usage("/").free)
DISK_SIZE.set_function(lambda: shutil.disk_usage("/").total)


@contextmanager
def timed(histogram: Histogram) -> Iterator[None]:
    """Observe how long the block takes, also when it fails."""
    began = time.perf_counter()
    try:
        yield
    finally:
        histogram.observe(time.perf_counter() - began)


def watch_pool(engine: Engine, name: str) -> None:
    """Show how many of an engine's connections are in use; asked only when somebody scrapes."""
    pool = engine.pool
    if not isinstance(pool, QueuePool):
        return
    known = weakref.ref(pool)
    POOL_SIZE.labels(name).set(pool.size() + max(pool._max_overflow, 0))
    POOL_USED.labels(name).set_function(lambda: found.checkedout() if (found := known()) is not None else 0)


def serve_metrics(port: int, host: str) -> Callable[[], None]:
    """Serve this process's numbers on a port of its own, 0: not at all. Returns what ends the serving.

    A port that is taken never keeps a process from its work: it says so, and the scraper sees that nobody answers.
    """
    if not port:
        return lambda: None
    try:
        server, _thread = start_http_server(port, addr=host, registry=METRICS)
    except OSError as error:
        log.error("metrics.not_served", port=port, host=host, exc_info=error)
        return lambda: None

    def end() -> None:
        threading.Thread(target=server.shutdown, daemon=True).start()
        server.server_close()

    return end
