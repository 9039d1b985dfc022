"""The demo's state folder."""

import stat
from pathlib import Path

import pytest

from shared.kernel.databases import address
from tools.demo.state import AlreadyRunning, State


class TestState:
    """Lock, secrets, files."""

    def test_belongs_to_one_demo_at_a_time(self, tmp_path: Path) -> None:
        first, second = State(tmp_path / "demo"), State(tmp_path / "demo")
        first.open()
        with pytest.raises(AlreadyRunning, match="already running"):
            second.open()
        first.close()
        second.open()
        second.close()

    def test_keeps_a_secret_and_shows_it_to_nobody(self, tmp_path: Path) -> None:
        state = State(tmp_path)
        word = state.secret("a")
        assert state.secret("a") == word
        assert state.secret("b") != word
        assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


class TestAddress:
    """Database addresses of roles."""

    def test_keeps_host_port_and_options_of_the_administrator(self) -> None:
        url = address("postgresql://admin:x@db.example:6543/postgres?sslmode=require", "peyvand_registry", "r", "p")
        assert url == "postgresql://r:p@db.example:6543/peyvand_registry?sslmode=require"
