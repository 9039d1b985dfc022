"""Backup, destruction of the database's volume under load, `restore --verify`: nobody is told twice (C23)."""

import json
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.loss import Measured, instant, missing, told_twice
from tests.support.own_stack import StackWorld, peyvand
from tests.support.wait import eventually
from tools.chaos import workload
from tools.chaos.journal import Journal
from tools.chaos.oracles.o4_messages import Sink
from tools.chaos.workload import Load

PASSPHRASE = "a passphrase for one test"


def some_load(world: StackWorld, name: str, seed: int) -> Load:
    """Twenty writes a second by four hands."""
    load = Load(world, Journal(world.folder / f"{name}.jsonl"), seed, rate=20.0)
    load.start()
    return load


def at_rest(world: StackWorld) -> bool:
    """Everything said is heard, and nothing waits to be sent."""
    heads = dict(world.sql("registry", "SELECT stream, last_seq FROM feed_head"))
    cursors = world.sql("notifications", "SELECT stream, pos FROM consumer_cursors WHERE source = 'registry'")
    waiting = "SELECT count(*) FROM deliveries WHERE state IN ('planned', 'claimed', 'data')"
    open_ones = world.sql("notifications", waiting)[0][0]
    unnumbered = world.sql("registry", "SELECT count(*) FROM outbox WHERE feed_seq IS NULL")[0][0]
    return all(heads[stream] == pos for stream, pos in cursors) and not open_ones and not unnumbered


def destroy(world: StackWorld) -> None:
    """The database, its files, and everything that used it, without warning."""
    listed = [each["Name"] for each in world.compose.containers() if each["Service"] not in ("mailbox", "gateway")]
    subprocess.run(["docker", "rm", "-f", *listed], check=True, capture_output=True)
    subprocess.run(["docker", "volume", "rm", f"{world.compose.project}_postgres"], check=True, capture_output=True)


@pytest.mark.drill
@pytest.mark.timeout(900)
def test_everything_is_lost_and_comes_back(
    operated: StackWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sealed backup under load, loss under load, verified restore, more load; measured RPO and RTO are printed."""
    monkeypatch.setattr(workload, "GIVE_UP_S", 1.0)  # nobody asks again for what was lost
    state, kept = operated.folder, tmp_path / "set"
    load = some_load(operated, "before", 11)
    eventually(lambda: load.writes > 60, within=60)
    done = peyvand("backup", "--state", str(state), "--to", str(kept), passphrase=PASSPHRASE)
    assert done.returncode == 0, done.stderr
    sofar = load.writes
    eventually(lambda: load.writes > sofar + 60, within=60)
    lost_at = time.time()
    destroy(operated)
    load.stop()
    restored = peyvand("restore", str(kept), "--verify", "--state", str(state), passphrase=PASSPHRASE)
    assert restored.returncode == 0, restored.stderr
    rto = time.time() - lost_at
    manifest = json.loads((kept / "manifest.json").read_text())
    snapshot = next(instant(each["measured"]["at"]) for each in manifest["saved"] if each["service"] == "registry")
    present = {str(row[0]) for row in operated.sql("registry", "SELECT id FROM meetings")}
    gone, writes, lost = missing(state / "before.jsonl", present, before=snapshot)
    assert gone == [], "acknowledged before the backup's snapshot"
    again = some_load(operated, "after", 12)
    eventually(lambda: again.writes > 40, within=60)
    again.stop()
    eventually(lambda: at_rest(operated), within=90)
    sink = Sink(operated.received(tmp_path / "mailbox"))
    assert told_twice(sink) == []
    states = dict(operated.sql("notifications", "SELECT state, count(*) FROM deliveries GROUP BY 1"))
    measured = Measured(lost_at - snapshot.timestamp(), rto, writes, lost, len(sink.mails), len(sink.texts))
    print(f"{done.stdout}{restored.stdout}{measured}; deliveries afterwards: {states}")
