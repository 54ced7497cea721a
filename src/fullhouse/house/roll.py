"""A shell: the members of rooms as they are now: who is here, who acts, whose page is told what.

It reads the database when a room's people have changed, here or at another house, and keeps
what it read: an open page's right is looked up a thousand times for each change.
"""

import asyncio
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from fullhouse.clock import Clock
from fullhouse.house.api.events import Feeds, OpenPage
from fullhouse.house.attendance import Here, happened, me, people
from fullhouse.house.database import NotStored
from fullhouse.house.deeds import AT_ONCE, EVERY
from fullhouse.house.logbook import note_succession
from fullhouse.house.members import Everybody, Members
from fullhouse.house.membership import Member
from fullhouse.house.news import Newsroom
from fullhouse.house.roles import Caller, May
from fullhouse.house.rooms import Rooms
from fullhouse.house.seatings import MEMBER
from fullhouse.house.succession import Succession
from fullhouse.rate import Limit
from fullhouse.units import SECOND, Micros, RoomSlug
from fullhouse.wire import HouseNews, Present, StageNews

LOOK_EVERY: Final = 1.0
OVERSLEPT: Final = Micros(2 * SECOND)
MOST_PREFIXES: Final = 4_000
ACTING: Final = "acting"
NOT_ACTING: Final = "not_acting"
MUTED_BY: Final = "muted_by"
ASKED_TO_UNMUTE: Final = "asked_to_unmute"
MOVED_BACK: Final = "moved_back"
REMOVED: Final = "removed"
BANNED: Final = "banned"
ROLE_CHANGED: Final = "role_changed"
REPORTED: Final = "reported"
"""Notices."""

log = structlog.get_logger()


