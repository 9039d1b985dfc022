"""The demo's reverse proxy between real sockets."""

import asyncio

from tools.demo.proxy import Proxy
from tools.gateway import read_paths


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A service that answers with the request it got, body included."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(
        next((line.split(b":")[1] for line in head.split(b"\r\n") if line.startswith(b"Content-Length")), b"0")
    )
    body = await reader.readexactly(length)
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + head + body)
    await writer.drain()
    writer.close()


def through_proxy(request: bytes, *, service_up: bool = True) -> bytes:
    """The whole answer to one raw request at the proxy."""

    async def exchange() -> bytes:
        service = await asyncio.start_server(echo, "127.0.0.1", 0)
        port = service.sockets[0].getsockname()[1]
        if not service_up:
            service.close()
            await service.wait_closed()
        proxy = Proxy(read_paths(), {"registry": port}, patience=0.0)
        server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
        writer.write(request)
        await writer.drain()
        answer = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        server.close()
        service.close()
        return answer

    return asyncio.run(exchange())


class TestProxy:
    """One host in front of the services."""

    def test_passes_a_large_body_on_unchanged(self) -> None:
        body = b"x" * 1_000_000
        head = f"POST /registry/v1/imports HTTP/1.1\r\nHost: h\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        answer = through_proxy(head + body)
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert b"POST /v1/imports HTTP/1.1" in answer
        assert answer.endswith(body)

    def test_never_passes_on_a_second_request_hidden_behind_the_first(self) -> None:
        hidden = b"GET /internal/v1/feed HTTP/1.1\r\nHost: h\r\n\r\n"
        answer = through_proxy(b"POST /registry/v1/x HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n" + hidden)
        assert b"/internal/" not in answer

    def test_leads_the_root_to_the_first_page(self) -> None:
        answer = through_proxy(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 302 ")
        assert b"Location: /reporting/" in answer

    def test_does_not_let_private_paths_out(self) -> None:
        assert through_proxy(b"GET /registry/metrics HTTP/1.1\r\nHost: h\r\n\r\n").startswith(b"HTTP/1.1 404 ")

    def test_says_when_a_service_does_not_answer(self) -> None:
        answer = through_proxy(b"GET /registry/v1/x HTTP/1.1\r\nHost: h\r\n\r\n", service_up=False)
        assert answer.startswith(b"HTTP/1.1 502 ")
        assert b"application/problem+json" in answer
