"""Engine, sessions, the naming convention and the mixins all tables are made of."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Engine, Integer, MetaData, Text, UniqueConstraint, Uuid, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column, sessionmaker

from shared.kernel.connections import watch_connections

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
UTC_TIME = DateTime(timezone=True)
NOTICE_A_DEAD_PEER = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
"""A server that vanished without a word is noticed within 30 seconds, not after a quarter of an hour (C9)."""


def new_engine(url: str, *, pool_size: int = 10, statement_timeout_ms: int = 10_000, name: str = "peyvand") -> Engine:
    """An engine whose connections are checked before use and whose statements and idle transactions end in time."""
    engine = create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=5,
        hide_parameters=True,  # what people typed stays out of errors
        connect_args={
            "connect_timeout": 5,
            **NOTICE_A_DEAD_PEER,
            "application_name": name,
            "options": f"-c statement_timeout={statement_timeout_ms} -c idle_in_transaction_session_timeout=15000 "
            "-c timezone=UTC",
        },
    )
    watch_connections(engine)
    return engine


def new_sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions that keep loaded values after commit; `with sessions.begin() as session` is the only way to commit."""
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def looking(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """A session for single statements that only read: no transaction is begun and ended around them."""
    engine: Engine = sessions.kw["bind"]
    with sessions(bind=engine.execution_options(isolation_level="AUTOCOMMIT")) as session:
        yield session


class KernelTable(DeclarativeBase):
    """Tables each service's database has for the kernel: outbox, cursors, idempotency keys, clock."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {str: Text()}


class Versioned:
    """Two counters: `version` is the lock and the ETag, `sequence` counts the events this aggregate emitted."""

    version: Mapped[int] = mapped_column(Integer, nullable=False, default=1)
    sequence: Mapped[int] = mapped_column(Integer, nullable=False, default=0)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        table: Any = cls
        return (
            {"version_id_col": table.__table__.c.version}
            if "__table__" in cls.__dict__
            else {"version_id_col": cls.version}
        )


class Scoped:
    """Where a row belongs; `province` is '' for national rows. Row-level security is put on every such table."""

    tenant: Mapped[str] = mapped_column(Text, nullable=False)
    programme: Mapped[str] = mapped_column(Text, nullable=False, default="", server_default="")
    cycle: Mapped[str] = mapped_column(Text, nullable=False, default="", server_default="")
    province: Mapped[str] = mapped_column(Text, nullable=False, default="", server_default="")
    territory: Mapped[str] = mapped_column(Text, nullable=False, default="", server_default="")


class FactColumns(Versioned, Scoped):
    """The columns and keys of every aggregate: id, scope, counters, and keys that references may span."""

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        return scoped_keys()


def scoped_keys(*more: Any) -> tuple[Any, ...]:
    """`__table_args__` of a scoped table: unique (tenant, province, id) and (tenant, id), for foreign keys to span.

    A table with constraints of its own writes `__table_args__ = scoped_keys(Index(…), …)`.
    """
    return (UniqueConstraint("tenant", "province", "id"), UniqueConstraint("tenant", "id"), *more)
