"""How much of the machine a stage takes, and how punctual it is: `python -m bench.stage`.

WHIP speakers who all talk at once and hear each other over a return each, from one process on a
core of its own; the stage has another core. What should hold with thirteen: at most 60 % of one
core, less than 0.1 % of the ticks over 20 ms late. With `--janus`, Debian's Janus mixes the same
speakers in an AudioBridge room, for comparison.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from typing import Final

import psutil

from bench.janus import audiobridge, installed
from tests.servers import nats_server
from tests.stage.rooms import Room, staged, until

STAGE_CORE, SPEAKERS_CORE = 0, 1
SETTLES: Final = 5.0
HEADINGS: Final = ("", "CPU of one core", "memory", "threads", "late ticks", "load")


async def measure_stage(url: str, speakers: int, talking: int, seconds: float) -> tuple[str, ...]:
    """Run a stage with its speakers; return what it took."""
    async with staged(url, "bench") as room:
        stage = psutil.Process(room.said[-1].pid)
        stage.cpu_affinity([STAGE_CORE])
        with tempfile.TemporaryDirectory() as folder:
            company = await come(room, speakers, talking, seconds + SETTLES + 10, folder)
            await until(lambda: len(hearing(room)) == speakers, 30)
            await asyncio.sleep(SETTLES)
            first = room.said[-1]
            used = await cpu_of(stage, seconds)
            last = room.said[-1]
            company.kill()
            await company.wait()
        ticks, late = last.ticks - first.ticks, last.late_ticks - first.late_ticks
        name = f"Fullhouse, {speakers} speakers, {talking} talk"
        return row(name, stage, used / seconds, f"{late} of {ticks}")


async def measure_janus(speakers: int, seconds: float) -> tuple[str, ...]:
    """Run Janus with the same speakers, who all talk; return what it took."""
    async with audiobridge() as (process, api):
        janus = psutil.Process(process.pid)
        janus.cpu_affinity([STAGE_CORE])
        order = json.dumps({"api": api, "speakers": list(range(speakers))})
        company = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.janus", order, stdout=PIPE
        )
        psutil.Process(company.pid).cpu_affinity([SPEAKERS_CORE])
        assert company.stdout is not None
        counts: list[int] = []
        while len([count for count in counts if count > 0]) < speakers:
            counts = json.loads(await company.stdout.readline())["packets"]
        await asyncio.sleep(SETTLES)
        used = await cpu_of(janus, seconds)
        company.kill()
        await company.wait()
        return row(f"Janus AudioBridge, {speakers} speakers", janus, used / seconds, "-")


def row(name: str, process: psutil.Process, share: float, late: str) -> tuple[str, ...]:
    """Return a row of the table."""
    memory, load = process.memory_info().rss / 2**20, psutil.getloadavg()[0]
    cells = (f"{100 * share:.1f} %", f"{memory:.0f} MiB", f"{process.num_threads()}")
    return (name, *cells, late, f"{load:.1f}")


async def come(room: Room, speakers: int, talking: int, seconds: float, folder: str) -> Process:
    """Start the speakers, of whom some talk, on a core of their own."""
    order = {
        "bus": room.url,
        "slug": room.slug,
        "seconds": seconds,
        "folder": folder,
        "speakers": [
            {"session": f"session-{n}", "voice": n if n < talking else None}
            for n in range(speakers)
        ],
    }
    company = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.stage.company", json.dumps(order), stdout=DEVNULL
    )
    psutil.Process(company.pid).cpu_affinity([SPEAKERS_CORE])
    return company


def hearing(room: Room) -> list[str]:
    """Return the seats whose speakers hear the others."""
    return [seat.seat for seat in room.said[-1].seats if seat.hears and seat.connected]


async def cpu_of(process: psutil.Process, seconds: float) -> float:
    """Return how many CPU seconds a process uses in a while."""
    before = process.cpu_times()
    await asyncio.sleep(seconds)
    after = process.cpu_times()
    return float(after.user + after.system - before.user - before.system)


def table(rows: list[tuple[str, ...]]) -> str:
    """Return rows as a table in Markdown."""
    lines = [HEADINGS, tuple("---" for _ in HEADINGS), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


async def main(options: argparse.Namespace) -> None:
    """Measure one after the other, print the table."""
    with tempfile.TemporaryDirectory() as folder, nats_server(Path(folder)) as url:
        rows = [
            await measure_stage(url, options.speakers, talking, options.seconds)
            for talking in dict.fromkeys((options.speakers, min(2, options.speakers)))
        ]
    if options.janus and installed():
        rows.append(await measure_janus(options.speakers, options.seconds))
    elif options.janus:
        print("Janus is not installed: apt-get install janus")
    print(f"stage on core {STAGE_CORE}, speakers on core {SPEAKERS_CORE}, {options.seconds:.0f} s")
    print(table(rows))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="how long to measure")
    parser.add_argument("--speakers", type=int, default=13, help="WHIP speakers at once")
    parser.add_argument("--janus", action="store_true", help="measure Janus, too")
    asyncio.run(main(parser.parse_args()))
