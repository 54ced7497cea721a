"""A room that speaks, in a process of its own: `python -m bench.feed BUS SLUG`.

Stands in for house and stage: says the room's news, and each part when it is due, of the size and
in the number of packets that real ones have. Prints the room's epoch; ends when stdin does.
"""

import asyncio
import json
import os
import sys
from contextlib import suppress
from typing import Final

from fullhouse.media import PACKETS_PER_PART, Part, Rendition
from fullhouse.units import PartNumber
from fullhouse.wire import RoomState
from tests.edge.stand import Stage, stage

BITRATES: Final = {"aac": 64_000, "opus": 32_000, "aac-low": 24_000, "opus-low": 16_000}
EVENT: Final = b'{"type":"speakers","speaking":["Ana"],"level":-20.0}'
NEWS_EVERY: Final = 15
"""Parts: about as often as the house says it."""


def packets(rendition: Rendition) -> tuple[bytes, ...]:
    """Return a part's packets at this rendition's bitrate."""
    count = PACKETS_PER_PART[rendition]
    size = round(BITRATES[rendition.value] * 0.32 / 8 / count)
    return (os.urandom(size),) * count


async def speak(house: Stage) -> None:
    """Speak for ever."""
    sound = {rendition: packets(rendition) for rendition in Rendition}
    number = house.next_part()
    while True:
        if number % NEWS_EVERY == 0:
            await house.say(RoomState.LIVE, keep=True)
        await house.play([Part(house.epoch, PartNumber(number), sound, (EVENT,))])
        number += 1


async def main(url: str, slug: str) -> None:
    """Speak until stdin ends."""
    async with stage(url, slug) as house:
        await house.say(RoomState.LIVE, keep=True)
        print(json.dumps({"slug": slug, "epoch": house.epoch}), flush=True)
        speaking = asyncio.create_task(speak(house))
        await asyncio.to_thread(sys.stdin.read)
        speaking.cancel()
        with suppress(asyncio.CancelledError):
            await speaking


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
