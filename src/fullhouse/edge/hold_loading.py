"""A shell: gets rooms' own holds from the bus's object store, in the background, slice by slice.

The bus may go away in the middle: what plays goes on, and what is missing is asked for again.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import structlog

from fullhouse.bus import Bus, NobodyAnswers
from fullhouse.edge.holds import Holds
from fullhouse.edge.room import Room
from fullhouse.edge.rooms import Rooms
from fullhouse.errors import Malformed
from fullhouse.programme.hold_file import MOST_BYTES, HoldFile
from fullhouse.units import Micros

PAUSE: Final = 0.01
"""Seconds between two slices: 10 MB take three seconds, and live sound waits for none of them."""
CHECKED_AT_ONCE: Final = 16
LOOK_AGAIN: Final = 1.0

log = structlog.get_logger()


class HoldLoading:
    """The holds of one edge worker's rooms.

    Args:
        now: tells the time.
    """

    def __init__(self, bus: Bus, rooms: Rooms, now: Callable[[], Micros]) -> None:
        self._bus = bus
        self._rooms = rooms
        self._now = now
        self._holds = Holds()
        self._due = asyncio.Event()

    def told(self, room: Room) -> None:
        """Let a room play the hold that its news names; once it is here, where it is not yet."""
        hold = self._holds.named(room.news)
        if hold is not None or not room.news.hold:
            room.play_hold(hold)
        else:
            self._due.set()

    async def keep_loading(self) -> None:
        """Load what rooms name, one hold after the other, for ever."""
        while True:
            name = self._holds.due(self._now())
            if name is not None:
                await self._load(name)
                continue
            self._due.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN if self._holds.waiting else None):
                    await self._due.wait()

    async def _load(self, name: str) -> None:
        try:
            hold = await self._read(name)
        except (NobodyAnswers, Malformed) as error:
            log.warning("hold cannot be had yet", hold=name[:8], why=error.message)
            self._holds.failed(name, self._now())
            return
        theirs, gone = self._holds.loaded(hold, self._now())
        log.info("hold loaded", hold=name[:8], bytes=hold.size, rooms=len(theirs))
        for slugs, plays in ((theirs, hold), (gone, None)):
            for slug in slugs:
                if (room := self._rooms.by_slug.get(slug)) is not None:
                    room.play_hold(plays)

    async def _read(self, name: str) -> HoldFile:
        """Return a hold.

        Raises:
            NobodyAnswers: it cannot be had now.
            Malformed: what lies in its place is something else.
        """
        pieces = []
        async for piece in self._bus.read_hold(name, MOST_BYTES):
            pieces.append(piece)
            await asyncio.sleep(PAUSE)
        hold = await asyncio.to_thread(HoldFile, b"".join(pieces))
        if hold.name != name:
            raise Malformed("A hold is not what its name says.", code="malformed_hold")
        for first in range(0, len(hold), CHECKED_AT_ONCE):
            hold.check(first, CHECKED_AT_ONCE)
            await asyncio.sleep(0)
        return hold
