"""The limits of the product's doors: an answer of the same bytes, and the same rows by raw asyncpg."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_STEP = "UPDATE pairings SET proposed_on = $2, reason = $3, sequence = sequence + 1 WHERE id = $1 RETURNING sequence"
_EVENT = """
INSERT INTO outbox (stream, event_id, type, aggregate_type, aggregate_id, sequence, tenant, programme, cycle,
    province, territory, actor, occurred_at, data)
SELECT stream, $2, type, aggregate_type, aggregate_id, sequence + 1, tenant, programme, cycle, province, territory,
    actor, now(), data FROM outbox WHERE aggregate_id = $1 AND stream = 'peyvand.registry'
    AND aggregate_type = 'pairings' ORDER BY sequence DESC LIMIT 1"""
_ANSWER = """
INSERT INTO idempotency_keys (principal, route, key, body_hash, status, body) VALUES ('bench', $1, $2, $3, 200, $4)"""


async def ready(_request: Request) -> Response:
    """Alive."""
    return Response("ok")


def static() -> Starlette:
    """Always the same bytes; made anew for each request as any answer is."""
    body = Path(os.environ["BENCH_BODY"]).read_bytes()

    async def answer(_request: Request) -> Response:
        return Response(body, media_type="application/json")

    return Starlette(routes=[Route("/readyz", ready), Route("/", answer)])


def floor() -> Starlette:
    """The rows of a pairing's step in one transaction, prepared statements on a pool, and no question asked."""
    body = Path(os.environ["BENCH_BODY"]).read_bytes()

    @asynccontextmanager
    async def pool(app: Starlette) -> AsyncIterator[None]:
        async with asyncpg.create_pool(os.environ["BENCH_REGISTRY"], min_size=10, max_size=10) as app.state.pool:
            yield

    async def write(request: Request) -> Response:
        pairing, sent = UUID(request.path_params["pairing"]), json.loads(await request.body())
        key = request.headers["idempotency-key"]
        async with request.app.state.pool.acquire() as connection, connection.transaction():
            await connection.fetchrow(_STEP, pairing, date.fromisoformat(sent["proposed_on"]), sent["reason"])
            await connection.execute(_EVENT, pairing, uuid4())
            await connection.execute(_ANSWER, request.url.path, key, key, body)
        return Response(body, media_type="application/json")

    routes = [Route("/readyz", ready), Route("/{pairing}", write, methods=["POST"])]
    return Starlette(routes=routes, lifespan=pool)
