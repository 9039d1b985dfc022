"""The bench's own TCP proxy: latency, half-open links, resets and small slices between any two parts.

`python -m tools.chaos.proxy --control PORT NAME=LISTEN:TARGET …`; the control socket takes one JSON line per order.
"""

import argparse
import asyncio
import contextlib
import json
import socket
import struct
import sys
from dataclasses import dataclass, field
from typing import Any

LOOPBACK = "127.0.0.1"
CHUNK = 65_536
UP, DOWN = "up", "down"
RESET = struct.pack("ii", 1, 0)  # SO_LINGER of no seconds: closing sends RST instead of FIN


@dataclass
class Link:
    """One way between two parts, and what is wrong with it just now."""

    name: str
    target: int
    latency: float = 0.0
    """Seconds added to every piece."""
    slice: int = 0
    """Bytes per piece; 0 leaves pieces whole."""
    refuse: bool = False
    gates: dict[str, asyncio.Event] = field(default_factory=lambda: {UP: asyncio.Event(), DOWN: asyncio.Event()})
    ends: set[asyncio.StreamWriter] = field(default_factory=set)

    def __post_init__(self) -> None:
        """All ways are open at first."""
        self.clear()

    def clear(self) -> None:
        """Nothing is wrong any more; what was held flows on."""
        self.latency, self.slice, self.refuse = 0.0, 0, False
        for gate in self.gates.values():
            gate.set()

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until either side ends it."""
        if self.refuse:
            reset(writer)
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self.target)
        except OSError:
            reset(writer)
            return
        self.ends |= {writer, far_writer}
        pumps = [
            asyncio.ensure_future(self._pump(reader, far_writer, UP)),
            asyncio.ensure_future(self._pump(far_reader, writer, DOWN)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            for end in (writer, far_writer):
                self.ends.discard(end)
                with contextlib.suppress(OSError, RuntimeError):
                    end.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: str) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                if self.latency:
                    await asyncio.sleep(self.latency)
                await self.gates[way].wait()
                for start in range(0, len(data), self.slice or len(data)):
                    writer.write(data[start : start + (self.slice or len(data))])
                    await writer.drain()

    def order(self, order: dict[str, Any]) -> int:
        """Carry out one order; returns how many connections it met."""
        met = len(self.ends) // 2
        match order["do"]:
            case "clear":
                self.clear()
            case "hold":
                for way in (UP, DOWN) if order.get("way", "both") == "both" else (order["way"],):
                    self.gates[way].clear()
            case "reset":
                for end in list(self.ends):
                    reset(end)
            case "refuse":
                self.refuse = True
                for end in list(self.ends):
                    reset(end)
            case "latency":
                self.latency = float(order["seconds"])
            case "slice":
                self.slice = int(order["bytes"])
            case unknown:
                raise ValueError(f"no order '{unknown}'")
        return met


def reset(writer: asyncio.StreamWriter) -> None:
    """Drop a connection so that its other end sees a reset."""
    with contextlib.suppress(OSError, AttributeError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


async def listen(links: dict[str, Link], ports: dict[str, int], control: int) -> None:
    """Serve all links and the control socket for ever."""

    async def obey(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            order = json.loads(line)
            try:
                answer = {"met": links[order["link"]].order(order)}
            except (KeyError, ValueError) as error:
                answer = {"error": repr(error)}  # type: ignore[dict-item]
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        writer.close()

    servers = [await asyncio.start_server(link.meet, LOOPBACK, ports[name]) for name, link in links.items()]
    servers.append(await asyncio.start_server(obey, LOOPBACK, control))
    await asyncio.gather(*(server.serve_forever() for server in servers))


def main(arguments: list[str]) -> int:
    """Run until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--control", type=int, required=True)
    parser.add_argument("links", nargs="+")
    chosen = parser.parse_args(arguments)
    links, ports = {}, {}
    for word in chosen.links:
        name, _, where = word.partition("=")
        here, _, there = where.partition(":")
        links[name], ports[name] = Link(name, int(there)), int(here)
    asyncio.run(listen(links, ports, chosen.control))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
