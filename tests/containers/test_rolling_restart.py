"""A rolling restart of every service under fifty requests a second refuses nobody (delivery promises 3.10, C20)."""

import threading
import uuid
from typing import Any

import httpx2
import pytest

from tests.support.http_load import Ask, HttpLoad
from tests.support.own_stack import StackWorld, peyvand
from tools.chaos.client import Client
from tools.operate.compose import Running


def asks(world: StackWorld, run: str) -> HttpLoad:
    """Reads of all three services, and writes of one, through the gateway."""
    client, lock = Client(world), threading.Lock()
    assert client.sign_in()

    def ask(http: httpx2.Client, method: str, path: str, **more: Any) -> int:
        """One request; a token that ended meanwhile (they live ten minutes) is renewed, and the request sent again."""
        given = more.pop("headers", {})
        for _attempt in (1, 2):
            token = client.token
            signed = given | {"authorization": f"Bearer {token}"}
            status = http.request(method, world.compose.url + path, headers=signed, **more).status_code
            if status != 401:
                break
            with lock:
                if client.token == token:
                    client.sign_in()
        return status

    def read(path: str) -> Ask:
        return lambda http, _number: ask(http, "GET", path)

    def write(http: httpx2.Client, number: int) -> int:
        person = {
            "id": str(uuid.uuid5(uuid.UUID(run), str(number))), "territory_code": "IR",
            "display_name": f"{run} {number}",
            "family_name": run, "language": "fa", "minor": False, "email": f"roll{number}.{run}@chaos.example",
        }  # fmt: skip
        return ask(http, "POST", "/registry/v1/people", json=person, headers={"idempotency-key": f"{run}/{number}"})

    reads = [
        ("registry", read("/registry/v1/programmes")),
        ("reporting", read("/reporting/readyz")),
        ("notifications", read("/notifications/v1/deliveries?limit=1")),
        ("page", read("/reporting/healthz")),
    ]
    return HttpLoad([*reads, *reads, ("write", write)])


@pytest.mark.drill
@pytest.mark.timeout(1300)
def test_nobody_is_refused_while_everything_is_renewed(operated: StackWorld) -> None:
    """Every container of ours is another one afterwards, and each request had its answer."""
    run = str(uuid.uuid4())
    before = {each["Name"] for each in operated.compose.containers()}
    load = asks(operated, run)
    load.start()
    try:
        done = peyvand("roll", "--state", str(operated.folder), "--patience", "300", within=1200)
    finally:
        load.stop()
    assert done.returncode == 0, done.stderr
    after = {each["Name"] for each in operated.compose.containers()}
    ours = Running(operated.compose).rollable()
    assert len(ours) == 14
    kept = {
        name for name in before & after if any(name.startswith(f"{operated.compose.project}-{own}-") for own in ours)
    }
    assert kept == set()
    print(
        f"{done.stdout}{sum(load.seen.values())} requests in {load.seconds:.0f} s, {load.achieved():.1f} per second, "
        f"{dict(load.seen)}; half within {load.share(0.5):.3f} s, 99 % within {load.share(0.99):.2f} s, "
        f"all within {load.share(1):.1f} s"
    )
    assert load.failed() == {}
    assert load.achieved() >= 50
    written = load.seen["write", 201]
    present = operated.sql(
        "registry",
        "SELECT count(*) FROM people WHERE id IN (SELECT aggregate_id FROM outbox "
        "WHERE type = 'peyvand.person.registered.v1') AND display_name LIKE %s",
        f"{run}%",
    )[0][0]
    assert present == written, "each write happened once"
