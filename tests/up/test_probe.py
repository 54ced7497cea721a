"""Only what really answers counts as ready."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from fullhouse.up import probe
from fullhouse.up.probe import answers


@asynccontextmanager
async def server(says: bytes | None) -> AsyncIterator[int]:
    """Yield the port of a server that says this to everyone, or nothing and holds the line."""

    async def greet(reader: StreamReader, writer: StreamWriter) -> None:
        await reader.readline()
        if says is not None:
            writer.write(says)
            writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as listening:
        yield listening.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    ("says", "ready"),
    [(b"HTTP/1.1 200 OK\r\n\r\n", True), (b"HTTP/1.1 401 x\r\n\r\n", True),
     (b"HTTP/1.1 503 x\r\n\r\n", False), (b"HTTP x\r\n", False),
     (b"", False), (None, False), (b"x" * 100_000, False)],
)  # fmt: skip
async def test_ready_is_who_answers_and_is_well(
    says: bytes | None, ready: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "PATIENCE", 0.2)
    async with server(says) as port:
        assert await answers(port, "/healthz") is ready


async def test_without_a_path_an_open_port_is_enough() -> None:
    async with server(None) as port:
        assert await answers(port)
    assert not await answers(port)
