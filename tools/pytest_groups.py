"""A pytest plugin for parallel runs: tests that start whole stacks or browsers share one worker, so they take turns."""

import pytest

TAKE_TURNS = ("tests/e2e/", "tests/browser/", "tests/security/", "tests/chaos/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group by folder; everything else is spread freely."""
    for item in items:
        if item.nodeid.startswith(TAKE_TURNS):
            item.add_marker(pytest.mark.xdist_group("stack"))
