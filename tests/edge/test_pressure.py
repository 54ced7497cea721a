"""A worker that measures itself, and what follows from that."""

import asyncio
import json
import os
import re
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from fullhouse.commands.roles import edge
from fullhouse.edge.cadence import Hearing, ListenerClass, Pressure, Why
from fullhouse.edge.containers import part_bytes
from fullhouse.edge.limits import Capacity, Limit
from fullhouse.edge.pressure import Gauge, hearings, keep_judging
from fullhouse.edge.request import Format
from fullhouse.edge.room import Room
from fullhouse.edge.worker import Worker
from fullhouse.media import PACKETS_PER_PART, Part
from fullhouse.units import Micros, PartNumber
from fullhouse.wire import RoomState
from tests.edge.made import part
from tests.edge.stand import Stage, live_room, small_worker, stage, until


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    one = small_worker(Capacity(1000, 100))
    yield one
    one.close()


Join = Callable[[Room, Format, int], None]


@pytest.fixture
def join(worker: Worker) -> Iterator[Join]:
    """Lets so many listeners in, who never read."""
    lines = []

    def let_in(room: Room, format_: Format, count: int) -> None:
        for _ in range(count):
            ours, theirs = socket.socketpair()
            lines.append(theirs)
            ours.setblocking(False)
            newest = PartNumber(room.window.head - 1)
            ear = ours.detach()
            worker.audience.join(ear, room.news.slug, format_, b"burst", newest)

    yield let_in
    for line in lines:
        line.close()


def kernel(folder: Path) -> Path:
    """Return a folder that says what a kernel that is short of everything says."""
    (folder / "sys/net/ipv4").mkdir(parents=True)
    (folder / "sys/net/ipv4/tcp_mem").write_text("100\t200\t300\n")
    (folder / "net").mkdir()
    (folder / "net/sockstat").write_text("TCP: inuse 5 orphan 0 tw 0 alloc 7 mem 180\n")
    (folder / "meminfo").write_text("MemTotal: 100 kB\nMemAvailable: 50 kB\n")
    return folder


async def test_a_worker_that_works_all_the_time_is_pressed(worker: Worker) -> None:
    gauge = Gauge(worker, None)
    begins = time.process_time()
    while time.process_time() - begins < 0.1:  # what is to be measured
        pass
    busy, idle = gauge.read().cpu, []
    for _ in range(10):
        await asyncio.sleep(0.05)
        idle.append(gauge.read().cpu)
    assert busy > 0.2
    assert min(idle) < busy / 2
    assert gauge.pressure.egress == 0


async def test_what_the_kernel_keeps_for_connections_is_seen(
    worker: Worker, tmp_path: Path
) -> None:
    assert Gauge(worker, None, kernel(tmp_path)).read().memory == 0.9


async def test_a_system_that_tells_nothing_is_no_pressure(worker: Worker, tmp_path: Path) -> None:
    found = Gauge(worker, 1e6, tmp_path / "nowhere").read()
    assert (found.memory, found.egress) == (0, 0)


async def test_bytes_are_counted_against_the_ceiling(worker: Worker) -> None:
    gauge = Gauge(worker, 1e6)
    for _ in range(3):
        worker.audience.counts.bytes += 10_000_000
        assert gauge.read().egress > 1
        worker.audience.counts.burst_bytes += 10_000_000
        assert gauge.read().egress > 1
        worker.lobby.lines.sent += 10_000_000
        assert gauge.read().egress > 1
        assert gauge.read().egress == 0


async def test_listeners_are_told_apart_by_room_and_class(worker: Worker, join: Join) -> None:
    room = live_room(worker)
    live_room(worker, "empty")
    join(room, Format.MP4, 3)
    join(room, Format.LOW_OPUS_MP4, 2)
    join(room, Format.OGG, 1)
    slug, head = room.news.slug, room.window.head
    assert hearings(worker) == [
        Hearing(slug, ListenerClass.PAGE, 5, head, part_bytes(Format.MP4)),
        Hearing(slug, ListenerClass.PLAIN, 1, head, part_bytes(Format.OGG)),
    ]


class Pressed:
    """Measures nothing, and says what it was told."""

    def __init__(self, pressure: Pressure) -> None:
        self.pressure = pressure

    def read(self) -> Pressure:
        return self.pressure


async def test_pressure_names_a_longer_cadence_and_offers_low_renditions(
    worker: Worker, join: Join
) -> None:
    room = live_room(worker)
    join(room, Format.MP4, 300)
    pressed = Pressed(Pressure(cpu=1.3, egress=0.9))
    judging = asyncio.create_task(keep_judging(worker, pressed, every=0.01))
    slug = room.news.slug
    await until(lambda: worker.cadences.told(slug, room.window.head) is not None)
    judging.cancel()
    told = worker.cadences.told(slug, room.window.head)
    assert told is not None
    assert (told.parts, told.following, told.why) == (1, 3, Why.CPU)
    assert worker.cadences.low is Why.EGRESS
    assert worker.lobby.desk.short is None


