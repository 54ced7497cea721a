"""How much of the machine a stage takes, and how punctual it is: `python -m bench.stage`.

WHIP speakers in processes of their own speak to one stage for a while. What should hold with
three of them: less than 0.1 % of the ticks over 20 ms late, at most 15 % of one core.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

import psutil

from tests.servers import nats_server
from tests.stage.rooms import staged


async def measure(url: str, speakers: int, seconds: float) -> None:
    """Run a stage with its speakers and print what it took."""
    async with staged(url, "bench") as room:
        for number in range(speakers):
            await room.speaker(f"session-{number}", number, seconds=seconds + 60)
        await asyncio.sleep(2)
        stage = psutil.Process(room.said[-1].pid)
        first, began = room.said[-1], stage.cpu_times()
        await asyncio.sleep(seconds)
        last, ended = room.said[-1], stage.cpu_times()
        used = ended.user + ended.system - began.user - began.system
        ticks = last.ticks - first.ticks
        late = last.late_ticks - first.late_ticks
        print(f"speakers            {len(last.seats)}")
        print(f"ticks               {ticks} in {ticks * 0.02:.1f} s")
        print(f"late ticks          {late} ({100 * late / max(1, ticks):.3f} %)")
        print(f"CPU                 {100 * used / (ticks * 0.02):.1f} % of one core")
        print(f"memory              {stage.memory_info().rss / 2**20:.0f} MiB")
        print(f"threads             {stage.num_threads()}")
        print(f"parts               {len(room.parts)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="how long to measure")
    parser.add_argument("--speakers", type=int, default=3, help="WHIP speakers at once")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, nats_server(Path(folder)) as url:
        asyncio.run(measure(url, options.speakers, options.seconds))


if __name__ == "__main__":
    main()
