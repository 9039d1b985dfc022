"""Idempotent writes: same principal, route, key and body give the same answer and one change."""

from datetime import datetime

from sqlalchemy import Integer, LargeBinary, Text, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from shared.kernel.db import UTC_TIME, KernelTable
from shared.kernel.problems import IdempotencyKeyReused


class IdempotencyKey(KernelTable):
    """A write by key; the row is inserted first, so that a twin waits, and the answer is kept in the same transaction.

    Keyed by principal and route as well: a stolen key never returns another province's stored body.
    """

    __tablename__ = "idempotency_keys"
    principal: Mapped[str] = mapped_column(Text, primary_key=True)
    route: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    body_hash: Mapped[str] = mapped_column(Text, nullable=False)
    status: Mapped[int | None] = mapped_column(Integer)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    etag: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTC_TIME, nullable=False, server_default=func.clock_timestamp())


class Replay(Exception):
    """This write was done before; here is its answer."""

    def __init__(self, status: int, body: bytes, etag: str | None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.etag = etag


def begin_once(session: Session, *, principal: str, route: str, key: str, body_hash: str) -> None:
    """Claim a key. Raises Replay when it was answered before, IdempotencyKeyReused when its body was another."""
    claimed = session.execute(
        insert(IdempotencyKey)
        .values(principal=principal, route=route, key=key, body_hash=body_hash)
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key)
    ).first()
    if claimed is not None:
        return
    where = (IdempotencyKey.principal == principal, IdempotencyKey.route == route, IdempotencyKey.key == key)
    row = session.execute(select(IdempotencyKey).where(*where)).scalar_one()
    if row.body_hash != body_hash:
        raise IdempotencyKeyReused
    raise Replay(row.status or 200, row.body or b"", row.etag)


def keep_answer(
    session: Session, *, principal: str, route: str, key: str, status: int, body: bytes, etag: str | None
) -> None:
    """Store the answer beside the change; both commit together or not at all."""
    session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.principal == principal, IdempotencyKey.route == route, IdempotencyKey.key == key)
        .values(status=status, body=body, etag=etag)
    )
