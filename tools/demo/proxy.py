"""A small reverse proxy for the demo: one host, the paths of deploy/gateway/paths.yaml, HTTP/1.1, streaming."""

import argparse
import asyncio
import json
import signal
import sys
import time
from dataclasses import dataclass

from tools.gateway import Gateway, Route, read_paths

HEAD_LIMIT = 64 * 1024
PIECE = 64 * 1024
IDLE = 65.0  # seconds either side may be silent
CONNECT_WITHIN = 15.0  # seconds in which a restarting service may come back; nothing was sent yet, so waiting is safe
HOP = {"connection", "keep-alive", "proxy-connection", "upgrade", "te"}
REASONS = {302: "Found", 308: "Permanent Redirect", 400: "Bad Request", 404: "Not Found", 413: "Content Too Large"}


@dataclass(frozen=True)
class Head:
    """The first line and the header lines of a request."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str | None:
        """The value of a header."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


class Malformed(Exception):
    """Not an HTTP/1.1 request this proxy passes on."""


def parse_head(raw: bytes) -> Head:
    """Read a request head; raises Malformed."""
    first, *lines = raw.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[1].startswith("/") or not words[2].startswith("HTTP/1."):
        raise Malformed(first[:80])
    headers = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise Malformed(line[:80])
        headers.append((name, value.strip()))
    head = Head(words[0], words[1], tuple(headers))
    if head.get("content-length") is not None and head.get("transfer-encoding") is not None:
        raise Malformed("both a length and a transfer encoding")
    return head


def forwarded(head: Head, route: Route, client: str) -> bytes:
    """The head as the service sees it: prefix stripped, one request per connection, X-Forwarded-* completed."""
    inner = head.target[len(route.prefix) :]
    inner = inner if inner.startswith("/") else f"/{inner}"
    chain = head.get("x-forwarded-for")
    added = {
        "X-Forwarded-For": f"{chain}, {client}" if chain else client,
        "X-Forwarded-Host": head.get("x-forwarded-host") or head.get("host") or "",
        "X-Forwarded-Proto": head.get("x-forwarded-proto") or "http",
        "X-Forwarded-Prefix": route.prefix,
        "Connection": "close",
    }
    dropped = HOP | {name.lower() for name in added}
    kept = [(name, value) for name, value in head.headers if name.lower() not in dropped]
    lines = [f"{head.method} {inner} HTTP/1.1", *(f"{name}: {value}" for name, value in [*kept, *added.items()])]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def answer(status: int, body: dict[str, object] | None = None, **headers: str) -> bytes:
    """A whole answer of the proxy itself, problems as problem+json."""
    content = json.dumps(body).encode() if body else b""
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Bad Gateway')}", f"Content-Length: {len(content)}"]
    lines += ["Connection: close", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    if body:
        lines.append("Content-Type: application/problem+json")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + content


def problem(status: int, title: str) -> bytes:
    """An answer with a problem body."""
    return answer(status, {"type": "about:blank", "title": title, "status": status})


class Proxy:
    """Serves one listening port. `ports`: service name to loopback port; `patience`: seconds a service may be away."""

    def __init__(self, gateway: Gateway, ports: dict[str, int], *, patience: float = CONNECT_WITHIN) -> None:
        self.gateway = gateway
        self.ports = ports
        self.patience = patience

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        try:
            await self._serve(reader, writer)
        except (ConnectionError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # either side went away; there is nobody left to tell
        finally:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raw = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), IDLE)
        try:
            head = parse_head(raw)
            length = int(head.get("content-length") or 0)
        except (Malformed, ValueError):
            await say(writer, problem(400, "Malformed request"))
            return
        route = self.gateway.route(head.path)
        own = self._own_answer(head, route, length)
        if own is not None or route is None:
            await say(writer, own or problem(404, "Not found"))
            return
        client = writer.get_extra_info("peername")[0]
        try:
            inner_reader, inner_writer = await connect(self.ports[route.name], within=self.patience)
        except OSError:
            await say(writer, problem(502, f"{route.name} does not answer"))
            return
        inner_writer.write(forwarded(head, route, client))
        endless = head.get("transfer-encoding") is not None
        upload = asyncio.create_task(send_body(reader, inner_writer, None if endless else length))
        try:
            if not await pump(inner_reader, writer, None):
                await say(writer, problem(502, f"{route.name} went away"))
        finally:
            upload.cancel()
            inner_writer.close()

    def _own_answer(self, head: Head, route: Route | None, length: int) -> bytes | None:
        """What the proxy answers without asking a service."""
        if head.path == "/":
            return answer(302, Location=self.gateway.home)
        if route is None or route.name not in self.ports:
            return problem(404, "Not found")
        if head.path == route.prefix:
            return answer(308, Location=f"{route.prefix}/")
        if length > self.gateway.limit_bytes:
            return problem(413, "Body too large")
        return None


async def say(writer: asyncio.StreamWriter, content: bytes) -> None:
    """Write a whole answer."""
    writer.write(content)
    await writer.drain()


async def connect(port: int, *, within: float) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to a service, giving one that restarts a moment; raises OSError."""
    until = time.monotonic() + within
    while True:
        try:
            return await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            if time.monotonic() > until:
                raise
            await asyncio.sleep(0.1)


async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter, limit: int | None) -> int:
    """Copy up to `limit` bytes, or until the end; returns how many."""
    copied = 0
    while limit is None or copied < limit:
        size = PIECE if limit is None else min(PIECE, limit - copied)
        piece = await asyncio.wait_for(source.read(size), IDLE)
        if not piece:
            break
        target.write(piece)
        await target.drain()
        copied += len(piece)
    return copied


async def send_body(source: asyncio.StreamReader, target: asyncio.StreamWriter, limit: int | None) -> None:
    """Copy a request's body; a client that leaves in the middle takes the connection to the service along."""
    try:
        copied = await pump(source, target, limit)
        if limit is None or copied < limit:
            target.close()
    except (ConnectionError, TimeoutError):
        target.close()


async def run(port: int, ports: dict[str, int]) -> None:
    """Serve until SIGTERM."""
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    proxy = Proxy(read_paths(), ports)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", port, limit=HEAD_LIMIT)
    async with server:
        await stopped.wait()


def main(arguments: list[str]) -> int:
    """python -m tools.demo.proxy --port P registry=P1 reporting=P2 …"""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("services", nargs="+", help="name=port")
    chosen = parser.parse_args(arguments)
    ports = {name: int(port) for name, port in (word.split("=") for word in chosen.services)}
    asyncio.run(run(chosen.port, ports))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
