"""A pytest plugin for parallel runs: tests that start stacks, benches or browsers take turns, in two like lines.

The lines are the scopes of a scheduler of our own. The groups of xdist 3.8 (`--dist loadgroup`) need node ids that can
be written, which pytest 9.2 ended: their marks are silently ignored (pytest-xdist issue 1386).
"""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

LINES = {
    "stacks": ("tests/containers/", "tests/e2e/"),
    "attacks": ("tests/security/", "tests/browser/", "tests/chaos/"),
}


class LineScheduling(LoadScopeScheduling):
    """A file stays together, for its fixtures' sake; so does a line."""

    def _split_scope(self, nodeid: str) -> str:
        return next((name for name, folders in LINES.items() if nodeid.startswith(folders)), nodeid.partition("::")[0])


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LineScheduling:
    """In the order of collection: what is quick first, while images are made for what is not."""
    config.option.loadscopereorder = False
    return LineScheduling(config, log)
