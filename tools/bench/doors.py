"""The limits the product's doors are measured against: an answer of the same bytes, and the same rows by raw asyncpg."""

import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


async def ready(_request: Request) -> Response:
    """Alive."""
    return Response("ok")


def static() -> Starlette:
    """Always the same bytes; made anew for each request as any answer is."""
    body = Path(os.environ["BENCH_BODY"]).read_bytes()

    async def answer(_request: Request) -> Response:
        return Response(body, media_type="application/json")

    return Starlette(routes=[Route("/readyz", ready), Route("/", answer)])