@dataclass(slots=True)
class _Room:
    """One room's people.

    Attributes:
        everybody: as they were read last; None: to be read again.
        on_stage: members who have a seat.
        acting: who stood in for the host when we looked last.
        told: what pages were told of everybody last.
        noted: who acted by the log; None: we have not looked.
        notes: how often that may be noted.
        prefixes: the network that a member was seen in last; never stored.
    """

    succession: Succession
    everybody: Everybody | None = None
    on_stage: frozenset[str] = frozenset()
    acting: str = ""
    told: str = ""
    noted: str | None = None
    notes: Limit = field(default_factory=lambda: Limit(EVERY, AT_ONCE, most=1))
    prefixes: dict[str, str] = field(default_factory=dict)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Roll:
    """Who is here, in all rooms."""

    def __init__(
        self, rooms: Rooms, members: Members, newsroom: Newsroom, feeds: Feeds, clock: Clock
    ) -> None:
        self._known = rooms
        self._members = members
        self._newsroom = newsroom
        self._feeds = feeds
        self._clock = clock
        self._rooms: dict[RoomSlug, _Room] = {}
        newsroom.on_stage.append(self._hear_stage)
        newsroom.on_house.append(self._hear_house)
        newsroom.on_present.append(self._hear_present)

    async def caller(self, member: Member) -> Caller:
        """Return a member as somebody who asks, with all that they may do now."""
        room = await self._read(member.room)
        acting = self._acting(room) == member.id
        return member.caller(acting=acting)

    async def here(self, slug: RoomSlug) -> tuple[Everybody, Here]:
        """Return everybody, and who is where."""
        room = await self._read(slug)
        return room.everybody or (), self._here(room)

    def sees(self, slug: RoomSlug, member: str) -> bool:
        """Tell whether a member may still follow the room, as far as we have heard."""
        room = self._rooms.get(slug)
        if room is None or room.everybody is None:
            return True  # it is being read again
        return any(one.id == member and one.caller().may(May.SEE) for one in room.everybody)

    def note_prefix(self, slug: RoomSlug, member: str, prefix: str) -> None:
        """Note the network that a member comes from."""
        prefixes = self._room(slug).prefixes
        prefixes.pop(member, None)
        while len(prefixes) >= MOST_PREFIXES:
            del prefixes[next(iter(prefixes))]
        prefixes[member] = prefix

    def prefix(self, slug: RoomSlug, member: str) -> str:
        """Return the network that a member was seen in at this house; empty: not known."""
        return self._room(slug).prefixes.get(member, "")

    async def arrive(self, page: OpenPage, slug: RoomSlug, caller: Caller) -> Caller:
        """Note that somebody opened a page; return them with all that they may do now."""
        room = await self._read(slug)
        if not caller.member:
            page.put("me", me(caller))
            page.put("people", people(room.everybody or (), self._here(room)))
            return caller
        room.succession.see(caller.member, now=self._clock.now())
        room.told = ""
        await self._say_present()
        await self._tell(slug, room)
        return replace(caller, acting=self._acting(room) == caller.member)

    async def changed(self, slug: RoomSlug, *, what: tuple[str, ...] = ("people",)) -> None:
        """Let all houses' pages hear that a room's people have changed."""
        await self._newsroom.say_house(HouseNews(slug=slug, house=self._newsroom.house, what=what))
        if "people" in what:
            await self._read_again(slug)

    async def notify(self, slug: RoomSlug, *to: str, notice: str, by: str = "") -> None:
        """Tell members' pages, at whichever house, of something that happened.

        Args:
            notice: a code, such as `moved_back`.
            by: the name of who did it.
        """
        for one in to:
            self._feeds.notify(slug, one, happened(notice, by))
            await self._newsroom.say_house(
                HouseNews(slug=slug, house=self._newsroom.house, to=one, notice=notice, by=by)
            )

    async def run(self) -> None:
        """See who is here, once a second, for ever."""
        looked = self._clock.now()
        while True:
            await asyncio.sleep(LOOK_EVERY)
            now = self._clock.now()
            # Who cannot hear other houses' pages cannot tell that anybody is gone.
            deaf = self._known.database.shared and not self._newsroom.connected
            gap = Micros(now - looked) if deaf or now - looked > OVERSLEPT else Micros(0)
            looked = now
            await self._say_present()
            for slug, room in list(self._rooms.items()):
                room.succession.excuse(gap)
                self._see(slug, room)
                if room.succession.present(now=now):
                    self._known.attended(slug)
                try:
                    await self._tell(slug, await self._read(slug))
                    await self._note_acting(slug, room)
                except NotStored:
                    log.warning("members not read", room=slug)

    async def _note_acting(self, slug: RoomSlug, room: _Room) -> None:
        """Write into the log who acts, where that has changed; not too often."""
        now, acting = self._clock.now(), self._acting(room)
        if acting == room.noted or not room.succession.is_settled(now=now):
            return
        if room.notes.ask("", now=now):
            return
        name = next((one.name for one in room.everybody or () if one.id == acting), "")
        await self._known.database.write(
            lambda session: note_succession(session, slug, acting, name, at=now)
        )
        room.noted = acting

    def _see(self, slug: RoomSlug, room: _Room) -> None:
        now = self._clock.now()
        for member in self._feeds.members(slug):
            room.succession.see(member, now=now)

    async def _say_present(self) -> None:
        open_ = {slug: self._feeds.members(slug) for slug in self._feeds.rooms()}
        await self._newsroom.say_present({slug: here for slug, here in open_.items() if here})

    async def _tell(self, slug: RoomSlug, room: _Room) -> None:
        """Tell pages who is here, where that has changed."""
        acting = self._acting(room)
        if acting != room.acting:
            log.info("acting", room=slug, member=acting or None)
            for who, code in ((room.acting, NOT_ACTING), (acting, ACTING)):
                if who:
                    self._feeds.notify(slug, who, happened(code, ""))
            room.acting = acting
        told = people(room.everybody or (), self._here(room))
        if told == room.told:
            return
        room.told = told
        callers = {one.id: one.caller(acting=one.id == acting) for one in room.everybody or ()}
        for page in self._feeds.of(slug):
            page.put("people", told)
            if page.member in callers:
                caller = replace(callers[page.member], only=page.only)
                page.sees_hands = caller.may(May.SEE_HANDS)
                page.put("me", me(caller))

    def _here(self, room: _Room) -> Here:
        present = room.succession.present(now=self._clock.now()) | room.on_stage
        return Here(present, room.on_stage, self._acting(room))

    def _acting(self, room: _Room) -> str:
        return room.succession.acting(room.everybody or (), now=self._clock.now())

    async def _read(self, slug: RoomSlug) -> _Room:
        room = self._room(slug)
        if room.everybody is None:
            async with room.turn:
                if room.everybody is None:
                    room.everybody = await self._members.everybody(slug)
        return room

    def _room(self, slug: RoomSlug) -> _Room:
        if slug not in self._rooms:
            self._rooms[slug] = _Room(Succession(self._clock.now()))
        return self._rooms[slug]

    async def _read_again(self, slug: RoomSlug) -> None:
        room = self._room(slug)
        async with room.turn:
            room.everybody = await self._members.everybody(slug)
        here = {one.id for one in room.everybody if one.caller().may(May.SEE)}
        for page in self._feeds.of(slug):
            if page.member and page.member not in here:
                page.close()
        await self._tell(slug, room)

    async def _hear_house(self, news: HouseNews) -> None:
        if news.to and news.notice:
            self._feeds.notify(news.slug, news.to, happened(news.notice, news.by))
        if "people" in news.what:
            self._room(news.slug).everybody = None
            try:
                await self._read_again(news.slug)
            except NotStored:
                log.warning("members not read", room=news.slug)

    async def _hear_present(self, news: Present) -> None:
        now = self._clock.now()
        for slug, here in news.rooms.items():
            if self._known.has(slug):
                room = self._room(slug)
                for member in here:
                    room.succession.see(member, now=now)

    async def _hear_stage(self, news: StageNews) -> None:
        seats = frozenset(one.seat for one in news.seats if one.seat.startswith(MEMBER))
        if not self._known.has(news.slug) or (not seats and news.slug not in self._rooms):
            return
        room, now = self._room(news.slug), self._clock.now()
        room.on_stage = seats
        for one in news.seats:
            if one.connected and one.seat in seats:
                room.succession.see(one.seat, now=now)
