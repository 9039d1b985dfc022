"""A light HTTP client for load: raw sockets on one event loop, requests as bytes, answers counted by status."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

Requests = Callable[[int], bytes]
"""The next request of a connection, by the connection's number."""


@dataclass
class Load:
    """What a load saw: answers by status, the size of the last body, answers a second."""

    statuses: Counter[int] = field(default_factory=Counter)
    last: bytes = b""
    seconds: float = 0.0

    @property
    def per_s(self) -> float:
        """Answers a second."""
        return sum(self.statuses.values()) / self.seconds


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    if body or method == "POST":
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Status and body of the next answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    at = head.lower().find(b"content-length:")
    if at < 0:
        return status, b""
    return status, await reader.readexactly(int(head[at + 15 : head.index(b"\r\n", at)]))


async def _drive(port: int, connections: int, seconds: float, requests: Requests, seen: Load) -> None:
    until = time.perf_counter() + seconds

    async def one(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < until:
            writer.write(requests(number))
            status, seen.last = await answer(reader)
            seen.statuses[status] += 1
        writer.close()

    await asyncio.gather(*(one(number) for number in range(connections)))


def drive(port: int, *, connections: int, seconds: float, requests: Requests) -> Load:
    """Ask for some seconds on some kept-alive connections of this machine."""
    seen = Load()
    begin = time.perf_counter()
    asyncio.run(_drive(port, connections, seconds, requests, seen))
    seen.seconds = time.perf_counter() - begin
    return seen
