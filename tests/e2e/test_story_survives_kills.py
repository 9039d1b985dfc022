"""The acceptance story while kill -9 goes round all processes and Redis is emptied: figures and messages end right."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis

from tools import story
from tools.demo.stack import Stack, stack
from tools.demo.state import State
from tools.story.checks import Checks
from tools.story.expected import expected_messages
from tools.story.messages import seen_messages

PAUSE_S = 4.0
"""Between the return of one process and the end of the next."""
PATIENCE_S = 240.0
"""A killed sender's claims come free after their lease of a minute; several may be killed one after another."""
BEGINS = "steps 2 and 3"
"""Where most is written and sent."""


@dataclass
class Fire:
    """kill -9 of each process in turn; then the bus is emptied."""

    demo: Stack
    killed: list[str] = field(default_factory=list)
    emptied: bool = False
    thread: threading.Thread | None = None

    def at(self, line: str) -> None:
        """Told each line of the story; begins with the act where most happens."""
        story.say(line)
        if line.startswith(BEGINS):
            self.thread = threading.Thread(target=self._burn)
            self.thread.start()

    def end(self) -> None:
        """Wait for the last kill."""
        assert self.thread is not None
        self.thread.join()

    def _burn(self) -> None:
        for name in list(self.demo.pids):
            threading.Event().wait(PAUSE_S)
            self.demo.restart(name, within=120)
            self.killed.append(name)
        state = State(self.demo.state_dir)
        password, port = state.secret("valkey"), state.read("ports.json")["valkey"]
        with redis.Redis(host="127.0.0.1", port=port, password=password) as client:
            self.emptied = bool(client.flushall())


@pytest.mark.timeout(1200)
@pytest.mark.requirement("R-165", "R-169")
def test_figures_and_messages_end_right_without_help(tmp_path: Path) -> None:
    with stack(tmp_path / "demo", options=("--bare", "--quiet"), within=300) as demo:
        checks, fire = Checks(story.say), Fire(demo)
        play = story.play_story(demo.url, demo.accounts[0], checks, fire.at, patience_s=PATIENCE_S)
        fire.end()
        play.clock.rest()
        seen, rows = seen_messages(play.stage, states=("sent", "unknown"))
        captured = play.stage.hq.get("/mailbox/api/messages")["messages"]
        parts = set(demo.pids)
    doubtful = [row for row in rows if row["state"] == "unknown"]
    print(f"killed {fire.killed}; asked again {play.stage.hq.repeated} times; in doubt {len(doubtful)}")
    assert [line for line in checks.lines if not line["ok"]] == []
    assert seen == expected_messages(play.stage.provinces)
    # A sender killed between the mark and the answer leaves a doubt that is shown; nobody is told twice.
    assert seen.total() - len(doubtful) <= len(captured) <= seen.total()
    references = [each["headers"].get("message-id") or each["headers"]["localid"] for each in captured]
    assert len(set(references)) == len(captured)
    assert set(fire.killed) == parts
    assert fire.emptied
