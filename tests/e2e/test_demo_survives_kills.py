"""kill -9 of each process of a running demo and an emptied Redis: everything answers again, nothing stays behind."""

from collections.abc import Iterator

import httpx2
import pytest
import redis

from tests.support.wait import eventually
from tools.demo.stack import Stack, stack
from tools.demo.state import State
from tools.story.api import Api
from tools.story.stage import TENANT

SERVICES = ("registry", "reporting", "notifications")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A real demo without data."""
    with stack(tmp_path_factory.mktemp("kills") / "demo", options=("--bare", "--quiet"), within=300) as demo:
        yield demo


def at_rest(api: Api) -> bool:
    """Whether no event is unread and no message unsent."""
    try:
        clocks = [api.get(f"/{service}/operator/v1/clock") for service in SERVICES]
    except httpx2.HTTPError:
        return False
    return all(clock["lag"] == 0 and clock["unsent_due"] == 0 for clock in clocks)


def healthy(running: Stack) -> bool:
    """Whether each service and the mailbox answer at the one URL."""
    try:
        answers = [httpx2.get(f"{running.url}/{name}/readyz", timeout=20) for name in (*SERVICES, "mailbox")]
    except httpx2.HTTPError:
        return False
    return all(answer.status_code == 200 for answer in answers)


@pytest.mark.timeout(900)
class TestKills:
    """The supervisor and the services heal without help."""

    def test_everything_comes_back_after_kill_9_and_an_emptied_redis(self, running: Stack) -> None:
        first = running.accounts[0]
        for name in list(running.pids):
            running.restart(name, within=120)
        eventually(lambda: healthy(running), within=240, every=0.5)
        state = State(running.state_dir)
        password, port = state.secret("valkey"), state.read("ports.json")["valkey"]
        with redis.Redis(host="127.0.0.1", port=port, password=password) as client:
            client.flushall()
        api = Api(running.url, TENANT, first.login, first.password)
        eventually(lambda: at_rest(api), within=120, every=0.5)
        assert running.process.poll() is None
        assert healthy(running)
