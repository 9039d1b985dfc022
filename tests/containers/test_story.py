"""The acceptance story on the stack in containers, through its one URL: every figure, refusal and message by hand."""

import json
from pathlib import Path

import httpx2
import pytest

from tests.support.wait import eventually
from tools import story
from tools.compose.stack import ComposeStack
from tools.demo.accounts import Account
from tools.demo.plan import TENANT


@pytest.mark.timeout(900)
@pytest.mark.requirement("R-163", "R-168")
def test_three_provinces_through_the_autumn_in_containers(running: ComposeStack, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    first = running.state.read("running.json")["accounts"][0]
    code = story.run(running.url, out, Account(**first))
    differing = [line for line in json.loads(out.read_text(encoding="utf-8"))["checks"] if not line["ok"]]
    assert (code, differing) == (0, [])


def test_long_work_is_done_by_somebody(running: ComposeStack) -> None:
    """A job is a row; that it is there must come to a worker's ears without anybody's help."""
    first = running.state.read("running.json")["accounts"][0]
    with httpx2.Client(base_url=running.url, timeout=20) as client:
        body = {"tenant": TENANT, "login": first["login"], "password": first["password"]}
        token = client.post("/registry/v1/sign-in", json=body).json()["token"]
        client.headers["authorization"] = f"Bearer {token}"
        asked = client.post("/reporting/v1/jobs", json={"kind": "rebuild"}, headers={"idempotency-key": "long-work"})
        assert asked.status_code < 300, asked.text
        path = f"/reporting/v1/jobs/{asked.json()['id']}"
        eventually(lambda: client.get(path).json()["state"] == "done", within=90, every=1)
