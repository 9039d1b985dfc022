"""A pytest plugin for parallel runs: tests that start whole stacks or browsers share one worker, so they take turns;
security's tests in their own processes share the other, because they share three services and what they have counted."""

import pytest

TAKE_TURNS = ("tests/e2e/", "tests/browser/", "tests/security/test_isolation_run.py", "tests/chaos/")
TOGETHER = ("tests/security/",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group by folder; everything else is spread freely."""
    for item in items:
        if item.nodeid.startswith(TAKE_TURNS):
            item.add_marker(pytest.mark.xdist_group("stack"))
        elif item.nodeid.startswith(TOGETHER):
            item.add_marker(pytest.mark.xdist_group("security"))
