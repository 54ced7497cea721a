"""What listeners cost one edge worker: prints figures, asserts nothing.

`python bench/edge.py [LISTENERS …]`: CPU of the edge process for each listener of live.mp4 and
second, at a part each 0.32 s; for each join; the longest halt of its loop; memory.
"""

import asyncio
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import httpx
import psutil

from fullhouse.media import Part, Rendition
from fullhouse.units import PartNumber
from fullhouse.wire import RoomState
from tests.ears import Ears
from tests.edge.alone import Alone, edge_process
from tests.edge.stand import Stage, stage
from tests.servers import nats_server

SECONDS = 15
BYTES = {Rendition.AAC: (15, 171), Rendition.OPUS: (16, 80)}


def part(house: Stage, number: int) -> Part:
    """Return a part of the usual size."""
    packets = {rendition: (b"x" * size,) * count for rendition, (count, size) in BYTES.items()}
    return Part(house.epoch, PartNumber(number), packets)


def cpu(one: Alone) -> float:
    """Return the CPU seconds that the edge has used."""
    times = psutil.Process(one.process.pid).cpu_times()
    return float(times.user + times.system)


async def metric(one: Alone, name: str) -> float:
    """Return one of the edge's own figures."""
    async with httpx.AsyncClient() as client:
        text = (await client.get(f"http://127.0.0.1:{one.admin_port}/metrics")).text
    return float(text.split(f"\n{name} ")[1].split("\n")[0])


async def measure(url: str, one: Alone, listeners: int) -> None:
    """Print what so many listeners cost."""
    async with stage(url, f"bench-{listeners}") as house:
        await house.say(RoomState.LIVE)
        await asyncio.sleep(0.2)
        path = f"/{house.slug}/live.mp4"
        idle_memory = psutil.Process(one.process.pid).memory_info().rss
        before = cpu(one)
        ears = Ears("127.0.0.1", one.port, path, listeners)
        await asyncio.to_thread(ears.__enter__)
        joined, meanwhile = cpu(one) - before, await metric(one, SENDS)
        first = house.next_part()
        parts = [part(house, first + n) for n in range(round(SECONDS / 0.32))]
        before, began, sends = cpu(one), time.monotonic(), await metric(one, SENDS)
        await house.play(parts)
        spent, lasted = cpu(one) - before, time.monotonic() - began
        sends = await metric(one, SENDS) - sends
        memory = psutil.Process(one.process.pid).memory_info().rss - idle_memory
        await asyncio.to_thread(ears.__exit__, None, None, None)
    joined -= meanwhile * spent / sends  # those who have joined are sent parts already
    print(
        f"{listeners} listeners: {spent / lasted / listeners * 1e6:.1f} µs per listener and second"
        f" ({spent / sends * 1e6:.1f} µs per send, {spent / lasted:.0%} of a core),"
        f" join {joined / listeners * 1e6:.0f} µs, {memory / listeners / 1000:.2f} kB each;"
        f" longest halt {await metric(one, 'fullhouse_edge_loop_block_seconds') * 1000:.0f} ms,"
        f" longest gap heard {ears.longest_gap():.2f} s,"
        f" breaks {len(ears.breaks())}, ended {ears.ended()}"
    )


SENDS = "fullhouse_edge_sends_total"


async def main(counts: list[int]) -> None:
    """Measure each count of listeners with an edge of its own."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with tempfile.TemporaryDirectory() as folder, nats_server(Path(folder)) as url:
        for count in counts:
            with edge_process(url, f"edge-{count}") as one:
                await measure(url, one, count)


if __name__ == "__main__":
    asyncio.run(main([int(word) for word in sys.argv[1:]] or [1000, 2000, 5000]))
