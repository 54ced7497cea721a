"""A shell: all rooms as they are now. It stores what people ask before it becomes true.

What the stage tells becomes true at once and is stored behind it: a full disk must not keep a
room from going live.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

import structlog

from fullhouse.clock import Clock
from fullhouse.errors import Refused, UnknownRoom
from fullhouse.house.commands import Command
from fullhouse.house.database import NotStored
from fullhouse.house.room import Event, Room, StateChanged
from fullhouse.house.store import Store
from fullhouse.house.watch import StageWatch
from fullhouse.units import SECOND, Micros, RoomSlug
from fullhouse.wire import RoomNews, StageNews

LOOK_EVERY: Final = 0.25
OVERSLEPT: Final = Micros(SECOND)
MOST_AT_ONCE: Final = 4
"""Commands that one look at a stage may give: more would be a circle in the rules."""

log = structlog.get_logger()

OnChange = Callable[[Room], Awaitable[None]]


class RoomExists(Refused):
    code = "room_exists"
    status = 409
    message = "There is a room of that name already."


class TooManyRooms(Refused):
    code = "too_many_rooms"
    status = 409
    message = "This house has as many rooms as it may have."


class Rooms:
    """The house's rooms: in memory, on disk, and watched."""

    def __init__(
        self, store: Store, clock: Clock, most: int, house: str = "", key: bytes = b""
    ) -> None:
        """Keep the rooms of `store`.

        Args:
            most: how many there may be.
            house: our public address, which listeners' pages are told.
            key: the server's.
        """
        self._house = house
        self._key = key
        self._store = store
        self._clock = clock
        self._most = most
        self._rooms = {room.slug: room for room in store.rooms()}
        self._watches = {slug: self._new_watch() for slug in self._rooms}
        self._unsaved: set[RoomSlug] = set()
        self._floors: dict[RoomSlug, int] = {}
        self._turn = asyncio.Lock()
        self.on_change: list[OnChange] = []

    def _new_watch(self) -> StageWatch:
        now = self._clock.now()
        return StageWatch(now, now)

    def all(self) -> list[Room]:
        """Return all rooms, by name."""
        return [self._rooms[slug] for slug in sorted(self._rooms)]

    def room(self, slug: RoomSlug) -> Room:
        """Return a room.

        Raises:
            UnknownRoom: there is none of that name.
        """
        try:
            return self._rooms[slug]
        except KeyError:
            raise UnknownRoom() from None

    def news(self, room: Room) -> RoomNews:
        """Return what edges and stages need to know of a room."""
        return room.news(self._house, self._key)

    def has(self, slug: RoomSlug) -> bool:
        """Tell whether there is a room of that name."""
        return slug in self._rooms

    def stage(self, slug: RoomSlug) -> StageNews | None:
        """Return what a room's stage said last, or None while none speaks."""
        watch = self._watches.get(slug)
        return None if watch is None else watch.present(now=self._clock.now())

    async def create(self, slug: RoomSlug, title: str, starts: Micros | None) -> Room:
        """Make a room, and return when it is safe on disk.

        Raises:
            RoomExists, TooManyRooms: not here.
            NotStored: the disk does not take it.
        """
        async with self._turn:
            if slug in self._rooms:
                raise RoomExists()
            if len(self._rooms) >= self._most:
                raise TooManyRooms()
            room = Room.new(slug, title, starts, now=self._clock.now())
            room = replace(room, revision=self._floors.get(slug, 0) + 1)
            await asyncio.to_thread(self._store.save, room)
            self._watches[slug] = self._new_watch()
            log.info("room made", room=slug, by_voice=room.by_voice)
            await self._becomes(room)
            return room

    async def ask(self, slug: RoomSlug, command: Command) -> Room:
        """Do what a person asks, and return the room when the change is safe on disk.

        Raises:
            UnknownRoom: there is no such room.
            Refused: the room cannot do that now, or the disk does not take it.
        """
        async with self._turn:
            before = self.room(slug)
            after, events = before.handle(command, now=self._clock.now())
            self._watches[slug].expect(now=self._clock.now())
            if events:
                await asyncio.to_thread(self._store.save, after)
                self._unsaved.discard(slug)
                _write_log(slug, events)
                await self._becomes(after)
            return after

    async def hear(self, news: StageNews) -> None:
        """Take in what a stage says, and let its room follow."""
        watch = self._watches.get(news.slug)
        if watch is not None:
            watch.hear(news, now=self._clock.now())
            await self._follow(news.slug)

    async def reconcile(self, kept: RoomNews) -> None:
        """Count on from the revision that others have, should it be ahead of ours.

        That is so when our file was brought back from a copy, or the last writes were lost.
        """
        async with self._turn:
            room = self._rooms.get(kept.slug)
            if room is None:
                self._floors[kept.slug] = max(kept.revision, self._floors.get(kept.slug, 0))
            elif kept.revision >= room.revision and kept != room.news(kept.house, self._key):
                log.warning("revision counted on", room=kept.slug, to=kept.revision + 1)
                self._unsaved.add(kept.slug)
                await self._becomes(replace(room, revision=kept.revision + 1))

    async def run(self) -> None:
        """Look after all rooms for ever: stages that fall silent, starts that pass, the disk."""
        looked = self._clock.now()
        while True:
            await asyncio.sleep(LOOK_EVERY)
            now = self._clock.now()
            if now - looked > OVERSLEPT:
                for watch in self._watches.values():
                    watch.excuse(Micros(now - looked), now=now)
            looked = now
            for slug in list(self._rooms):
                await self._follow(slug)
            await self._save_unsaved()

    async def _follow(self, slug: RoomSlug) -> None:
        if self._watches[slug].due(self._rooms[slug], now=self._clock.now()) is None:
            return
        async with self._turn:
            for _ in range(MOST_AT_ONCE):
                now, room = self._clock.now(), self._rooms[slug]
                command = self._watches[slug].due(room, now=now)
                if command is None:
                    return
                after, events = room.handle(command, now=now)
                if not events:
                    return
                _write_log(slug, events)
                self._unsaved.add(slug)
                await self._becomes(after)

    async def _save_unsaved(self) -> None:
        async with self._turn:
            for slug in list(self._unsaved):
                try:
                    await asyncio.to_thread(self._store.save, self._rooms[slug])
                except NotStored:
                    log.warning("room not stored yet", room=slug)
                    return
                self._unsaved.discard(slug)

    async def _becomes(self, room: Room) -> None:
        self._rooms[room.slug] = room
        for tell in self.on_change:
            await tell(room)


def _write_log(slug: RoomSlug, events: tuple[Event, ...]) -> None:
    for event in events:
        match event:
            case StateChanged(was, state, session):
                log.info("room", room=slug, was=was.value, state=state.value, session=session)
            case _:
                log.info("room changed", room=slug, what=event.what)
