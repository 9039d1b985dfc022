"""Notifications' background work: readers, relay, and the sweeper that speaks even where Celery and Redis are away."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from services.notifications.messages.restoring import start_anew
from services.notifications.settings import NotificationsSettings
from shared.kernel.bus import Consumer, Subscriber
from shared.kernel.clock import use_demo_clock
from shared.kernel.rooms import rooms
from shared.kernel.service import Background, reader_loops
from shared.kernel.work import Loop

PARTS = ("relay", "listener", "sweeper")
SLOW_PROVIDER_S = 3600.0


def subscriber() -> Subscriber:
    """What notifications hears: every slice's `listener` registers on one subscriber."""
    heard = Subscriber("notifications")
    for module in rooms("services.notifications", "listener"):
        for event_type, handlers in module.subscriber.handlers.items():
            heard.handlers.setdefault(event_type, []).extend(handlers)
        heard.flushers.extend(module.subscriber.flushers)
    heard.start_anew = start_anew
    return heard


def readers(background: Background, *, with_bus: bool = True) -> list[Consumer]:
    """One reader per configured source."""
    return background.consumers(subscriber(), with_bus=with_bus)


def hooks() -> tuple[Callable[[Session], datetime | None], Callable[[Session, datetime], int]]:
    """What the demo clock asks: the next planned instant, and how many due messages have not left."""
    from services.notifications.messages.queries import next_due, unsent_due

    return next_due, unsent_due


def loops(background: Background, only: str = "all") -> list[Loop]:
    """The loops of `work`, or of one part alone."""
    settings = background.settings
    assert isinstance(settings, NotificationsSettings)
    use_demo_clock(settings.demo_clock)
    found: list[Loop] = []
    if only in ("all", "relay"):
        found.append(background.relay_loop())
    if only in ("all", "listener"):
        found += [_nudging(loop, settings) for loop in reader_loops(readers(background))]
    if only in ("all", "sweeper"):
        from services.notifications.messages.sweeper import sweep

        idle = 0.1 if settings.demo_clock else settings.sweep_seconds
        # RFC 5321 lets a mail server think for ten minutes after DATA.
        found.append(
            Loop("sweeper", lambda: sweep(background.sessions, settings), idle_s=idle, patience_s=SLOW_PROVIDER_S)
        )
    return found


def _nudging(loop: Loop, settings: NotificationsSettings) -> Loop:
    """The reader's loop that wakes a Celery worker after its commit; without a broker the sweeper alone sends."""
    if settings.celery_redis_url is None:
        return loop
    from services.notifications.worker import nudge

    read = loop.step

    def step() -> int:
        done = read()
        if done:
            nudge()
        return done

    loop.step = step
    return loop
