"""Reporting's background work: readers, relay, and queued jobs where Celery is away."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from importlib import import_module

from sqlalchemy.orm import Session

from services.reporting.facts.currency import note_current
from services.reporting.facts.rebuilding import rebuild_all
from services.reporting.jobs.sweeper import sweep
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
    """One reader per configured source; a source that was restored to an earlier time makes the figures anew."""
    heard = subscriber()
    found = background.consumers(heard, with_bus=with_bus)
    heard.start_anew = lambda session, _consumer, _page: rebuild_all(session, consumers=found)
    return found


def hooks() -> tuple[Callable[[Session], datetime | None], Callable[[Session, datetime], int]]:
    """What the demo clock asks: reporting has nothing due by itself."""
    return (lambda _session: None), (lambda _session, _now: 0)


def nudge_of(background: Background) -> Callable[[], bool] | None:
    """How to announce a job to Celery's workers; None where no broker is configured.

    Found by name: nothing but the worker's own module may know Celery, and without it everything goes on.
    """
    if background.settings.celery_redis_url is None:
        return None
    announce: Callable[[], bool] = import_module("services.reporting.worker").nudge
    return announce


def loops(background: Background, only: str = "all") -> list[Loop]:
    """The loops of `work`, or of one part alone."""
    use_demo_clock(background.settings.demo_clock)
    found: list[Loop] = []

    @cache
    def feeds() -> tuple[Consumer, ...]:
        return tuple(readers(background, with_bus=False))

    if only in ("all", "relay"):
        found.append(background.relay_loop())
    if only in ("all", "listener"):
        found += reader_loops(readers(background))
        found.append(Loop("currency", lambda: note_current(background.sessions, feeds()), idle_s=5.0))
    if only in ("all", "jobs"):
        found.append(Loop("jobs", lambda: sweep(background.sessions, feeds, nudge=nudge_of(background)), idle_s=5.0))
    return found