async def test_a_line_that_is_full_lets_nobody_more_in(worker: Worker) -> None:
    pressed = Pressed(Pressure(egress=1.1))
    judging = asyncio.create_task(keep_judging(worker, pressed, every=0.01))
    await until(lambda: worker.lobby.desk.short is Limit.EGRESS)
    pressed.pressure = Pressure(egress=0.5)
    await until(lambda: worker.lobby.desk.short is None)
    judging.cancel()


def fat(number: int, epoch: Micros) -> Part:
    """Return a part so large that two listeners fill a megabit."""
    packets = {r: (b"x" * 1_900,) * count for r, count in PACKETS_PER_PART.items()}
    return replace(part(number, epoch=epoch), packets=packets)


@asynccontextmanager
async def edge_command(url: str, folder: Path, *options: str) -> AsyncIterator[tuple[int, int]]:
    """Run `fullhouse edge` as an operator would; yield its ports."""
    words = ("edge", "--edge-port", "0", "--admin-port", "0", "--data", str(folder), *options)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fullhouse", *words, "--log-format", "json"),
        env={**os.environ, "FULLHOUSE_BUS": url},
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        async for line in process.stderr:
            said = json.loads(line)
            if said["event"] == "edge listens":
                yield said["port"], said["admin_port"]
                break
    finally:
        process.terminate()
        await process.wait()


async def listen(port: int, slug: str) -> None:
    """Read a stream for as long as one is left to."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"GET /{slug}/live.mp4 HTTP/1.1\r\nHost: here\r\n\r\n".encode())
        while await reader.read(65_536):
            pass
    finally:
        writer.close()


async def play_fat(house: Stage) -> None:
    first = house.next_part()
    await house.play([fat(number, house.epoch) for number in range(first, first + 90)])


async def until_turned_down(client: httpx.AsyncClient, url: str) -> httpx.Response:
    """Ask for a stream again and again, until one is told that there is no place."""
    while True:
        async with client.stream("GET", url) as answer:
            if answer.status_code != 200:
                return answer
        await asyncio.sleep(0.3)


@pytest.mark.paired
async def test_an_edge_whose_line_is_full_offers_low_renditions(
    nats_url: str, tmp_path: Path
) -> None:
    """And lets nobody more in: an operator's megabit, and two listeners of 700 kbit/s each."""
    options = ("--egress-mbit", "1", "--workers", "1", "--cadence-least", "3")
    async with (
        stage(nats_url, "narrow") as house,
        edge_command(nats_url, tmp_path, *options) as (port, admin),
        httpx.AsyncClient() as client,
    ):
        await house.say(RoomState.LIVE, keep=True)
        async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
            works = [
                tasks.create_task(work)
                for work in (play_fat(house), *[listen(port, "narrow") for _ in range(2)])
            ]
            state: dict[str, Any] = {}
            while not (state.get("lowered") or {}).get("rendition"):
                await asyncio.sleep(0.3)
                state = (await client.get(f"http://127.0.0.1:{port}/narrow/state.json")).json()
            page = (await client.get(f"http://127.0.0.1:{port}/narrow")).text
            metrics = (await client.get(f"http://127.0.0.1:{admin}/metrics")).text
            turned_down = await until_turned_down(
                client, f"http://127.0.0.1:{port}/narrow/live.mp4"
            )
            for work in works:
                work.cancel()
    assert (turned_down.status_code, turned_down.headers["Fullhouse-Limit"]) == (503, "egress")
    assert state["cadence"] == 3
    assert state["lowered"]["rendition"] == "low"
    # Or its memory, where other tests hold a crowd of connections on this machine.
    assert re.search(r"because this server's (line|memory) is nearly full\.", page)
    assert "(24 instead of 64 kbit/s), because" in state["lowered"]["what"]
    assert "fullhouse_edge_low_offered 1.0" in metrics
    assert 'fullhouse_edge_cadence_parts{listeners="page",room="narrow"} 3.0' in metrics


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--egress-mbit", "0"), "--egress-mbit: Input should be greater than or equal to 1."),
        (
            ("--cadence-least", "12", "--cadence-most", "3"),
            "--cadence-most: 3 is less than the least cadence, 12.",
        ),
    ],
)
def test_what_no_operator_can_mean_is_one_line(options: tuple[str, ...], line: str) -> None:
    done = CliRunner().invoke(edge, options)
    assert done.exit_code == 2
    assert done.output.splitlines()[-1] == f"Error: {line}"
