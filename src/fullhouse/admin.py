"""A shell: /healthz and /metrics, on a port of their own that only this machine reaches."""

import asyncio
import json
from abc import abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.registry import Collector

from fullhouse.errors import Refused

TIMEOUT: Final = 5
TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"


class Figures(Collector):
    """What is measured of one process, read when it is asked for."""

    @abstractmethod
    def health(self) -> Mapping[str, object]:
        """Return what /healthz says."""


@asynccontextmanager
async def answering(port: int, figures: Figures) -> AsyncIterator[int]:
    """Answer on loopback for as long as the block runs; yield the port.

    Raises:
        Refused: the port is taken.
    """
    registry = CollectorRegistry()
    registry.register(figures)
    ProcessCollector(registry=registry)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
            async with asyncio.timeout(TIMEOUT):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(_answer(head, figures, registry))
                await writer.drain()
        writer.close()

    try:
        server = await asyncio.start_server(answer, "127.0.0.1", port, limit=16_384)
    except OSError as error:
        message = f"Port {port} for /healthz and /metrics is taken."
        raise Refused(message, code="port_taken") from error
    async with server:
        yield server.sockets[0].getsockname()[1]


def _answer(head: bytes, figures: Figures, registry: CollectorRegistry) -> bytes:
    path = head.split(b" ", 2)[1] if head.startswith((b"GET ", b"HEAD ")) else b""
    match path.partition(b"?")[0]:
        case b"/healthz":
            status, kind, body = "200 OK", "application/json", json.dumps(figures.health()).encode()
        case b"/metrics":
            status, kind, body = "200 OK", TEXT, generate_latest(registry)
        case _:
            body = b'{"code": "no_such_page", "message": "Here are /healthz and /metrics."}\n'
            status, kind = "404 Not Found", "application/json"
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    ).encode() + (b"" if head.startswith(b"HEAD") else body)
