"""Reporting's background work: readers, relay, and queued jobs where Celery is away."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from shared.kernel.bus import Consumer, Subscriber
from shared.kernel.clock import use_demo_clock
from shared.kernel.rooms import rooms
from shared.kernel.service import Background, reader_loops
from shared.kernel.work import Loop

PARTS = ("relay", "listener", "jobs")


def subscriber() -> Subscriber:
    """What reporting hears: every slice's `listener` registers on one subscriber."""
    heard = Subscriber("reporting")
    for module in rooms("services.reporting", "listener"):
        for event_type, handlers in module.subscriber.handlers.items():
            heard.handlers.setdefault(event_type, []).extend(handlers)
        heard.flushers.extend(module.subscriber.flushers)
    return heard


def readers(background: Background, *, with_bus: bool = True) -> list[Consumer]:
    """One reader per configured source."""
    return background.consumers(subscriber(), with_bus=with_bus)


def hooks() -> tuple[Callable[[Session], datetime | None], Callable[[Session, datetime], int]]:
    """What the demo clock asks: reporting has nothing due by itself."""
    return (lambda _session: None), (lambda _session, _now: 0)


def loops(background: Background, only: str = "all") -> list[Loop]:
    """The loops of `work`, or of one part alone."""
    use_demo_clock(background.settings.demo_clock)
    found: list[Loop] = []
    if only in ("all", "relay"):
        found.append(background.relay_loop())
    if only in ("all", "listener"):
        found += reader_loops(readers(background))
    if only in ("all", "jobs"):
        for module in rooms("services.reporting", "sweeper"):
            found.append(Loop("jobs", lambda module=module: module.sweep(background.sessions), idle_s=5.0))  # type: ignore[misc]
    return found
