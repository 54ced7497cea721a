"""The role `stage`: rooms get their stage, and get it again."""

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from fullhouse.errors import Refused
from fullhouse.stage.node import serve
from tests.servers import nats_server
from tests.stage.rooms import LOOPBACK, Room, room_news, until, watched

NODE = (
    "import asyncio, sys; from fullhouse.stage.node import serve;"
    "asyncio.run(serve(bus_url=sys.argv[1], node=sys.argv[2],"
    f" media_host={LOOPBACK!r}, media_ports=None, seats=13))"
)


@pytest.fixture
def nats_url(tmp_path: Path) -> Iterator[str]:
    """A bus of one's own: a node starts a stage for every room that any other test has left."""
    with nats_server(tmp_path) as url:
        yield url


async def start_node(url: str, name: str) -> Process:
    return await asyncio.create_subprocess_exec(sys.executable, "-c", NODE, url, name)


@asynccontextmanager
async def node(url: str, name: str) -> AsyncIterator["asyncio.Task[None]"]:
    """Run a node in this process; end it as the command line does."""
    serving = asyncio.create_task(
        serve(bus_url=url, node=name, media_host=LOOPBACK, media_ports=None, seats=13)
    )
    try:
        yield serving
    finally:
        serving.cancel()
        await asyncio.wait([serving], timeout=5)
        assert serving.cancelled()


def runs(pid: int) -> bool:
    return b"fullhouse.stage.child" in _cmdline(pid)


def _cmdline(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


async def speaks(room: Room, seconds: float = 15) -> int:
    """Wait for the room's stage to say something new; return its pid."""
    count = len(room.said)
    await until(lambda: len(room.said) > count, seconds)
    return room.said[-1].pid


async def test_a_wanted_room_gets_a_stage_and_another_when_it_is_killed(nats_url: str) -> None:
    """Ticking again within a second; ended when not wanted; none is left over at the end."""
    async with watched(nats_url, room_news("killed")) as room, node(nats_url, "one"):
        await asyncio.sleep(2)  # the spare is warm
        asked = time.monotonic()
        await room.tell()
        pid = await speaks(room)
        assert time.monotonic() - asked < 1.5
        await until(lambda: len(room.parts) > 2)

        await asyncio.sleep(2)
        os.kill(pid, signal.SIGKILL)
        killed = time.monotonic()
        await until(lambda: room.said[-1].pid != pid)
        again = room.said[-1].pid
        assert time.monotonic() - killed < 1.5
        count = len(room.parts)
        await until(lambda: len(room.parts) > count + 1)
        numbers = [part.number for part in room.parts]
        assert numbers == sorted(set(numbers))

        await room.tell(wanted=False)
        await until(lambda: not runs(again), 3)
        await room.tell(wanted=True)
        last = await speaks(room)
    assert not runs(last)


async def test_a_killed_node_ends_no_stage_and_the_next_one_adopts_it(nats_url: str) -> None:
    async with watched(nats_url, room_news("adopted")) as room:
        first = await start_node(nats_url, "two")
        await room.bus.keep_room(room.news)
        pid = await speaks(room)
        first.kill()
        await first.wait()
        count = len(room.parts)
        await until(lambda: len(room.parts) > count + 3)
        assert runs(pid)
        async with node(nats_url, "two"):
            await asyncio.sleep(1.5)
            assert {said.pid for said in room.said} == {pid}
            os.kill(pid, signal.SIGKILL)
            await until(lambda: room.said[-1].pid != pid)
        assert not runs(room.said[-1].pid)
        await room.bus.keep_room(room.news.model_copy(update={"wanted": False, "revision": 99}))


async def test_a_media_host_without_an_address_is_refused(nats_url: str) -> None:
    with pytest.raises(Refused, match="nowhere"):
        await serve(
            bus_url=nats_url, node="x", media_host="nowhere.invalid", media_ports=None, seats=1
        )
