"""Asks reporting for a rebuild through its public door, and compares everything before with everything after (I9)."""

import json

from tools.chaos.client import Client
from tools.chaos.oracles.o3_figures import checksum
from tools.chaos.world import World, wait_for

WITHIN_S = 120.0


def rebuilt_same(world: World) -> bool:
    """Whether facts and cells made anew from the feeds are the live ones, byte by byte."""
    client = Client(world)
    before = checksum(world.dsn("reporting"))
    job = client.must(
        "POST", "/v1/jobs", service="reporting", body={"kind": "rebuild"}, idempotency_key="chaos-rebuild"
    )
    path = f"/v1/jobs/{job['id']}"

    def ended() -> bool:
        answer = client.ask("GET", path, service="reporting")
        return answer.status == 200 and json.loads(answer.body)["state"] in ("done", "failed")

    if not wait_for(ended, WITHIN_S, every=0.5):
        return False
    state = json.loads(client.ask("GET", path, service="reporting").body)
    return state["state"] == "done" and not state["result"]["changed"] and checksum(world.dsn("reporting")) == before


def shown_unknown(world: World) -> int:
    """How many deliveries of unknown fate the operator's list shows."""
    client, shown, after = Client(world), 0, ""
    while True:
        query = f"/v1/deliveries?state=unknown&limit=200{f'&after={after}' if after else ''}"
        page = client.must("GET", query, service="notifications")
        shown += len(page["items"])
        after = page["next"] or ""
        if not after:
            return shown
