"""A shell: all rooms as they are now. It stores what people ask before it becomes true.

What the stage tells becomes true at once and is stored behind it: a full disk must not keep a
room from going live. Where houses share a database, it is stored first if that is quick, so that
one of them wins and the others see no change.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, NoReturn

import structlog
from sqlalchemy.orm import Session

from fullhouse.clock import Clock
from fullhouse.errors import UnknownRoom
from fullhouse.house import store
from fullhouse.house.commands import Command
from fullhouse.house.database import Database, NotStored
from fullhouse.house.deeds import Deed, Deeds
from fullhouse.house.log import told
from fullhouse.house.logbook import HOUSE, add_deeds, add_line
from fullhouse.house.room import Room, RoomExists, TooManyRooms
from fullhouse.house.watch import GIVEN_UP_AFTER, StageWatch
from fullhouse.units import SECOND, Micros, RoomSlug
from fullhouse.wire import RoomNews, StageNews, Visibility

LOOK_EVERY: Final = 0.25
COMPARE_EVERY: Final = 2.0
STORED_WITHIN: Final = 0.3
"""How long what the stage tells waits for a shared database."""
OVERSLEPT: Final = Micros(SECOND)
MOST_AT_ONCE: Final = 4
"""Commands that one look at a stage may give: more would be a circle in the rules."""
STAGE: Final = "the stage"
ANOTHER: Final = "another house"

log = structlog.get_logger()

OnChange = Callable[[Room], Awaitable[None]]
Work = Callable[[Session, Room], Room | None]
"""Is given the room as it is; returns it as it is to be. None: other rows have changed, the room
has not. The same room: nothing has changed at all. Runs in a thread, and perhaps twice: it reads
and writes rows and does nothing else; what it raises takes all of it back."""


@dataclass(slots=True)
class _Kept:
    """A room in memory.

    Attributes:
        stored: the revision that the database is known to have.
        storing: what is being stored behind what the stage told, or None.
        deeds: what it has done by itself and the log does not know.
        turn: whoever changes the room has it.
    """

    room: Room
    stored: int
    watch: StageWatch
    turn: asyncio.Lock
    deeds: Deeds = field(default_factory=Deeds)
    storing: Room | None = None
    storing_deeds: tuple[Deed, ...] = ()

    def newest(self, row: Room) -> Room:
        """Return the room as it is, where the database has `row`: another's change wins."""
        if row.revision == self.stored or row == self.storing:
            return self.room
        if self.room.revision <= self.stored or self.room.revision < row.revision:
            return row
        # What we have said and not stored has come second: nobody shall believe it any more.
        return replace(row, revision=self.room.revision + 1)

    def untold(self, row: Room) -> tuple[Deed, ...]:
        """Return what is to be logged along with a change of `row`."""
        if row.revision == self.stored:
            return self.deeds.waiting
        told = self.storing_deeds if row == self.storing else self.deeds.waiting
        return tuple(one for one in self.deeds.waiting if one not in told)


