"""Health checks prove progress: a heartbeat is fresh only while work is really done."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from shared.kernel import alive, work
from shared.kernel.alive import beat, is_alive, silence_of
from shared.kernel.work import Loop, run_loops
from tests.support.database import Database
from tests.support.processes import environment_of, started
from tests.support.valkey import own_valkey
from tests.support.wait import eventually
from tools.demo.state import free_port


def asked(file: Path) -> "subprocess.CompletedProcess[str]":
    """What a container's health check runs."""
    return subprocess.run(
        [sys.executable, "-m", "shared.kernel.alive", str(file)], capture_output=True, text=True, check=False
    )


def turning(
    step: Callable[[], int], file: Path, monkeypatch: pytest.MonkeyPatch, patience_s: float = 60
) -> threading.Event:
    """One loop in the background with a health check that is as impatient as a test."""
    monkeypatch.setattr(work, "FRESH_S", 0.5)
    stop = threading.Event()
    loop = Loop("probe", step, idle_s=0.01, patience_s=patience_s)
    thread = threading.Thread(target=run_loops, args=([loop],), kwargs={"heartbeat": str(file), "stop": stop})
    thread.daemon = True
    thread.start()
    return stop


class TestHeartbeat:
    """The file and its question."""

    def test_is_asked_by_a_cheap_command(self, tmp_path: Path) -> None:
        file = tmp_path / "beat"
        assert asked(file).returncode == 1
        assert "no heartbeat" in asked(file).stdout
        beat(str(file))
        assert asked(file).returncode == 0
        beat(str(file), patience_s=-40)
        assert asked(file).returncode == 1
        assert "no progress for 40 s" in asked(file).stdout

    def test_a_long_piece_of_work_may_be_silent_for_its_time(self, tmp_path: Path) -> None:
        file = str(tmp_path / "beat")
        beat(file, patience_s=600)
        assert is_alive(file)
        beat(file, patience_s=alive.FARTHEST_S + 60)
        assert silence_of(file) is None, "from before the machine started anew"

    def test_stops_when_a_loop_no_longer_turns(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        hang, file = threading.Event(), tmp_path / "beat"
        done = threading.Event()

        def step() -> int:
            if hang.is_set():
                done.wait(20)
            return 0

        stop = turning(step, file, monkeypatch, patience_s=10.0)
        eventually(file.exists)
        hang.set()
        eventually(lambda: (silence_of(str(file)) or 0) > 2, within=9)
        done.set()
        stop.set()

    def test_stops_when_a_loop_only_waits_for_a_neighbour(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        away, file = threading.Event(), tmp_path / "beat"

        def step() -> int:
            if away.is_set():
                raise OperationalError("away", {}, psycopg.OperationalError("away"))
            return 0

        stop = turning(step, file, monkeypatch)
        eventually(file.exists)
        away.set()
        eventually(lambda: (silence_of(str(file)) or 0) > 2.5, within=12)
        away.clear()
        eventually(lambda: (silence_of(str(file)) or 9) < 1.5, within=12)
        stop.set()


class TestCeleryWorker:
    """A worker's heartbeat comes out of its queue."""

    def test_is_fresh_while_it_consumes_and_only_then(self, notifications_database: Database, tmp_path: Path) -> None:
        file = tmp_path / "beat"
        words = ("celery", "-A", "services.notifications.worker", "worker", "--pool", "solo", "-l", "WARNING")
        with own_valkey(tmp_path) as url:
            environment = environment_of(
                notifications_database, REDIS_URL="", CELERY_REDIS_URL=url, HEARTBEAT_FILE=str(file)
            )
            with started(environment, *words, log=tmp_path / "log") as process:
                eventually(file.exists, within=40)
                process.send_signal(signal.SIGSTOP)
                eventually(lambda: (silence_of(str(file)) or 0) > 7, within=20)
                process.send_signal(signal.SIGCONT)
                eventually(lambda: (silence_of(str(file)) or 9) < 3, within=20)
                process.terminate()
                assert process.wait(30) == 0

    def test_comes_back_when_the_queue_was_away(self, notifications_database: Database, tmp_path: Path) -> None:
        file, port = tmp_path / "beat", free_port(set())
        words = ("celery", "-A", "services.notifications.worker", "worker", "--pool", "solo", "-l", "WARNING")
        with ExitStack() as stack:
            with own_valkey(tmp_path, port=port) as url:
                environment = environment_of(
                    notifications_database, REDIS_URL="", CELERY_REDIS_URL=url, HEARTBEAT_FILE=str(file)
                )
                stack.enter_context(started(environment, *words, log=tmp_path / "log"))
                eventually(file.exists, within=60)
            eventually(lambda: (silence_of(str(file)) or 0) > 12, within=40)
            with own_valkey(tmp_path, port=port):
                eventually(lambda: (silence_of(str(file)) or 99) < 5, within=60)
