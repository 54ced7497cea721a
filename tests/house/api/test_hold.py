"""A room's own hold over HTTP: a file comes in, and is the room's hold or refused in a sentence."""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio

from fullhouse.bus import connect
from fullhouse.house.api.hold import FILE_BYTES
from fullhouse.programme.hold_file import MOST_BYTES, HoldFile
from tests.coded_noise import coded_noise
from tests.house.served import House, bearer, becomes_true, code_of, host_token, served, told
from tests.programme.test_hold_maker import file_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

FILE = file_of(coded_noise(2.5, 3, peak=0.2), "flac", "flac")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, nats_url: str) -> AsyncIterator[House]:
    """One house for all tests of this file."""
    async with served(tmp_path_factory.mktemp("house"), nats_url) as house:
        await house.on_bus()
        yield house


def path(links: dict[str, str]) -> str:
    return f"/api/rooms/{links['slug']}/hold"


async def test_a_file_becomes_the_rooms_hold_for_every_edge(house: House, nats_url: str) -> None:
    """It lies in the store under the name that the room's news gives."""
    links = await house.make()
    host = bearer(host_token(links))
    async with told(nats_url, links["slug"]) as news, connect(nats_url, "edge") as bus:
        answer = await house.client.put(path(links), content=FILE, headers=host)
        assert answer.status_code == 200, answer.text
        made = answer.json()
        assert made["seconds"] == pytest.approx(2.24)
        assert -40 < made["lufs"] < -15
        while (heard := await asyncio.wait_for(news.get(), 5)).hold != made["hold"]:
            continue
        raw = b"".join([piece async for piece in bus.read_hold(heard.hold, MOST_BYTES)])
        assert HoldFile(raw).name == made["hold"]

        gone = await house.client.delete(path(links), headers=host)
        assert (gone.status_code, gone.json()["hold"]) == (200, "")
        while (await asyncio.wait_for(news.get(), 5)).hold:
            continue


async def test_a_file_may_come_without_a_length(house: House) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(FILE), 5000):
            yield FILE[start : start + 5000]

    links = await house.make()
    answer = await house.client.put(path(links), content=pieces())
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 415, "no_sound"),
        (b"<!doctype html><title>no</title>" * 99, 415, "no_sound"),
        (file_of(np.zeros(150_000, np.float32)), 422, "too_quiet"),
        (bytes(FILE_BYTES + 1), 413, "body_too_large"),
    ],
    ids=["nothing", "a page", "silence", "too much"],
)
async def test_what_is_no_hold_changes_nothing_and_is_told_why(
    house: House, body: bytes, status: int, code: str
) -> None:
    links = await house.make()
    answer = await house.client.put(path(links), content=body)
    assert (answer.status_code, code_of(answer)) == (status, code)


async def test_only_who_plans_the_room_may(house: House) -> None:
    """And what they sent is read, so that they can read why not."""
    links = await house.make()
    for headers, status in ((bearer(links["whip_token"]), 403), (bearer("nonsense"), 401)):
        put = await house.client.put(path(links), content=bytes(5_000_000), headers=headers)
        assert put.status_code == status
        code_of(put)
        gone = await house.client.delete(path(links), headers=headers)
        assert gone.status_code == status
    missing = await house.client.put("/api/rooms/no-such-room-here/hold", content=FILE)
    assert code_of(missing) == "unknown_room"


async def test_a_connection_that_breaks_while_it_is_made_changes_nothing(
    house: House, nats_url: str
) -> None:
    """A proxy, say, that waits for no more than a minute: the room plays the file all the same."""
    links = await house.make()
    head = f"PUT {path(links)} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(FILE)}\r\n"
    head += f"Authorization: Bearer {host_token(links)}\r\n\r\n"
    async with told(nats_url, links["slug"]) as news:
        _, writer = await asyncio.open_connection("127.0.0.1", house.port)
        writer.write(head.encode() + FILE)
        await writer.drain()
        await asyncio.sleep(0.3)
        writer.close()
        async with asyncio.timeout(20):
            while not (await news.get()).hold:
                continue


async def test_who_stalls_or_leaves_half_way_keeps_nobody_waiting(house: House) -> None:
    links = await house.make()
    head = f"PUT {path(links)} HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n"
    head += f"Authorization: Bearer {host_token(links)}\r\n\r\n"
    for _ in range(3):
        _, writer = await asyncio.open_connection("127.0.0.1", house.port)
        writer.write(head.encode() + FILE[:1000])
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.close()

    async def free() -> bool:
        return bool((await house.client.put(path(links), content=b"")).status_code == 415)

    await becomes_true(free, 10)
