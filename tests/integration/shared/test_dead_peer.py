"""A database server that vanishes without a word: the kernel is told to notice within half a minute (C9)."""

import os
import socket

from sqlalchemy import text

from shared.kernel.db import new_engine


def test_every_connection_asks_whether_its_peer_still_lives() -> None:
    engine = new_engine(os.environ["PEYVAND_TEST_ADMIN_URL"], pool_size=1)
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            driver = connection.connection.driver_connection
            assert driver is not None
            with socket.socket(fileno=os.dup(driver.fileno())) as wire:
                silence = wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE)
                between = wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL)
                times = wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT)
                assert silence + between * times <= 30
                assert 0 < wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) <= 30_000
    finally:
        engine.dispose()
