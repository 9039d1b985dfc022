"""The acceptance story on the stack in containers, through its one URL: every figure, refusal and message by hand."""

import json
from pathlib import Path

import pytest

from tools import story
from tools.compose.stack import ComposeStack
from tools.demo.accounts import Account


@pytest.mark.timeout(900)
@pytest.mark.requirement("R-163", "R-168")
def test_three_provinces_through_the_autumn_in_containers(running: ComposeStack, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    first = running.state.read("running.json")["accounts"][0]
    code = story.run(running.url, out, Account(**first))
    differing = [line for line in json.loads(out.read_text(encoding="utf-8"))["checks"] if not line["ok"]]
    assert (code, differing) == (0, [])
