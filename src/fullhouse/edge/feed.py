"""A shell: what comes to this edge over the bus, and what it says there.

Whatever happens to the bus, rooms stay as they were last known, and go on.
"""

import asyncio
import re
from typing import Final

import structlog

from fullhouse.bus import Bus, NobodyAnswers
from fullhouse.edge.hands import BATCH, Held, outcomes
from fullhouse.edge.hold_loading import HoldLoading
from fullhouse.edge.recall import AT_ONCE, pack_parts, unpack_parts
from fullhouse.edge.room import Room
from fullhouse.edge.window import AHEAD
from fullhouse.edge.worker import Worker
from fullhouse.errors import Malformed
from fullhouse.media import Part, unpack_part
from fullhouse.units import PartNumber, RoomSlug
from fullhouse.wire import (
    SUBJECT_COUNT,
    SUBJECT_HANDS,
    Counts,
    EdgeNews,
    Hands,
    HandsTaken,
    Recall,
    RoomNews,
    subject_edge,
    subject_part,
    subject_recall,
    subject_room,
)

REPORT_EVERY: Final = 1.0
LOAD_AGAIN: Final = 1.0
HANDS_EVERY: Final = 0.25
"""Seconds in which raised hands gather before they go to the house."""
HANDS_TIME: Final = 4.0
"""Seconds for the house to have a batch on disk."""
ANSWERED_AT_ONCE: Final = 64
"""Then the loop does something else, such as sending to those who listen."""
RECALL_TIME: Final = 1.0
"""Seconds for one answer of another edge."""
RECALL_ALL_TIME: Final = 3.0
"""Seconds for all recalls of one start; what is not here then stays silent."""
_QUEUE: Final = "edges"
_NO_TOKEN: Final = re.compile(r"[^A-Za-z0-9_-]")
"""A name with a dot in it, such as a machine's, would be two words of a subject."""

log = structlog.get_logger()


