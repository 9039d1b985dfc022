"""Registry's background work: relay, its own listener (derived obligations), the clock."""

from collections.abc import Callable

from services.registry.clock import due_list
from shared.kernel.bus import Consumer, Subscriber
from shared.kernel.clock import Sweeper, sweep, use_demo_clock
from shared.kernel.rooms import rooms
from shared.kernel.service import Background, reader_loops
from shared.kernel.work import Loop

STREAM = "peyvand.registry"
PARTS = ("relay", "listener", "clock")


def subscriber() -> Subscriber:
    """What registry hears of itself: every slice's `listener` registers on one subscriber."""
    heard = Subscriber("registry")
    for module in rooms("services.registry", "listener"):
        merge(heard, module.subscriber)
    return heard


def merge(into: Subscriber, other: Subscriber) -> None:
    """Take another subscriber's handlers over."""
    for event_type, handlers in other.handlers.items():
        into.handlers.setdefault(event_type, []).extend(handlers)
    into.flushers.extend(other.flushers)


def readers(background: Background, *, with_bus: bool = True) -> list[Consumer]:
    """Registry's reader of its own stream."""
    return [background.local_consumer(subscriber(), STREAM, with_bus=with_bus)]


def settling(background: Background) -> list[Callable[[], int]]:
    """What has to come to rest before a new epoch: everything due, and the duties derived from what was heard."""
    dues = due_list()
    steps: list[Callable[[], int]] = [lambda: sweep(background.sessions, dues)]
    return steps + [each.step for each in readers(background, with_bus=False)]


def loops(background: Background, only: str = "all") -> list[Loop]:
    """The loops of `work`, or of one part alone: relay, listener, clock."""
    use_demo_clock(background.settings.demo_clock)
    parts: dict[str, list[Loop]] = {}
    if only in ("all", "relay"):
        parts["relay"] = [background.relay_loop()]
    if only in ("all", "listener"):
        parts["listener"] = reader_loops(readers(background))
    if only in ("all", "clock"):
        dues, idle = due_list(), 0.05 if background.settings.demo_clock else 1.0
        parts["clock"] = [Loop("clock", Sweeper(background.sessions, dues).step, idle_s=idle)]
    return [loop for part in parts.values() for loop in part]
