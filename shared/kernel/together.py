"""Callers who ask the same at the same moment share one answer, which is never older than their question."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from starlette.concurrency import run_in_threadpool

T = TypeVar("T")


class Together(Generic[T]):
    """One question to the database at a time; whoever comes while it is under way shares the one after it."""

    def __init__(self, question: Callable[[], T]) -> None:
        self._question = question
        self._under_way: asyncio.Task[T] | None = None
        self._next: asyncio.Task[T] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def ask(self) -> T:
        """The answer to a question that was put after this call."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:  # what another loop began can never be waited for here
            self._loop, self._under_way, self._next = loop, None, None
        if self._next is None:
            self._next = asyncio.create_task(self._put(self._under_way))
        return await asyncio.shield(self._next)

    async def _put(self, before: "asyncio.Task[T] | None") -> T:
        if before is not None:
            await asyncio.wait([before])
        self._under_way, self._next = self._next, None
        return await run_in_threadpool(self._question)
