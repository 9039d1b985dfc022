"""The demo's supervisor with real servers and stand-in services."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.support.wait import eventually
from tools.demo.stack import Stack, stack

COMMAND = (sys.executable, "-m", "tests.support.stand_in_demo")


def alive(pid: int) -> bool:
    """Whether a process exists and is not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def session_of(pid: int) -> list[int]:
    """All living processes of a session."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and alive(int(entry.name)):
            try:
                if os.getsid(int(entry.name)) == pid:
                    found.append(int(entry.name))
            except ProcessLookupError:
                continue
    return found


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Stack]:
    """A stand-in demo."""
    with stack(tmp_path / "demo", command=COMMAND, options=("--quiet",), within=60) as demo:
        yield demo


class TestSupervisor:
    """Starts, keeps alive, takes down."""

    def test_starts_a_killed_child_again(self, running: Stack) -> None:
        for name in ("registry", "valkey", "postgres"):
            running.restart(name)
        assert running.process.poll() is None

    def test_leaves_no_process_when_it_is_killed_itself(self, running: Stack) -> None:
        pids = list(running.pids.values())
        assert len(pids) == 5
        os.kill(running.process.pid, signal.SIGKILL)
        running.process.wait()
        eventually(lambda: not any(session_of(pid) for pid in pids), within=15)

    def test_stops_cleanly(self, running: Stack) -> None:
        pids = list(running.pids.values())
        assert running.stop() == 0
        assert not any(session_of(pid) for pid in pids)

    def test_refuses_a_second_demo_on_the_same_folder(self, running: Stack) -> None:
        second = subprocess.run(
            [*COMMAND, "--state", str(running.state_dir)], check=False, capture_output=True, text=True, timeout=30
        )
        assert second.returncode == 1
        assert "already running" in second.stderr
        assert str(running.process.pid) in second.stderr

    def test_keeps_secrets_from_others(self, running: Stack) -> None:
        assert stat.S_IMODE(running.state_dir.stat().st_mode) == 0o700
        for name in ("secrets.json", "running.json"):
            assert stat.S_IMODE((running.state_dir / name).stat().st_mode) == 0o600

    def test_gives_services_roles_without_power(self, running: Stack) -> None:
        with psycopg.connect(admin_url(running)) as connection:
            rows = connection.execute(
                "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles "
                "WHERE rolname ~ '^(registry|reporting|notifications)_'"
            ).fetchall()
            foreign = connection.execute(
                "SELECT has_database_privilege('registry_app', 'peyvand_reporting', 'CONNECT')"
            )
            assert foreign.fetchone() == (False,)
        assert len(rows) == 9
        assert not any(power for _, power in rows)


def admin_url(running: Stack) -> str:
    """The administrator's address of a stand-in demo."""
    password = json.loads((running.state_dir / "secrets.json").read_text())["postgres"]
    port = json.loads((running.state_dir / "ports.json").read_text())["postgres"]
    return f"postgresql://peyvand_admin:{password}@127.0.0.1:{port}/postgres"


class TestRefusals:
    """What cannot start says so in one plain line, at once."""

    def refused(self, folder: Path, *words: str, **environment: str) -> str:
        done = subprocess.run(
            [*COMMAND, "--state", str(folder), *words],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 1
        (line,) = [line for line in done.stderr.splitlines() if line.startswith("peyvand: ")]
        assert "Traceback" not in done.stderr
        return line

    def test_a_taken_port_is_named(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            assert f"port {port} is taken" in self.refused(tmp_path / "demo", "--port", str(port))

    @pytest.mark.parametrize("address", ["postgresql://nobody@127.0.0.1:1/postgres", "not an address"])
    def test_a_database_that_is_not_there_is_named(self, tmp_path: Path, address: str) -> None:
        line = self.refused(tmp_path / "demo", PEYVAND_ADMIN_DATABASE_URL=address)
        assert "PEYVAND_ADMIN_DATABASE_URL" in line
