"""A shell: asks a role on this machine whether it does what it is for."""

import asyncio
from contextlib import suppress
from typing import Final

PATIENCE: Final = 1.0


async def answers(port: int, path: str = "", host: str = "127.0.0.1") -> bool:
    """Return whether the port takes a connection and, with a path, answers a GET below 500.

    Below 500: who asks for a token is well awake.
    """
    with suppress(OSError, TimeoutError, ValueError):
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                if not path:
                    return True
                writer.write(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
                status = (await reader.readline()).split(None, 2)
                return len(status) > 1 and status[1].isdigit() and int(status[1]) < 500
            finally:
                writer.close()
    return False
