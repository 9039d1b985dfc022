"""As many requests at once as there are connections to the database; the rest wait in front, holding nothing.

A request changes threads several times while it holds its connection. Were more let in than there are connections,
those that wait for one would sit on all threads, and those that have one would get none to finish and give it back.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

PATIENCE_S = 20.0


class RoomFull(Exception):
    """No place became free in time."""


class Room:
    """Places for requests of one process."""

    def __init__(self, places: int, *, patience_s: float = PATIENCE_S) -> None:
        self.places = places
        self.patience_s = patience_s
        self._doors: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Hold a place; raises RoomFull when none became free in time."""
        door = self._doors.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(self.places))
        try:
            await asyncio.wait_for(door.acquire(), self.patience_s)
        except TimeoutError:
            raise RoomFull from None
        try:
            yield
        finally:
            door.release()
