"""A shell: rooms' own holds, in the data folder and in the bus's object store.

`hold_chores` says what is to be done with them; here it is done, now and then and when asked.
"""

import asyncio
import contextlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from fullhouse.bus import Bus, NobodyAnswers
from fullhouse.clock import Clock
from fullhouse.house.database import NotStored
from fullhouse.house.hold_chores import Chores, admit, chores
from fullhouse.house.hold_making import Made
from fullhouse.house.room import Room
from fullhouse.house.rooms import Rooms
from fullhouse.programme.hold_file import MOST_BYTES, fingerprint
from fullhouse.units import Micros

LOOK_EVERY: Final = 30.0
_NAME: Final = re.compile(r"[0-9a-f]{64}")

log = structlog.get_logger()


class Holds:
    """The holds of one house.

    Args:
        folder: for them; made when it is missing.
        bus: returns the bus while there is one.
    """

    def __init__(
        self, folder: Path, rooms: Rooms, clock: Clock, bus: Callable[[], Bus | None]
    ) -> None:
        self.folder = folder
        self._rooms = rooms
        self._clock = clock
        self._bus = bus
        self._due = asyncio.Event()
        self._looked_after: set[str] = set()
        rooms.on_change.append(self._changed)

    async def _changed(self, room: Room) -> None:
        if room.hold and room.hold not in self._looked_after:
            self._due.set()

    def _named(self) -> set[str]:
        return {room.hold for room in self._rooms.all() if room.hold}

    async def keep(self, made: Made) -> str:
        """Keep a hold that was made, so that a room may name it; return its name.

        Raises:
            TooManyHolds: there is no place for it.
            NotStored: the disk does not take it.
        """
        admit(made.hold.name, self._named())
        try:
            await asyncio.to_thread(self._write, made.hold.name, made.raw)
        except OSError as error:
            log.warning("hold not kept", why=str(error))
            raise NotStored() from error
        bus = self._bus()
        if bus is not None:
            # Edges play ours until it is there: a bus that is away gets it when it is back.
            with contextlib.suppress(NobodyAnswers):
                await bus.keep_hold(made.hold.name, made.raw, self._clock.now())
        return made.hold.name

    async def run(self) -> None:
        """Do what is to be done, for ever."""
        while True:
            await asyncio.sleep(1)
            bus = self._bus()
            if bus is None:
                continue
            self._due.clear()
            try:
                await self._tidy(bus)
            except (NobodyAnswers, OSError) as error:
                log.warning("holds not looked after", why=str(error))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._due.wait()

    async def _tidy(self, bus: Bus) -> None:
        named = self._named()
        kept = await asyncio.to_thread(self._kept)
        stored = await bus.kept_holds()
        await self._do(chores(named, kept, stored, now=self._clock.now()), bus)
        self._looked_after = named

    async def _do(self, due: Chores, bus: Bus) -> None:
        for name in due.put:
            raw = await asyncio.to_thread(self._read, name)
            if fingerprint(raw) != name:
                log.warning("a hold on the disk is broken", hold=name[:8])
                self._path(name).unlink()
                continue
            await bus.keep_hold(name, raw, self._clock.now())
            log.info("hold put into the store", hold=name[:8])
        for name in due.fetch:
            raw = b"".join([piece async for piece in bus.read_hold(name, MOST_BYTES)])
            if fingerprint(raw) != name:
                log.warning("a hold in the store is broken", hold=name[:8])
                await bus.drop_hold(name)
                continue
            await asyncio.to_thread(self._write, name, raw)
            log.info("hold taken from the store", hold=name[:8])
        for name in due.drop:
            await bus.drop_hold(name)
        for name in due.unlink:
            await asyncio.to_thread(self._path(name).unlink, missing_ok=True)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.hold"

    def _kept(self) -> dict[str, Micros]:
        return {
            file.stem: Micros(int(file.stat().st_mtime * 1_000_000))
            for file in self.folder.glob("*.hold")
            if _NAME.fullmatch(file.stem)
        }

    def _read(self, name: str) -> bytes:
        return self._path(name).read_bytes()

    def _write(self, name: str, raw: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self._path(name).with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(self._path(name))
