"""The bench's proxy: what flows, what is held, what is reset, what is refused."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.wait import eventually
from tools.demo.state import free_port, is_free

ROOT = Path(__file__).parents[3]


def _echo(server: socket.socket) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_answer, args=(connection,), daemon=True).start()


def _answer(connection: socket.socket) -> None:
    with connection:
        try:
            while data := connection.recv(1000):
                connection.sendall(data)
        except OSError:
            return


class Wire:
    """A proxied echo server."""

    def __init__(self, port: int, control: int) -> None:
        self.port, self.control = port, control

    def order(self, **order: object) -> dict[str, object]:
        with socket.create_connection(("127.0.0.1", self.control), timeout=5) as control:
            control.sendall(json.dumps({"link": "echo", **order}).encode() + b"\n")
            return json.loads(control.makefile().readline())  # type: ignore[no-any-return]

    @contextmanager
    def connection(self) -> Iterator[socket.socket]:
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            yield connection


@pytest.fixture
def wire() -> Iterator[Wire]:
    server = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_echo, args=(server,), daemon=True).start()
    port, control = free_port(set()), free_port(set())
    words = ["--control", str(control), f"echo={port}:{server.getsockname()[1]}"]
    process = subprocess.Popen([sys.executable, "-m", "tools.chaos.proxy", *words], cwd=ROOT)
    try:
        eventually(lambda: not is_free(port) and not is_free(control))
        yield Wire(port, control)
    finally:
        process.kill()
        process.wait()
        server.close()


def test_it_carries_both_ways_and_in_slices(wire: Wire) -> None:
    with wire.connection() as connection:
        wire.order(do="slice", bytes=2)
        connection.sendall(b"hello")
        assert connection.makefile("rb").read(5) == b"hello"


def test_what_is_held_one_way_flows_on_afterwards(wire: Wire) -> None:
    with wire.connection() as connection:
        connection.sendall(b"a")
        assert connection.recv(1) == b"a"
        assert wire.order(do="hold", way="down") == {"met": 1}
        connection.sendall(b"b")
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        wire.order(do="clear")
        connection.settimeout(5)
        assert connection.recv(1) == b"b"


def test_it_is_late_by_what_was_ordered(wire: Wire) -> None:
    with wire.connection() as connection:
        wire.order(do="latency", seconds=0.2)
        began = time.monotonic()
        connection.sendall(b"a")
        assert connection.recv(1) == b"a"
        assert time.monotonic() - began >= 0.4


def test_a_reset_is_seen_as_one_and_a_refusal_too(wire: Wire) -> None:
    with wire.connection() as connection:
        connection.sendall(b"a")
        assert connection.recv(1) == b"a"
        wire.order(do="reset")
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    wire.order(do="refuse")
    # The reset may already meet the connecting, on a busy machine.
    with pytest.raises(ConnectionError), wire.connection() as connection:
        connection.sendall(b"a")
        if not connection.recv(1):
            raise ConnectionAbortedError


def test_an_unknown_order_is_answered(wire: Wire) -> None:
    assert "error" in wire.order(do="dance")
