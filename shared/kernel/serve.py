"""One web process: refuses a taken port with a plain line, and leaves without dropping a request.

After SIGTERM it is not ready any more and goes on answering for a while. What the gateway may give to another process
(reads, and writes with an Idempotency-Key) is turned away at once with 503 and tried there; the rest is answered here.
Then the door closes, and what is still running gets 20 seconds.
"""

import argparse
import asyncio
import errno
import signal
import socket
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI, Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.kernel.boot import refuse

DRAIN_S = 20
SAFE = {"GET", "HEAD", "OPTIONS"}
LEAVING = {"Retry-After": "1", "Cache-Control": "no-store", "X-Peyvand-Leaving": "yes"}


class Server(uvicorn.Server):
    """uvicorn, but it says good-bye first."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, *, drain_s: float) -> None:
        super().__init__(config)
        self.app = app
        self.drain_s = drain_s

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Turn away what can be tried elsewhere for `drain_s` seconds, then close the door and drain."""
        self.app.state.leaving = True
        until = asyncio.get_running_loop().time() + self.drain_s
        while not self.force_exit and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(0.1)
        await super().shutdown(sockets)


class TurnAway:
    """While leaving: 503 to what the gateway tries again by itself; everything else is answered as ever."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] == "http" and getattr(scope["app"].state, "leaving", False) and scope["path"] != "/healthz":
            keyed = scope["method"] == "POST" and "idempotency-key" in Headers(scope=scope)
            if scope["method"] in SAFE or keyed:
                await Response(status_code=503, headers=LEAVING)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def add_door(parser: argparse.ArgumentParser) -> None:
    """Where a web process listens."""
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--proxies", default="127.0.0.1", help="addresses whose X-Forwarded headers are believed")


def serve(create: Callable[[], FastAPI], *, service: str, at: argparse.Namespace, drain_s: float) -> int:
    """Answer until SIGTERM; returns the exit code. `at` is what `add_door` parsed."""
    door = open_door(service, at.host, at.port)
    app = create()
    app.add_middleware(TurnAway)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_S,
        forwarded_allow_ips=at.proxies,
    )
    server = Server(config, app, drain_s=drain_s)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: None)  # uvicorn raises it once more at its end; a clean end is exit code 0
    with door:
        server.run(sockets=[door])
    return 0 if server.started else 1


def open_door(service: str, host: str, port: int) -> socket.socket:
    """A bound socket; ends the process with one line when somebody else has the port."""
    door = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((host, port))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            refuse(service, f"cannot listen on {host}:{port} ({error.strerror}). Choose another --host or --port.")
        refuse(service, f"port {port} is taken. Stop what listens there (`ss -ltnp`), or choose another --port.")
    return door
