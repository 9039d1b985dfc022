"""An application behind a real HTTP server on a free port."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from tests.support.wait import eventually
from tools.demo.state import LOOPBACK, free_port


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The server's address; it is gone afterwards."""
    port = free_port(set())
    config = uvicorn.Config(app, host=LOOPBACK, port=port, log_level="error", access_log=False, server_header=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        eventually(lambda: server.started, within=30)
        yield f"http://{LOOPBACK}:{port}"
    finally:
        server.should_exit = True
        thread.join(20)