class Rooms:
    """The house's rooms: in memory, in the database, and watched."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        most: int,
        house: str = "",
        key: bytes = b"",
        *,
        edge: str = "",
        reminds: bool = False,
        given_up_after: Micros = GIVEN_UP_AFTER,
    ) -> None:
        """Keep the rooms of `database`.

        Args:
            most: how many there may be.
            house, edge: the public addresses, which listeners' pages are told.
            key: the server's.
            reminds: we send reminders by mail.
            given_up_after: from the start until doors close that nobody comes through to speak.
        """
        self._given_up_after = given_up_after
        self._house = house
        self._edge = edge
        self._reminds = reminds
        self._key = key
        self._database = database
        self._clock = clock
        self._most = most
        self._kept: dict[RoomSlug, _Kept] = {}
        self._floors: dict[RoomSlug, int] = {}
        self._making = asyncio.Lock()
        self._behind = False
        self.on_change: list[OnChange] = []
        for room in database.read_now(store.rooms):
            self._keep(room)

    def _keep(self, room: Room) -> None:
        now = self._clock.now()
        watch = StageWatch(now, now, given_up_after=self._given_up_after)
        self._kept[room.slug] = _Kept(room, room.revision, watch, asyncio.Lock())

    @property
    def database(self) -> Database:
        """For what is not a room: `read` and `write` of it."""
        return self._database

    def all(self) -> list[Room]:
        """Return all rooms, by name."""
        return [self._kept[slug].room for slug in sorted(self._kept)]

    def room(self, slug: RoomSlug) -> Room:
        """Return a room.

        Raises:
            UnknownRoom: there is none of that name.
        """
        return self._one(slug).room

    def _one(self, slug: RoomSlug) -> _Kept:
        try:
            return self._kept[slug]
        except KeyError:
            raise UnknownRoom() from None

    def news(self, room: Room) -> RoomNews:
        """Return what edges and stages need to know of a room."""
        return room.news(self._house, self._key, self._edge, self._reminds)

    def has(self, slug: RoomSlug) -> bool:
        """Tell whether there is a room of that name."""
        return slug in self._kept

    def stage(self, slug: RoomSlug) -> StageNews | None:
        """Return what a room's stage said last, or None while none speaks."""
        kept = self._kept.get(slug)
        return None if kept is None else kept.watch.present(now=self._clock.now())

    async def create(
        self,
        slug: RoomSlug,
        title: str,
        starts: Micros | None,
        by: str = "",
        *,
        zone: str = "UTC",
        doors_before: int = 0,
        visibility: Visibility = Visibility.PUBLIC,
        also: Callable[[Session], object] = lambda _session: None,
    ) -> Room:
        """Make a room, and return when it is safe. What is asked for is as in `Room`.

        Args:
            by: who asks, for the log.
            also: what is to be written with it, or neither is.

        Raises:
            RoomExists, TooManyRooms: not here.
            NotStored: the database does not take it.
        """
        now = self._clock.now()
        new = Room.new(slug, title, starts, now=now)
        new = replace(
            new,
            revision=self._floors.get(slug, 0) + 1,
            zone=zone,
            doors_before=doors_before,
            visibility=visibility,
        )

        def make(session: Session) -> None:
            if store.room(session, slug) is not None:
                raise RoomExists()
            if store.how_many(session) >= self._most:
                raise TooManyRooms()
            store.add(session, new)
            details = {"title": new.title, "starts": starts}
            add_line(session, at=now, who=by, room=slug, what="create", details=details)
            also(session)

        async with self._making:
            await self._database.write(make)
            self._keep(new)
        log.info("room made", room=slug, by_voice=new.by_voice)
        await self._tell(new)
        return new

    async def ask(self, slug: RoomSlug, command: Command, by: str = "") -> Room:
        """Do what a person asks, and return the room when the change is safe.

        Args:
            by: who asks, for the log: `Caller.name`.

        Raises:
            UnknownRoom: there is no such room.
            Refused: the room cannot do that now, or the database does not take it.
        """

        def work(_session: Session, room: Room) -> Room:
            return room.handle(command, now=self._clock.now())[0]

        what, details = told(command)
        return await self.write(slug, work, what, by, details)

    async def write(
        self,
        slug: RoomSlug,
        work: Work,
        what: str,
        by: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> Room:
        """Change a room and other rows as one transaction, and return the room when it is safe.

        A line of the log is written along where anything has changed. Houses that share the
        database take turns: `work` is given what the one before has left.

        Args:
            work: `lambda session, room: room.handle(command, now=now)[0]`, say; see `Work`.
            what: one word for the log, such as `remove`.
            by: who asks, for the log: `Caller.name`.
            details: for the log; no secrets.

        Raises:
            UnknownRoom: there is no such room.
            Refused: what `work` raised, or the database does not take it. Nothing has changed.
        """
        kept = self._one(slug)
        if by != HOUSE:
            kept.watch.expect(now=self._clock.now())

        def transaction(session: Session) -> tuple[Room, Room]:
            row = store.room(session, slug)
            if row is None:
                raise UnknownRoom()
            before = kept.newest(row)
            add_deeds(session, slug, kept.untold(row))
            after = work(session, before)
            if after is None or after != before:
                at = self._clock.now()
                add_line(session, at=at, who=by, room=slug, what=what, details=details or {})
            after = before if after is None else after
            if after != row:
                store.replace(session, after, row.revision)
            return before, after

        async with kept.turn:
            before, after = await self._database.write(transaction)
            kept.stored = after.revision
            kept.deeds.forget()
            _write_log(kept.room, before, ANOTHER)
            _write_log(before, after, by)
            await self._becomes(kept, after)
        return after

    def attended(self, slug: RoomSlug) -> None:
        """Note that somebody who has a seat in a room has a page of it open."""
        if (kept := self._kept.get(slug)) is not None:
            kept.watch.see(now=self._clock.now())

    async def hear(self, news: StageNews) -> None:
        """Take in what a stage says, and let its room follow."""
        kept = self._kept.get(news.slug)
        if kept is not None:
            kept.watch.hear(news, now=self._clock.now())
            await self._follow(kept)

    async def reconcile(self, said: RoomNews) -> None:
        """Take in what the bus says of a room: another house may have changed it, or made it.

        Where the bus is ahead of the database, we count on from there, as edges and stages
        believe the higher revision: the database was brought back from a copy, or the last
        writes were lost.
        """
        kept = self._kept.get(said.slug)
        if kept is not None and not self._is_ahead(said, kept.room):
            return
        try:
            await self._read_again(said.slug)
        except NotStored:
            return
        kept = self._kept.get(said.slug)
        if kept is None:
            self._floors[said.slug] = max(said.revision, self._floors.get(said.slug, 0))
            return
        async with kept.turn:
            if self._is_ahead(said, kept.room):
                log.warning("revision counted on", room=said.slug, to=said.revision + 1)
                await self._becomes(kept, replace(kept.room, revision=said.revision + 1))

    def _is_ahead(self, said: RoomNews, room: Room) -> bool:
        """Tell whether others believe something else of a room than what we say."""
        if said.revision != room.revision:
            return said.revision > room.revision
        ours = room.news(said.house, self._key)
        return any(getattr(said, name) != getattr(ours, name) for name in _VITAL)

    async def _read_again(self, slug: RoomSlug) -> None:
        """Take over what another house has made of a room."""
        kept = self._kept.get(slug)
        async with self._making if kept is None else kept.turn:
            row = await self._database.read(lambda session: store.room(session, slug))
            if row is None or (kept is None and slug in self._kept):
                return
            if kept is None:
                self._keep(row)
                await self._tell(row)
            else:
                await self._adopt(kept, row)

    async def run(self) -> NoReturn:
        """Look after all rooms for ever: stages that fall silent, starts that pass, the disk."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._look())
            tasks.create_task(self._store_behind())
            if self._database.shared:
                tasks.create_task(self._compare())
        raise AssertionError

    async def _look(self) -> None:
        looked = self._clock.now()
        while True:
            await asyncio.sleep(LOOK_EVERY)
            now = self._clock.now()
            if now - looked > OVERSLEPT:
                for kept in self._kept.values():
                    kept.watch.excuse(Micros(now - looked), now=now)
            looked = now
            for kept in list(self._kept.values()):
                await self._follow(kept)

    async def _follow(self, kept: _Kept) -> None:
        if kept.watch.due(kept.room, now=self._clock.now()) is None:
            return
        async with kept.turn:
            for _ in range(MOST_AT_ONCE):
                now = self._clock.now()
                command = kept.watch.due(kept.room, now=now)
                if command is None:
                    return
                after, events = kept.room.handle(command, now=now)
                if not events:
                    return
                kept.deeds.note(command, kept.room, after, now=now)
                if not await self._stored_first(kept, after):
                    _write_log(kept.room, after, STAGE)
                    await self._becomes(kept, after)

    async def _stored_first(self, kept: _Kept, after: Room) -> bool:
        """Store what the stage tells where others may say the same, if that goes at once.

        Returns whether it is done: the room is now as it asked, or as another house has made it.
        """
        if not self._database.shared or self._behind or kept.room.revision != kept.stored:
            return False
        known, deeds = kept.stored, kept.deeds.waiting

        def put(session: Session) -> Room:
            row = store.room(session, after.slug)
            if row is None or row.revision != known:
                return row or after
            store.replace(session, after, known)
            add_deeds(session, after.slug, deeds)
            return after

        try:
            async with asyncio.timeout(STORED_WITHIN):
                found = await self._database.write(put)
        except (NotStored, TimeoutError):
            # It may be stored all the same, only later: it is looked at before we store again.
            self._behind = True
            return False
        if found is not after:
            await self._adopt(kept, found)
            return True
        _write_log(kept.room, after, STAGE)
        kept.stored = after.revision
        kept.deeds.written(deeds)
        await self._becomes(kept, after)
        return True

    async def _store_behind(self) -> None:
        told = False
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                for kept in list(self._kept.values()):
                    if kept.room.revision != kept.stored:
                        await self._store(kept)
                self._behind = told = False
            except NotStored:
                if not told:
                    log.warning("rooms not stored yet")
                told = True

    async def _store(self, kept: _Kept) -> None:
        """Store what the stage told, without keeping the room from changing meanwhile."""
        room, known, deeds = kept.room, kept.stored, kept.deeds.waiting
        kept.storing, kept.storing_deeds = room, deeds

        def put(session: Session) -> Room:
            row = store.room(session, room.slug)
            if row is None:
                store.add(session, room)
            elif row.revision == known:
                store.replace(session, room, known)
            else:
                return room if row == room else row
            add_deeds(session, room.slug, deeds)
            return room

        try:
            found = await self._database.write(put)
            async with kept.turn:
                if kept.stored != known:
                    return
                if found is room:
                    kept.stored = room.revision
                    kept.deeds.written(deeds)
                else:
                    await self._adopt(kept, found)
        finally:
            kept.storing, kept.storing_deeds = None, ()

    async def _compare(self) -> None:
        """Find what other houses have changed, should the bus not have told us."""
        while True:
            await asyncio.sleep(COMPARE_EVERY)
            try:
                for slug, revision in (await self._database.read(store.revisions)).items():
                    kept = self._kept.get(slug)
                    if kept is None or revision != kept.stored:
                        await self._read_again(slug)
            except NotStored:
                log.warning("database away")

    async def _adopt(self, kept: _Kept, row: Room) -> None:
        """Take over what the database has of a room, unless that is ours."""
        room = kept.newest(row)
        if room is not kept.room:
            _write_log(kept.room, room, ANOTHER)
            kept.stored = row.revision
            kept.deeds.forget()
            await self._becomes(kept, room)

    async def _becomes(self, kept: _Kept, room: Room) -> None:
        if room != kept.room:
            kept.room = room
            await self._tell(room)

    async def _tell(self, room: Room) -> None:
        for tell in self.on_change:
            await tell(room)


_VITAL: Final = ("state", "session", "armed", "wanted", "muted", "gains", "barred")
"""What must not differ where two say the same revision; a moment's difference elsewhere may."""


def _write_log(before: Room, after: Room, by: str) -> None:
    """Write what has changed into the log of this process."""
    if before.state is not after.state:
        was, state = before.state.value, after.state.value
        log.info("room", room=after.slug, was=was, state=state, session=after.session, by=by)
    elif before != after:
        log.info("room changed", room=after.slug, revision=after.revision, by=by)
