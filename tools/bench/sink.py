"""python -m tools.bench.sink PORT: an SMTP server that takes and counts every mail; COUNT tells, ZERO forgets."""

import asyncio
import sys

taken = 0
REPLIES = {b"EHLO": b"250 sink", b"HELO": b"250 sink", b"QUIT": b"221 bye", b"DATA": b"354 go on"}


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection."""
    global taken
    writer.write(b"220 sink\r\n")
    while line := await reader.readline():
        verb = line.split()[0].upper() if line.split() else b""
        if verb == b"ZERO":
            taken = 0
        reply = b"250 %d" % taken if verb in (b"COUNT", b"ZERO") else REPLIES.get(verb, b"250 ok")
        writer.write(reply + b"\r\n")
        if verb == b"DATA":
            await reader.readuntil(b"\r\n.\r\n")
            taken += 1
            writer.write(b"250 taken\r\n")
        if verb == b"QUIT":
            break
    writer.close()


async def main(port: int) -> None:
    """Listen until the end."""
    async with await asyncio.start_server(serve, "127.0.0.1", port, limit=2**22) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
