"""Who asks the same at the same moment shares an answer, and never gets one that is older than the question."""

import asyncio
import threading
from collections import deque

import pytest

from shared.kernel.together import Together


class Desk:
    """Answers with the number of the question, once it is let."""

    def __init__(self) -> None:
        self.put = 0
        self.was_put = threading.Semaphore(0)
        self.may_answer = threading.Semaphore(0)

    def ask(self) -> int:
        self.put += 1
        number = self.put
        self.was_put.release()
        assert self.may_answer.acquire(timeout=5)
        return number


def test_who_comes_while_a_question_is_under_way_shares_the_next_one() -> None:
    async def story() -> list[int]:
        desk = Desk()
        together = Together(desk.ask)
        first = asyncio.create_task(together.ask())
        assert await asyncio.to_thread(desk.was_put.acquire, timeout=5)
        late = [asyncio.create_task(together.ask()) for _ in range(5)]
        desk.may_answer.release(2)
        return [await first, *[await each for each in late]]

    assert asyncio.run(story()) == [1, 2, 2, 2, 2, 2]


def test_a_question_that_fails_is_not_the_failure_of_the_next() -> None:
    answers: deque[int] = deque()

    async def story() -> int:
        together = Together(answers.popleft)
        with pytest.raises(IndexError):
            await together.ask()
        answers.append(7)
        return await together.ask()

    assert asyncio.run(story()) == 7


def test_another_loop_begins_anew() -> None:
    together = Together(lambda: 1)

    assert [asyncio.run(together.ask()) for _ in range(2)] == [1, 1]
