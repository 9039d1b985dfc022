"""The story's calendar and its three clocks: it never jumps, it walks from one due instant to the next."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from datetime import time as day_time

from shared.values.calendars import Calendar, to_gregorian
from shared.values.deadlines import at_local
from tools.story.api import Api, Body

TZ = "Asia/Tehran"
LAST_FIRST = ("notifications", "reporting", "registry")
"""Asked in this order: while the last in the line is busy, nobody else need be asked."""
PATIENCE_S = 60.0


class NotQuiet(TimeoutError):
    """The services did not come to rest in time."""


def moment(text: str) -> datetime:
    """`1399-07-05 09:30` of the Solar Hijri calendar in Tehran, as an instant."""
    day, _, clock = text.partition(" ")
    year, month, of_month = (int(part) for part in day.split("-"))
    hour, minute = (int(part) for part in (clock or "00:00").split(":"))
    return at_local(to_gregorian(Calendar.SOLAR_HIJRI, year, month, of_month), day_time(hour, minute), TZ)


def read(text: str) -> datetime:
    """An instant of a JSON answer."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


class Clock:
    """Sets all three services to one instant and waits for rest before the next."""

    def __init__(self, api: Api, tell: Callable[[str], None], *, patience_s: float = PATIENCE_S) -> None:
        self.api = api
        self.tell = tell
        self.patience_s = patience_s
        self.now: datetime | None = None

    def walk_to(self, target: datetime) -> None:
        """Go from due instant to due instant up to the target, resting at each."""
        while True:
            states = self.rest()
            following = [read(each["next_due"]) for each in states if each["next_due"]]
            here = min([*following, target])
            if self.now is not None and here <= self.now:
                if self.now >= target:
                    return
                here = self.now + timedelta(microseconds=1)
            self.set(min(here, target))
            if here >= target:
                self.rest()
                return

    def set(self, instant: datetime) -> None:
        """Set the three clocks, the listeners' first: what registry says at an instant is heard at that instant."""
        for service in LAST_FIRST:
            self.api.post(f"/{service}/operator/v1/clock", {"now": instant.isoformat()})
        self.now = instant

    def rest(self) -> list[Body]:
        """Wait until nothing is on its way, nothing due is undone; twice in a row, since services wake each other."""
        deadline = time.monotonic() + self.patience_s
        calm = 0
        while True:
            states: list[Body] = []
            for service in LAST_FIRST:
                states.append(self.api.get(f"/{service}/operator/v1/clock"))
                if not self._is_calm(states[-1]):
                    break
            else:
                calm += 1
                if calm == 2:
                    return states
                continue
            calm = 0
            if time.monotonic() > deadline:
                raise NotQuiet(f"after {self.patience_s:.0f} s: {dict(zip(LAST_FIRST, states, strict=False))}")
            time.sleep(0.05)

    def _is_calm(self, state: Body) -> bool:
        due = read(state["next_due"]) if state["next_due"] else None
        return state["lag"] == 0 and state["unsent_due"] == 0 and (self.now is None or due is None or due > self.now)
