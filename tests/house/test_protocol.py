"""Bounds on heads, their time and connections: each an answer, none a dead house."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.house.served import House, served

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, nats_url: str) -> AsyncIterator[House]:
    """One house for all tests of this file."""
    async with served(tmp_path_factory.mktemp("house"), nats_url) as house:
        yield house


async def say(house: House, *pieces: bytes, pause: float = 0.0) -> bytes:
    """Send bytes as they are, and return all that comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    try:
        async with asyncio.timeout(8):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)
            return await reader.read()
    finally:
        writer.close()


def is_refusal(answer: bytes, status: int, code: str) -> bool:
    head, _, body = answer.partition(b"\r\n\r\n")
    line = body.decode()
    return (
        head.startswith(f"HTTP/1.1 {status} ".encode())
        and f'"code": "{code}"' in line
        and line.count("\n") == 1
    )


@pytest.mark.parametrize(
    "pieces",
    [
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",),
        (b"GET / HTTP/1.1\r\nX: ", *[b"a" * 1000] * 70),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 100 + b"\r\n",),
    ],
)
async def test_a_head_beyond_its_bounds_is_refused(house: House, pieces: tuple[bytes, ...]) -> None:
    assert is_refusal(await say(house, *pieces), 431, "head_too_large")


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"hello there, house\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: house\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: house\r\nConnection: close\r\n\r\n",
        b"CONNECT example.org:443 HTTP/1.1\r\nHost: house\r\n\r\n",
    ],
)
async def test_what_is_no_request_is_refused_in_json(house: House, garbage: bytes) -> None:
    answer = await say(house, garbage)
    assert answer.startswith(b"HTTP/1.1 4"), answer
    assert answer.endswith(b"}\n")
    assert (await house.client.get("/healthz")).status_code == 200


async def test_garbage_behind_a_request_is_nobodys_bug(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """The request is still being answered when the connection is already refused."""
    request = b"POST /whip/none HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    assert b" 400 " in await say(house, request + b"\x16\x03 what is this\r\n\r\n")
    await say(house, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize("beginning", [b"", b"GET / HTT", b"GET / HTTP/1.1\r\nX: y\r\n", b"\r\n"])
async def test_a_head_that_does_not_come_is_given_up(
    monkeypatch: pytest.MonkeyPatch, house: House, beginning: bytes
) -> None:
    monkeypatch.setattr("fullhouse.house.protocol.HEAD_WITHIN", 0.3)
    begun = asyncio.get_running_loop().time()
    answer = await say(house, beginning)
    assert is_refusal(answer, 408, "head_too_slow")
    assert asyncio.get_running_loop().time() - begun < 3


async def test_a_head_that_drips_is_given_up_all_the_same(
    monkeypatch: pytest.MonkeyPatch, house: House
) -> None:
    monkeypatch.setattr("fullhouse.house.protocol.HEAD_WITHIN", 0.4)
    answer = await say(house, b"GET / HTTP/1.1\r\n", *[b"A: b\r\n"] * 10, pause=0.1)
    assert is_refusal(answer, 408, "head_too_slow")


async def test_a_connection_can_be_used_again(
    monkeypatch: pytest.MonkeyPatch, house: House
) -> None:
    """Waiting between requests is no slow head."""
    monkeypatch.setattr("fullhouse.house.protocol.HEAD_WITHIN", 0.3)
    for _ in range(3):
        assert (await house.client.get("/healthz")).status_code == 200
        await asyncio.sleep(0.4)


async def test_a_request_that_takes_long_is_not_a_slow_head(
    monkeypatch: pytest.MonkeyPatch, house: House
) -> None:
    monkeypatch.setattr("fullhouse.house.protocol.HEAD_WITHIN", 0.3)
    links = await house.make()
    path = f"/api/rooms/{links['slug']}/events"
    async with house.client.stream("GET", path) as answer:
        lines = answer.aiter_lines()
        end = asyncio.get_running_loop().time() + 1.2
        while asyncio.get_running_loop().time() < end:
            await anext(lines)
        assert answer.status_code == 200


async def test_visitors_beyond_the_bound_are_turned_away(
    monkeypatch: pytest.MonkeyPatch, house: House
) -> None:
    monkeypatch.setattr("fullhouse.house.protocol.CONNECTIONS", 3)
    held = [await asyncio.open_connection("127.0.0.1", house.port) for _ in range(4)]
    assert is_refusal(await say(house), 503, "too_many_connections")
    for _, writer in held:
        writer.close()
