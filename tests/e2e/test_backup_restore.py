"""A backup under load, the loss of all data, a restore: nobody is told twice, and what was backed up is there (C23)."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.loss import Measured, instant, missing, told_twice
from tests.support.wait import eventually
from tools.chaos import workload
from tools.chaos.journal import Journal
from tools.chaos.oracles.o4_messages import Sink
from tools.chaos.stage import set_stage
from tools.chaos.workload import Load
from tools.chaos.world import COMMAND, ROOT, World
from tools.demo.stack import stack

PASSPHRASE = "a passphrase for one test"


def peyvand(*words: str, passphrase: str = PASSPHRASE) -> "subprocess.CompletedProcess[str]":
    """One command of the operator."""
    environment = {**os.environ, "PEYVAND_BACKUP_PASSPHRASE": passphrase}
    command = [sys.executable, "-m", "tools.main", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def some_load(world: World, name: str, seed: int) -> Load:
    """Twenty writes a second by four hands."""
    load = Load(world, Journal(world.folder / f"{name}.jsonl"), seed, rate=20.0)
    load.start()
    return load


@pytest.mark.timeout(420)
def test_loss_of_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole drill, sealed, with the figures for the operator's note."""
    monkeypatch.setattr(workload, "GIVE_UP_S", 1.0)  # nobody asks again for what was lost
    state, kept = tmp_path / "bench", tmp_path / "set"
    with stack(state, command=COMMAND, options=()) as running:
        world = World(running)
        set_stage(world)
        load = some_load(world, "before", 1)
        eventually(lambda: load.writes > 60, within=60)
        done = peyvand("backup", "--state", str(state), "--to", str(kept), "--secrets", str(tmp_path / "secrets.enc"))
        assert done.returncode == 0, done.stderr
        sofar = load.writes
        eventually(lambda: load.writes > sofar + 60, within=60)
        lost_at = time.time()
        world.stack.process.kill()
        load.stop()
    eventually(lambda: not (state / "postgres" / "data" / "postmaster.pid").exists(), within=30)
    shutil.rmtree(state / "postgres")
    (state / "running.json").unlink()  # left by the supervisor that was killed
    wrong = peyvand("restore", str(kept), "--state", str(state), passphrase="another passphrase")
    assert (wrong.returncode, "passphrase is another one" in wrong.stderr) == (1, True)
    done = peyvand("restore", str(kept), "--verify", "--state", str(state))
    assert done.returncode == 0, done.stderr
    print(done.stdout)
    with stack(state, command=COMMAND, options=()) as running:
        rto, world = time.time() - lost_at, World(running)
        present = {str(row[0]) for row in world.sql("registry", "SELECT id FROM meetings")}
        manifest = json.loads((kept / "manifest.json").read_text())
        snapshot = next(instant(each["measured"]["at"]) for each in manifest["saved"] if each["service"] == "registry")
        gone, writes, lost = missing(state / "before.jsonl", present, before=snapshot)
        assert gone == []
        again = some_load(world, "after", 2)
        eventually(lambda: again.writes > 40, within=60)
        again.stop()
        eventually(lambda: at_rest(world), within=60)
        sink = Sink(state / "mailbox")
        assert told_twice(sink) == []
        states = dict(world.sql("notifications", "SELECT state, count(*) FROM deliveries GROUP BY 1"))
    measured = Measured(lost_at - snapshot.timestamp(), rto, writes, lost, len(sink.mails), len(sink.texts))
    print(measured, states)
    assert states.get("planned", 0) == 0


def at_rest(world: World) -> bool:
    """Everything said is heard, and nothing waits to be sent."""
    heads = dict(world.sql("registry", "SELECT stream, last_seq FROM feed_head"))
    cursors = world.sql("notifications", "SELECT stream, pos FROM consumer_cursors WHERE source = 'registry'")
    waiting = world.sql(
        "notifications", "SELECT count(*) FROM deliveries WHERE state IN ('planned', 'claimed', 'data')"
    )
    unnumbered = world.sql("registry", "SELECT count(*) FROM outbox WHERE feed_seq IS NULL")
    return all(heads[stream] == pos for stream, pos in cursors) and not waiting[0][0] and not unnumbered[0][0]
