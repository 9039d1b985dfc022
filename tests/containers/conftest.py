"""Stacks in containers, each once for all tests that share it: one by testcontainers, one by `./peyvand up --demo`."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.own_stack import StackWorld, operators_stack, own_stack
from tools.chaos.stage import set_stage
from tools.compose.engine import EngineMissing
from tools.compose.images import ImageFailed
from tools.compose.prepare import prepare
from tools.compose.stack import ComposeStack, the_stack

ORDER = (
    "test_hardening", "test_story", "test_trace", "test_feed_door", "test_two_registries",
    "test_faults", "test_rolling_restart", "test_backup_restore",
)  # fmt: skip
"""The first stack is looked at as it came up; the second is worn by what operators and accidents do to it."""
_FIRST = ExitStack()
"""The first stack goes before the second comes: two at once are too much for two cores."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring the files of this folder into their order."""
    here = [item for item in items if item.nodeid.startswith("tests/containers/")]
    places = [items.index(item) for item in here]
    ranks = {name: rank for rank, name in enumerate(ORDER)}
    here.sort(key=lambda item: ranks.get(Path(str(item.fspath)).stem, -1))
    for place, item in zip(places, here, strict=True):
        items[place] = item


@pytest.fixture(scope="session")
def images() -> dict[str, str]:
    """Every image by its name in docker-compose.yml; a plain failure where there is no engine."""
    try:
        return prepare(print)
    except (EngineMissing, ImageFailed) as missing:
        pytest.fail(f"the container tests need a container engine and images: {missing}", pytrace=False)


@pytest.fixture(scope="package")
def running(images: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposeStack]:
    """A stack of its own name, folder and port; its data goes with it."""
    assert images
    yield _FIRST.enter_context(own_stack(tmp_path_factory.mktemp("stack") / "state", f"peyvand-test-{os.getpid()}"))
    _FIRST.close()


@pytest.fixture(scope="module")
def alone(images: dict[str, str]) -> str:
    """What the stacks of one file begin their names with; the first stack has gone before they come."""
    assert images
    _FIRST.close()
    return f"peyvand-test-{os.getpid()}"


@pytest.fixture(scope="session")
def operated(images: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackWorld]:
    """A running stack with a cycle, people with addresses, and sending switched on."""
    _FIRST.close()
    given = os.environ.get("PEYVAND_TEST_STACK")
    if given:  # a stack with --demo that runs already; its data is lost
        world = StackWorld(the_stack(Path(given)))
        set_stage(world)
        yield world
        return
    with operators_stack(tmp_path_factory.mktemp("stack") / "state", "peyvand-operated") as stack:
        world = StackWorld(stack)
        set_stage(world)
        yield world
