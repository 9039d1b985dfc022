"""One stack for the tests of what operators do; they follow each other on it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.own_stack import StackWorld, own_stack
from tools.chaos.stage import set_stage
from tools.compose.stack import the_stack


@pytest.fixture(scope="session")
def operated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackWorld]:
    """A running stack with a cycle, people with addresses, and sending switched on."""
    given = os.environ.get("PEYVAND_TEST_STACK")
    if given:  # a stack with --demo that runs already; its data is lost
        world = StackWorld(the_stack(Path(given)))
        set_stage(world)
        yield world
        return
    with own_stack(tmp_path_factory.mktemp("stack") / "state", "peyvand-operated") as stack:
        world = StackWorld(stack)
        set_stage(world)
        yield world
