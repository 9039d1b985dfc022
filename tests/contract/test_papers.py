"""Generated papers are committed and up to date."""

from importlib import import_module

import pytest

from tools.papers import stale


@pytest.mark.parametrize("generator", ["samples", "asyncapi", "openapi", "lifecycles", "requirements"])
def test_the_committed_paper_is_current(generator: str) -> None:
    differing = stale(import_module(f"tools.{generator}").make())
    assert differing == [], "run ./peyvand contracts and commit what it changes"
