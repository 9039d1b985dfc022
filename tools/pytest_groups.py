"""A pytest plugin for parallel runs: tests that start stacks or browsers take turns, in two lines of like length."""

import pytest

LINES = {
    "stacks": ("tests/containers/", "tests/e2e/", "tests/browser/"),
    "attacks": ("tests/security/", "tests/chaos/"),
}


# First: what spreads the tests looks at the marks in the same hook.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group by folder; everything else is spread freely."""
    for item in items:
        line = next((name for name, folders in LINES.items() if item.nodeid.startswith(folders)), None)
        if line is not None:
            item.add_marker(pytest.mark.xdist_group(line))