class Feed:
    """The bus, as one edge worker uses it."""

    def __init__(self, bus: Bus, name: str, worker: Worker, reload: asyncio.Event) -> None:
        """Use `bus` for `worker`, which is called `name` there.

        Args:
            reload: set when the bus has been away: then all rooms are read again.
        """
        self._bus = bus
        self._name = _NO_TOKEN.sub("-", name)
        self._now = worker.clock.now
        self._rooms = worker.rooms
        self._pump = worker.pump
        self._audience = worker.audience
        self._left = worker.lobby.left
        self._lobby = worker.lobby
        self._coming: dict[RoomSlug, Room] = {}
        self.holds = HoldLoading(bus, worker.rooms, worker.clock.now)
        self._recall_until = 0.0
        self._reload = reload

    async def start(self) -> None:
        """Listen to the bus, and get to know all rooms if they can be had now."""
        self._recall_until = asyncio.get_running_loop().time() + RECALL_ALL_TIME
        await self._bus.subscribe(SUBJECT_COUNT, self._hear_counts)
        await self._bus.subscribe(subject_part("*"), self._hear_part)
        await self._bus.subscribe(subject_room("*"), self._hear_room)
        if not await self._load():
            self._reload.set()

    async def _load(self) -> bool:
        try:
            kept = await self._bus.kept_rooms()
        except (NobodyAnswers, Malformed) as error:
            log.warning("rooms cannot be read yet", why=error.message)
            return False
        for news in kept:
            await self._tell(news)
        self._rooms.complete = True
        return True

    async def keep_loading(self) -> None:
        """Read all rooms again whenever `reload` was set, until that succeeds."""
        while True:
            await self._reload.wait()
            self._reload.clear()
            if not await self._load():
                await asyncio.sleep(LOAD_AGAIN)
                self._reload.set()

    async def keep_reporting(self) -> None:
        """Say each second who listens here."""
        while True:
            await asyncio.sleep(REPORT_EVERY)
            for room in self._rooms.begun():
                self._pump.turn(room)
            told = self._rooms.report(self._audience.skipped, self._left)
            news = EdgeNews(edge=self._name, rooms=told)
            await self._bus.publish(subject_edge(self._name), news.pack())

    async def keep_raising(self) -> None:
        """Carry raised hands to the house, batch after batch, and answer those who wait."""
        lobby = self._lobby
        while True:
            await lobby.raised.wait()
            lobby.raised.clear()
            await asyncio.sleep(HANDS_EVERY)
            while batch := lobby.hands.take():
                await self._raise(batch)
                if len(batch) < BATCH:
                    break  # those that came meanwhile wait for others: each batch costs a turn

    async def _raise(self, batch: list[Held]) -> None:
        hands = Hands(edge=self._name, hands=tuple(held.hand for held in batch))
        taken = None
        try:
            raw = await self._bus.request(SUBJECT_HANDS, hands.pack(), HANDS_TIME)
            taken = HandsTaken.unpack(raw)
        except (NobodyAnswers, Malformed) as error:
            log.warning("hands not taken", hands=len(batch), why=error.message)
        for number, (waiting, outcome) in enumerate(outcomes(batch, taken)):
            if number % ANSWERED_AT_ONCE == 0:
                await asyncio.sleep(0)
            waiting.tell(outcome)

    async def _hear_counts(self, subject: str, payload: bytes) -> None:
        self._rooms.count(Counts.unpack(payload), self._now())

    async def _hear_part(self, subject: str, payload: bytes) -> None:
        slug = RoomSlug(subject.rpartition(".")[2])
        room = self._rooms.by_slug.get(slug)
        if room is not None:
            room.take(unpack_part(payload), self._now())
            self._pump.turn(room)
        elif (coming := self._coming.get(slug)) is not None:
            coming.take(unpack_part(payload), self._now())

    async def _hear_room(self, subject: str, payload: bytes) -> None:
        await self._tell(RoomNews.unpack(payload))

    async def _tell(self, news: RoomNews) -> None:
        room = self._rooms.by_slug.get(news.slug)
        if room is None:
            if news.slug not in self._coming:
                await self._begin(news)
            return
        if news.epoch != room.news.epoch:
            await self._replace(room, news)
            return
        self._pump.turn(room)
        entry = room.news.entry
        if room.tell(news, self._now()) and news.entry not in ("", entry):
            self._audience.let_stay(news.slug, news.entry)
        self.holds.told(room)

    async def _begin(self, news: RoomNews) -> None:
        room = self._coming[news.slug] = self._rooms.begin(news, self._now())
        try:
            await self._recall(room)
        finally:
            del self._coming[news.slug]
        room.advance(self._now())
        self._rooms.open(room)
        self.holds.told(room)
        slug = news.slug

        async def answer(payload: bytes) -> bytes:
            return self._answer_recall(slug, Recall.unpack(payload))

        await self._bus.respond(subject_recall(slug), answer, queue=_QUEUE)

    async def _replace(self, room: Room, news: RoomNews) -> None:
        """A room was made anew under an old name: its listeners start over."""
        if news.revision < room.news.revision:
            return
        log.warning("room has a new timeline", room=news.slug)
        self._pump.forget(news.slug)
        self._audience.send_away(news.slug)
        anew = self._rooms.begin(news, self._now())
        self._rooms.open(anew)
        self.holds.told(anew)

    async def _recall(self, room: Room) -> None:
        """Fill a new room's window with what other edges have."""
        slug, window = room.news.slug, room.window
        before = PartNumber(window.head + AHEAD)
        loop = asyncio.get_running_loop()
        while before > window.first and loop.time() < self._recall_until:
            ask = Recall(before=before, most=AT_ONCE)
            try:
                raw = await self._bus.request(subject_recall(slug), ask.pack(), RECALL_TIME)
                parts = unpack_parts(raw)
            except (NobodyAnswers, Malformed):
                return
            if not parts:
                return
            self._put(room, parts)
            before = min(part.number for part in parts)

    def _put(self, room: Room, parts: list[Part]) -> None:
        room.window.remember(parts)
        for part in parts:
            if part.number >= room.window.head:
                room.window.offer(part)

    def _answer_recall(self, slug: RoomSlug, ask: Recall) -> bytes:
        room = self._rooms.by_slug.get(slug)
        if room is None:
            return b""
        return pack_parts(room.window.sounds_before(ask.before, ask.most))
