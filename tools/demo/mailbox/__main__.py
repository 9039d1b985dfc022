"""python -m tools.demo.mailbox --port P --smtp-port S --folder F: one process with the e-mail and the HTTP door."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

import uvicorn

from tools.demo.mailbox.pages import new_mailbox
from tools.demo.mailbox.smtp import protocol
from tools.demo.mailbox.store import Store

LOOPBACK = "127.0.0.1"


async def run(*, host: str, port: int, smtp_port: int, folder: Path, key: str) -> None:
    """Serve until SIGTERM."""
    store = Store(folder)
    door = await asyncio.get_running_loop().create_server(lambda: protocol(store), host, smtp_port)
    config = uvicorn.Config(
        new_mailbox(store, key), host=host, port=port, log_level="warning", access_log=False, server_header=False
    )
    async with door:
        await uvicorn.Server(config).serve()


def main(arguments: list[str]) -> int:
    """The text message key comes in PEYVAND_SMS_KEY, or in the file PEYVAND_SMS_KEY_FILE names."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default=LOOPBACK)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    file = os.environ.get("PEYVAND_SMS_KEY_FILE")
    key = Path(file).read_text().strip() if file else os.environ["PEYVAND_SMS_KEY"]
    asyncio.run(run(host=chosen.host, port=chosen.port, smtp_port=chosen.smtp_port, folder=chosen.folder, key=key))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
