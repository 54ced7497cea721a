"""Many listeners, and what may not happen to them."""

import asyncio
import os
import socket
import struct
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from fullhouse.edge.server import Edge
from fullhouse.wire import RoomState
from tests.ears import Ears
from tests.edge.alone import Alone, edge_process
from tests.edge.made import part
from tests.edge.stand import Stage, edge, stage, wait_for_room
from tests.servers import nats_server


@pytest.fixture
def alone(nats_url: str) -> Iterator[Alone]:
    with edge_process(nats_url) as one:
        yield one


async def known(one: Alone, house: Stage, state: RoomState) -> None:
    """Say a state, and wait until the edge says it too."""
    await house.say(state, keep=True)
    async with asyncio.timeout(10), httpx.AsyncClient() as client:
        url = f"http://127.0.0.1:{one.port}/{house.slug}/state.json"
        while (await client.get(url)).json().get("state") != state.value:  # noqa: ASYNC110 # asked
            await asyncio.sleep(0.02)


async def speak(house: Stage, seconds: float, packet_bytes: int = 0) -> None:
    """Let sound out for a while, in packets of this size if it is given."""
    first = house.next_part()
    parts = [part(first + n, epoch=house.epoch) for n in range(round(seconds / 0.32))]
    if packet_bytes:
        parts = [
            replace(
                one,
                packets={
                    rendition: tuple(packet.ljust(packet_bytes, b"-") for packet in packets)
                    for rendition, packets in one.packets.items()
                },
            )
            for one in parts
        ]
    await house.play(parts)


@asynccontextmanager
async def crowd(port: int, path: str, count: int) -> AsyncIterator[Ears]:
    ears = Ears("127.0.0.1", port, path, count)
    await asyncio.to_thread(ears.__enter__)
    try:
        yield ears
    finally:
        await asyncio.to_thread(ears.__exit__, None, None, None)


@pytest.mark.paired
async def test_a_thousand_listeners_stay_while_a_room_starts_stops_and_starts_again(
    nats_url: str, alone: Alone
) -> None:
    """No stream ends, no part is missing or comes twice."""
    async with stage(nats_url, "again") as house:
        await known(alone, house, RoomState.SCHEDULED)
        async with crowd(alone.port, "/again/live.mp4", 1000) as ears:
            for state, sounding in (
                (RoomState.DOORS, False),
                (RoomState.LIVE, True),
                (RoomState.ENDED, False),
                (RoomState.LIVE, True),
            ):
                await house.say(state)
                if sounding:
                    await speak(house, 2.6)
                else:
                    await asyncio.sleep(1.2)
                await asyncio.to_thread(ears.wait_for, 1)
            assert ears.statuses() == {200: 1000}
            assert (ears.ended(), ears.breaks(), ears.wrong()) == (0, [], [])
            assert ears.longest_gap() < 1.5
            kinds = [one.playing for one in ears.all[0].parts]
            for some in ("silence", "hold", "sound"):
                assert some in kinds
            turns = [a for a, b in zip(kinds, [*kinds[1:], ""], strict=True) if a != b]
            assert turns.count("sound") == 2, turns
            print(f"longest gap {ears.longest_gap():.2f} s")


async def test_streams_go_on_while_the_bus_is_away(tmp_path: Path) -> None:
    """NATS dies: filler. It comes back: sound again, and nobody had to come again."""
    with ExitStack() as server, ExitStack() as rest:
        url = server.enter_context(nats_server(tmp_path))
        one = rest.enter_context(edge_process(url))
        async with stage(url, "bereft") as house:
            await known(one, house, RoomState.LIVE)
            async with crowd(one.port, "/bereft/live.mp4", 200) as ears:
                await speak(house, 1.3)
                await asyncio.to_thread(ears.wait_until_playing, "sound")
                server.close()
                await asyncio.to_thread(ears.wait_until_playing, "silence")
                await page_answers(one)
                server.enter_context(nats_server(tmp_path, "-p", str(urlsplit(url).port)))
                back = time.monotonic()
                speaking = asyncio.create_task(speak(house, 8))
                await asyncio.to_thread(ears.wait_until_playing, "sound")
                took = time.monotonic() - back
                speaking.cancel()
                assert (ears.ended(), ears.breaks(), ears.wrong()) == (0, [], [])
                assert ears.longest_gap() < 1.5
                print(f"sound again {took:.2f} s after the bus")
                assert took < 4


async def page_answers(one: Alone) -> None:
    """A room's page is there, whoever is dead."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{one.port}") as client:
        assert (await client.get("/bereft")).status_code == 200
        assert (await client.get("/bereft/state.json")).json()["state"] == "live"


SO_MEMINFO = 55
"""Linux: what the kernel keeps for one socket, as nine numbers of 32 bits."""


def kernel_bytes(one: Edge) -> list[int]:
    """Return what the kernel keeps for each listener on the edge's side."""
    kept = []
    for ear in list(one.worker.audience._place_of):
        with socket.socket(fileno=os.dup(ear)) as line:
            memory = struct.unpack("9I", line.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, 36))
        received, _, _, _, forward, queued, options, _, _ = memory
        kept.append(received + forward + queued + options)
    return kept


async def test_listeners_who_stop_reading_cost_little_and_disturb_nobody(
    nats_url: str, tmp_path: Path
) -> None:
    """At most 200 kB of kernel memory each; when they read again, the newest part follows.

    The sound is ten times as fat as usual, so that buffers are full within seconds, and is read
    for a while before, so that the kernel would let buffers grow if it were allowed to.
    """
    async with stage(nats_url, "stalled") as house, edge(nats_url, tmp_path) as one:
        await house.say(RoomState.LIVE)
        await wait_for_room(one, "stalled", RoomState.LIVE)
        path = "/stalled/live.mp4"
        async with crowd(one.port, path, 20) as well, crowd(one.port, path, 60) as stalled:
            speaking = asyncio.create_task(speak(house, 11, packet_bytes=1900))
            await asyncio.to_thread(stalled.wait_for, 6)
            stalled.stop_reading(stalled.all)
            await speaking
            kept = kernel_bytes(one)
            print(f"{max(kept) / 1000:.0f} kB of kernel memory for a listener who stalls")
            assert len(kept) == 80
            assert max(kept) <= 200_000
            stalled.read_again(stalled.all)
            await asyncio.to_thread(stalled.wait_for, 15)  # the first come from the buffers
            assert (stalled.ended(), stalled.wrong()) == (0, [])
            assert all(len(ear.breaks()) == 1 for ear in stalled.all)
            newest = {ear.numbers()[-1] for ear in (*stalled.all, *well.all)}
            assert max(newest) - min(newest) <= 1
            assert (well.ended(), well.breaks(), well.wrong()) == (0, [], [])
            assert well.longest_gap() < 1.0
        assert one.worker.audience.skipped(house.slug) >= 60
