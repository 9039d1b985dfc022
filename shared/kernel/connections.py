"""What is said to PostgreSQL beside the statements themselves, in as few messages as it takes.

Each message waits for its answer; on a busy machine that wait, not the statement, is what a request costs.
"""

import select
import time
from typing import Any

import psycopg
from psycopg import sql
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from sqlalchemy import Dialect, Engine, event, text
from sqlalchemy.exc import InvalidatePoolError

ASK_AFTER_S = 5.0
_WORDS = "SELECT set_config('peyvand.tenant', {t}, true), set_config('peyvand.province', {p}, true)"
_HASTY = f"{_WORDS}, set_config('synchronous_commit', 'off', true)"
SCOPE = text(_WORDS.format(t=":t", p=":p")).execution_options(peyvand_scope=_WORDS)
"""Row-level security's scope of this transaction; as the first words of one it travels with its BEGIN."""
HASTY_SCOPE = text(_HASTY.format(t=":t", p=":p")).execution_options(peyvand_scope=_HASTY)
"""The same of a transaction whose commit does not wait for the disk."""


def watch_connections(engine: Engine) -> None:
    """Check connections when they are taken from the pool, and let a scope begin its transaction."""
    event.listen(engine, "checkin", _note_checkin)
    event.listen(engine, "checkout", _checker(engine.dialect))
    event.listen(engine, "do_execute", _say_scope)


def _note_checkin(_connection: Any, record: Any) -> None:
    record.info["given_back"] = time.monotonic()


def _checker(dialect: Dialect) -> Any:
    def check(connection: Any, record: Any, _proxy: Any) -> None:
        given_back = record.info.get("given_back")
        if connection is None or given_back is None or _surely_alive(connection, time.monotonic() - given_back):
            return
        try:
            dialect.do_ping(connection)
        except psycopg.Error as error:
            raise InvalidatePoolError from error

    return check


def _surely_alive(connection: psycopg.Connection[Any], idle_s: float) -> bool:
    """Whether a connection that was in use a moment ago need not be asked: a server that goes says so on the wire."""
    if idle_s > ASK_AFTER_S or connection.pgconn.status != ConnStatus.OK:
        return False
    wire = select.poll()
    wire.register(connection.fileno(), select.POLLIN | select.POLLERR | select.POLLHUP)
    return not wire.poll(0)


def _say_scope(cursor: Any, _statement: str, parameters: Any, context: Any) -> bool | None:
    """Send the scope, after BEGIN where no transaction is open yet, as one message; other statements go their way."""
    said = context.execution_options.get("peyvand_scope")
    if said is None:
        return None
    connection: psycopg.Connection[Any] = cursor.connection
    begun = connection.autocommit or connection.info.transaction_status != TransactionStatus.IDLE
    words = sql.SQL(said if begun else f"BEGIN; {said}").format(**parameters)
    result = connection.pgconn.exec_(words.as_bytes(connection))
    if connection.pgconn.status != ConnStatus.OK:
        raise psycopg.OperationalError(connection.pgconn.get_error_message())
    if result.status != ExecStatus.TUPLES_OK:
        raise error_from_result(result, encoding=connection.info.encoding)
    return True
